"""The chaos panel in lines: what is on, what a fault would cost and what speaks against it, how far the panel has come.

What the desk answers comes from another process: it is words to be shown, cleaned like all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from slotui.core.board import ActiveFault
from slotui.core.entry import Estimate
from slotui.core.figures import burn, cost, percent
from slotui.core.quote import FaultOn, Quote, QuotedAlert, QuotedPrice, Started
from slotui.duration import compact, rough
from slotui.errors import RefusedError, SlotuiError, UsageError
from slotui.view.ink import Line, Role, crop, dimmed, fitting, line, wrapped
from slotui.view.words import Glyphs, bar, number

_TYPEABLE = 40


class Phase(StrEnum):
    """How far the panel has come."""

    FORM = "form"
    PRICING = "pricing"
    PRICED = "priced"
    STARTING = "starting"
    STARTED = "started"


@dataclass(frozen=True, slots=True)
class Panel:
    """What stands under the form. `quote` is None before the first price; with `changed` it is that of another form.

    `trouble` is what the desk, or the form, last said no with; `again`: the price was too old, and asked for anew;
    `over`: what was started is on no more.
    """

    phase: Phase = Phase.FORM
    quote: Quote | None = None
    changed: bool = False
    overriding: bool = False
    again: bool = False
    trouble: SlotuiError | None = None
    started: Started | None = None
    over: bool = False

    @property
    def refused(self) -> bool:
        """Whether a guard is against the quoted fault, and nobody overrides it."""
        return self.quote is not None and bool(self.quote.against) and not self.overriding

    @property
    def spendable(self) -> bool:
        """Whether a typed confirmation may start it."""
        return self.phase is Phase.PRICED and self.quote is not None and not self.refused and not self.changed


def word_to_type(quote: Quote) -> str:
    """What a person types to spend it: the name of the SLO that pays most, or `spend` where that cannot be typed.

    >>> word_to_type(Quote("5% 500", 600, None, None, None, prices=()))
    'spend'
    """
    name = quote.dearest.slo if quote.dearest else ""
    easy = name.isascii() and name.isprintable() and name == name.strip() and 0 < len(name) <= _TYPEABLE
    return name if easy else "spend"


def no_desk(kind: str, columns: int) -> list[Line]:
    """Where nothing can be priced or started from: why, and what to type instead."""
    why = (
        "This is a replay: what happened then is told, nothing can be spent."
        if kind == "replay"
        else "This screen only reads: no fault is priced or started from it."
    )
    return [
        (),
        *wrapped(why, columns - 1, first=" ", rest=" ", role=Role.STRONG),
        (),
        line("   price one      ", ("chaos plan --error-rate 0.05 --for 10m", Role.KEY)),
        line("   spend it       ", ("chaos inject --error-rate 0.05 --for 10m", Role.KEY)),
        line("   end what is on ", ("chaos halt", Role.KEY)),
    ]


def on_now(
    faults: Sequence[ActiveFault], leases: Sequence[FaultOn], now: float, columns: int, glyphs: Glyphs
) -> list[Line]:
    """What is on: by the metrics, with the ledger's account; and what only a service has told of yet."""
    told = {fault.id for fault in faults}
    rows = [row for fault in faults for row in _fault(fault, now, columns, glyphs)]
    rows += [_lease(lease, columns, glyphs) for lease in leases if lease.id not in told]
    return rows or [line((" no fault is on", Role.DIM))]


def _fault(fault: ActiveFault, now: float, columns: int, glyphs: Glyphs) -> list[Line]:
    whose = (f"  {fault.slo}" if fault.slo else "", f"  by {fault.operator}" if fault.operator else "")
    head = line((f" {glyphs.fault} {fault.summary or fault.kind}", Role.CHAOS))
    first = fitting(head, [line(extra) for extra in whose], columns)
    if fault.started is None:
        return [
            first,
            crop(line(f"   {number(fault.injected)} injected, ", ("not in the ledger", Role.TICKET)), columns),
        ]
    gone = max(0.0, now - fault.started)
    parts = [f"   {rough(gone)}"]
    if fault.planned_end is not None:
        planned = max(1.0, fault.planned_end - fault.started)
        left = f"{rough(fault.planned_end - now)} left" if now < fault.planned_end else "over"
        parts = [f"   {bar(min(1.0, gone / planned), 10, glyphs)} {rough(gone)} of {rough(planned)}, {left}"]
    if fault.cost is not None:
        parts.append(f"   cost {cost(fault.cost)}")
        parts.append(f" of {cost(fault.planned_cost)} planned" if fault.planned_cost is not None else "")
    else:
        parts.append(f"   {number(fault.injected)} injected")
        parts.append(f", {cost(fault.planned_cost)} planned" if fault.planned_cost is not None else "")
    return [first, crop(line("".join(parts)), columns)]


def _lease(lease: FaultOn, columns: int, glyphs: Glyphs) -> Line:
    hits = f"  {number(lease.injected)} of {number(lease.matched)} hit, {rough(lease.seconds_left)} left"
    head = line((f" {glyphs.fault} {lease.what}", Role.CHAOS), hits)
    return fitting(head, [line(f"  by {lease.operator}"), line(f"  at {lease.target}")], columns)


def answer(panel: Panel, waited: float, columns: int, glyphs: Glyphs) -> list[Line]:
    """What stands under the form, whatever its height; `waited` is how many seconds the desk has been asked for."""
    rows: list[Line] = []
    match panel.phase:
        case Phase.PRICING:
            asking = f" {glyphs.waiting} asking for the price, {rough(waited)}"
            rows = [line((asking, Role.STRONG), ("   esc gives up", Role.DIM))]
        case Phase.STARTING:
            rows = [
                line((f" {glyphs.waiting} starting, {rough(waited)}", Role.STRONG), "   priced and guarded once more")
            ]
        case Phase.STARTED if panel.started is not None:
            rows = _started(panel.started, columns, glyphs, over=panel.over)
    if panel.trouble is not None:
        rows += _trouble(panel.trouble, columns, glyphs)
    if panel.again and panel.phase is Phase.PRICED:
        rows.append(line((" the price was older than a minute, and was asked for anew: type it once more", Role.LOW)))
    if panel.quote is not None and panel.phase is not Phase.STARTED:
        quoted = quote_lines(panel.quote, columns, glyphs, overriding=panel.overriding)
        if panel.changed:
            rows += [line((" the form has changed since; enter prices it anew", Role.LOW)), *map(dimmed, quoted)]
        else:
            rows += quoted
    if not rows:
        rows = [line((" enter prices it: nothing is spent before you have typed a name", Role.DIM))]
    return _cropped(rows, columns)


def quote_lines(quote: Quote, columns: int, glyphs: Glyphs, *, overriding: bool = False) -> list[Line]:
    """What and where; what it costs each SLO and where that leaves it; what speaks against it; what that rests on."""
    where = ", ".join(part for part in (quote.service, quote.environment) if part) or "no service"
    title = line((f" {quote.fault} for {compact(quote.seconds)}", Role.STRONG))
    rows = [fitting(title, [line((f"  at {where}", Role.DIM))], columns)]
    rows += _against(quote, columns, glyphs, overriding=overriding)
    if quote.prices is None:
        return _cropped([*rows, *_said(f"price unknown: {quote.why}", columns, role=Role.NO_DATA)], columns)
    if not quote.prices:
        free = "costs nothing: no SLO counts these requests as bad"
        return _cropped([*rows, *_said(free, columns, role=Role.NO_DATA)], columns)
    for price in quote.prices:
        rows += _price(price, columns)
    for note in dict.fromkeys(note for price in quote.prices for note in price.assumed):
        rows += _said(f"assumed: {note}", columns, role=Role.DIM)
    return _cropped(rows, columns)


def _against(quote: Quote, columns: int, glyphs: Glyphs, *, overriding: bool) -> list[Line]:
    word, role = ("OVERRIDDEN", Role.LOW) if overriding else ("REFUSED", Role.PAGE)
    rows = []
    for why in quote.against:
        first = f" {glyphs.down} {word}  "
        found = wrapped(why, columns - 1, first=first, rest=" " * len(first))
        rows += [line((first, role), found[0][0].text[len(first) :]), *found[1:]]
    if not overriding:
        for way in quote.ways_out:
            rows += wrapped(way, columns - 1, first="            ", rest="              ", role=Role.KEY)
    return rows


def _price(price: QuotedPrice, columns: int) -> list[Line]:
    of_budget = f"{cost(price.share.mid)} of the {compact(price.window)} budget" if price.share else "a cost unknown"
    head = line(("   ", Role.PLAIN), (price.slo, Role.STRONG), f"  {of_budget}")
    extras = [f" ({cost(price.share.low)}-{cost(price.share.high)})"] if price.share else []
    rows = [fitting(head, [line(extra) for extra in extras], columns)]
    rows += _said(f"{_span(price.bad)} bad, burn {burn(price.burn)}", columns)
    if price.left is not None and price.left_after is not None:
        rows += _said(f"left {percent(price.left)}, then {percent(price.left_after)}; {_tiers(price)}", columns)
    if price.share_so_far is not None:
        rows += _said(f"the window is young: {cost(price.share_so_far)} of the budget so far", columns)
    fires = ", ".join(map(_alert, price.alerts))
    if not fires:
        return [*rows, *_said("alerts: none will fire", columns, role=Role.DIM)]
    pages = any(alert.severity == "page" for alert in price.alerts)
    role = Role.PAGE if pages else Role.TICKET
    return rows + _said(f"alerts: {fires}", columns, role=role)


def _span(bad: Estimate) -> str:
    return f"{number(bad.mid)} ({number(bad.low)}-{number(bad.high)})"


def _tiers(price: QuotedPrice) -> str:
    now, after, worst = price.tier, price.tier_after, price.tier_at_worst
    if now is None or after is None or worst is None:
        return "policy tier unknown"
    then = f"policy tier {now}, then {after}" if after != now else f"policy tier stays {now}"
    return then if worst == after else f"{then}, at the upper end {worst}"


def _alert(alert: QuotedAlert) -> str:
    when = f"after {rough(alert.after)}" if alert.after else "at once"
    return f"{alert.severity} {when} ({alert.long} above {alert.factor:g}x)"


def _trouble(error: SlotuiError, columns: int, glyphs: Glyphs) -> list[Line]:
    # What is wrong with the form itself was said by nobody who could exit.
    code = "" if isinstance(error, UsageError) else f" (exit {error.exit_code})"
    rows = wrapped(f"{error.what}{code}", columns - 1, first=f" {glyphs.down} ", rest="   ", role=Role.TICKET)
    for fix in error.fix.splitlines():
        rows += wrapped(fix, columns - 1, first="   ", rest="     ", role=Role.KEY)
    return rows


def _started(on: Started, columns: int, glyphs: Glyphs, *, over: bool) -> list[Line]:
    words = _said(f"its words: {on.log}", columns, role=Role.DIM)
    if over:
        return [line(f" entry {on.entry} is over; its account: esc and ", ("L", Role.KEY), ", or chaos log"), *words]
    return [
        line(
            (f" {glyphs.fault} entry {on.entry} is on", Role.CHAOS), f", guarded by a process of its own (pid {on.pid})"
        ),
        *_said("it goes on when this screen closes, and ends by itself when its time is up", columns),
        *words,
    ]


def _cropped(rows: Iterable[Line], columns: int) -> list[Line]:
    # Words are wrapped by their letters; a wide one takes two columns.
    return [crop(row, columns) for row in rows]


def _said(text: str, columns: int, *, role: Role = Role.PLAIN) -> list[Line]:
    return wrapped(text, columns - 1, first="     ", rest="     ", role=role)


def unseen(error: SlotuiError, columns: int, glyphs: Glyphs) -> list[Line]:
    """Where no service says what is on: why, and what to type next."""
    rows = wrapped(error.what, columns - 1, first=f" {glyphs.down} ", rest="   ", role=Role.NO_DATA)
    if error.exit_code == RefusedError.exit_code:  # another service would not be told either
        return _cropped([*rows, line(f"   {error.fix}")], columns)
    ways = [
        line("   the training lab: ", ("slotui lab up", Role.KEY)),
        line("   another service, under options: ", ("--target URL --token-file FILE", Role.KEY)),
    ]
    return _cropped([*rows, fitting(ways[0], [ways[1]], columns)] if columns >= 100 else [*rows, *ways], columns)


def keys(
    panel: Panel, *, naming: bool = False, writing: bool = False, halting: bool = False, able: bool = True, columns: int
) -> Line:
    """The panel's own footer: what the next key does. `naming`: the name is typed; `writing`: letters go to a field."""
    if not able:
        named = [("esc", "back"), ("^c", "quit")]
    elif halting:
        named = [("enter", "halt them"), ("esc", "let them be")]
    elif panel.phase is Phase.PRICING:
        named = [("esc", "give up"), ("^c", "quit")]
    elif panel.phase is Phase.STARTING:
        named = [("^c", "quit")]
    elif naming:
        named = [("enter", "spend it"), ("esc", "back to the form"), ("^c", "quit")]
    else:
        enter = "type the name" if panel.spendable else "price"
        named = [("enter", enter), ("tab", "next field"), ("esc", "back")]
        named += [] if writing else [("space", "choose"), ("H", "halt")]
        named.append(("^c", "quit"))
    return fitting(line(" "), [line((key, Role.KEY), (f" {word}  ", Role.DIM)) for key, word in named], columns)
