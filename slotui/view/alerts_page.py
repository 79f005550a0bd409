"""Every alert tier of every SLO, the loudest first, and what would end it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from slotui.core.alerts import AlertStatus, BurnState, Severity, reset_time
from slotui.core.board import SloBoard
from slotui.core.figures import burn, percent
from slotui.core.states import SloState
from slotui.duration import compact, rough
from slotui.view.detail import gauge
from slotui.view.ink import Line, Role, clip, crop, fit, line, pad, wrapped
from slotui.view.sections import firing_state
from slotui.view.words import UNICODE, Glyphs, clock_time

_STATE = 15
_TITLED = 100
_DRAWN = 120
_LONGEST_NAME = 40

_LOUDEST = (BurnState.CRITICAL, BurnState.RECOVERING, BurnState.INCREASING, BurnState.OK)
_SEVERITIES: tuple[Severity, ...] = ("page", "ticket")


class Ranked(NamedTuple):
    """A tier of an SLO. There may be tens of thousands."""

    slo: SloBoard
    status: AlertStatus

    @property
    def key(self) -> tuple[str, str, int]:
        """What stays the same from board to board: the SLO's name, and what tells its tiers apart."""
        return self.slo.slo.name, self.status.tier.severity, self.status.tier.long


def ranked(slos: Sequence[SloBoard]) -> list[Ranked]:
    """Firing, recovering, increasing, then the rest; within each, pages before tickets, in the order of the SLOs."""
    heaps: dict[tuple[BurnState, Severity], list[Ranked]] = {
        (state, severity): [] for state in _LOUDEST for severity in _SEVERITIES
    }
    for slo in slos:
        for status in slo.alerts:
            heaps[status.state, status.tier.severity].append(Ranked(slo, status))
    return [each for heap in heaps.values() for each in heap]


def summary(found: Sequence[Ranked], columns: int, *, was: bool = False) -> Line:
    """How many fire, in a sentence."""
    if not found:
        return line((" No SLO to watch. Name files or folders: slotui watch --slos PATH", Role.NO_DATA))
    # The loud ones are in front; of thousands of others nothing need be known.
    pages = tickets = recovering = 0
    for each in found:
        state = each.status.state
        if state is BurnState.CRITICAL:
            pages += each.status.tier.severity == "page"
            tickets += each.status.tier.severity == "ticket"
        elif state is BurnState.RECOVERING:
            recovering += 1
        else:
            break
    after = f"; {recovering} recovering" if recovering else ""
    fired, fires, fire = ("fired", "fired", "fired") if was else ("fires", "fires", "fire")
    if not pages and not tickets:
        return crop(
            line(
                (f" no alert {fired}", Role.DIM if was else Role.OK),
                f", of {len(found):,} tier{'' if len(found) == 1 else 's'}{after}",
            ),
            columns,
        )
    told = [f"{count} {name}{'' if count == 1 else 's'}" for count, name in ((pages, "page"), (tickets, "ticket"))]
    words = " and ".join(word for word in told if not word.startswith("0 "))
    role = Role.DIM if was else Role.PAGE if pages else Role.TICKET
    verb = fires if pages + tickets == 1 else fire
    return crop(
        line((f" {words} {verb}", role), f", of {len(found):,} tier{'' if len(found) == 1 else 's'}{after}"), columns
    )


def titles(columns: int) -> Line:
    """The column titles."""
    drawn, titled = columns >= _DRAWN, columns >= _TITLED
    window = 20 if drawn else 12
    text = (
        f"   {fit('TIER', 7)}{fit('SLO', _name(columns))} {fit('', 10) if titled else ''}{fit('OVER', 6, right=True)}"
    )
    text += f"  {fit(' LONG WINDOW' if drawn else ' LONG', window - 2)}"
    text += f"  {fit('SHORT WINDOW' if drawn else 'SHORT', window - 2)}  STATE"
    return pad(line((text, Role.DIM)), columns)


def row(
    slo: SloBoard, status: AlertStatus, now: float, columns: int, *, was: bool = False, glyphs: Glyphs = UNICODE
) -> Line:
    """One tier in exactly `columns` columns: both windows against its threshold, and the state word."""
    tier = status.tier
    state = firing_state(slo, status, now, was=was)
    alarm = Role.PAGE if tier.severity == "page" else Role.TICKET
    firing = status.firing
    name = fit(slo.name, _name(columns))
    return pad(
        line(
            (f"{_glyph(slo, status, glyphs)} {fit(tier.severity.upper(), 7)}", alarm if firing else state.role),
            (name, Role.STRONG if firing else Role.PLAIN),
            f" {fit(tier.title, 10)}" if columns >= _TITLED else " ",
            fit(f"{tier.factor:.4g}x", 6, right=True),
            *_window(tier.long, status.burn_long, tier.factor, alarm, columns, glyphs),
            *_window(tier.short, status.burn_short, tier.factor, alarm, columns, glyphs),
            "  ",
            state,
        ),
        columns,
    )


def _name(columns: int) -> int:
    rest = 2 + 7 + 1 + 6 + 12 + 12 + 2 + _STATE
    rest += 10 if columns >= _TITLED else 0
    rest += 16 if columns >= _DRAWN else 0
    return min(_LONGEST_NAME, max(8, columns - rest))


def _window(
    seconds: int, rate: float | None, factor: float, alarm: Role, columns: int, glyphs: Glyphs
) -> list[str | tuple[str, Role]]:
    role = Role.QUIET if rate is None else alarm if rate > factor else Role.PLAIN
    found: list[str | tuple[str, Role]] = [f"  {fit(compact(seconds), 3, right=True)} "]
    found.append((fit(burn(rate), 6, right=True), role))
    return [*found, " ", (gauge(rate, factor, glyphs), role)] if columns >= _DRAWN else found


def _glyph(slo: SloBoard, status: AlertStatus, glyphs: Glyphs) -> str:
    match status.state:
        case BurnState.CRITICAL:
            return glyphs.states[SloState.PAGE if status.tier.severity == "page" else SloState.TICKET]
        case BurnState.RECOVERING:
            return glyphs.trends["down"]
        case BurnState.INCREASING:
            return glyphs.trends["up"]
        case BurnState.OK:
            seen = status.burn_long is not None or status.burn_short is not None
            silent = SloState.NO_DATA if slo.state is SloState.NO_DATA else SloState.QUIET
            return glyphs.states[SloState.OK if seen else silent]


def told(slo: SloBoard, status: AlertStatus, now: float, columns: int, height: int) -> list[Line]:
    """One tier in sentences: when it fires, since when it does, what would end it, and where room, what to ask."""
    tier = status.tier
    allowed = 1 - slo.slo.target
    long, short = compact(tier.long), compact(tier.short)
    does = "pages" if tier.severity == "page" else "opens a ticket"
    rule = (
        f"{slo.name} {does} on a {tier.title}: while {long} and {short} both burn above {tier.factor:.4g}x,"
        f" more than {percent(tier.factor * allowed, 2)} bad; {percent(tier.share)} of the budget is gone by then"
    )
    rows = [row for said in (rule, _now(slo, status, now)) for row in wrapped(said, columns - 1, first=" ", rest="   ")]
    rows = clip(rows, height, columns)
    hint = line((f" how soon it notices what: slotui alerts {slo.name}", Role.DIM))
    return [*rows, crop(hint, columns)] if len(rows) < height else rows


def _now(slo: SloBoard, status: AlertStatus, now: float) -> str:
    """What goes on, and what would change it."""
    tier = status.tier
    long, short = compact(tier.long), compact(tier.short)
    over = f"{tier.factor:.4g}x"
    if status.burn_long is None and status.burn_short is None:
        return "No event in its windows: it cannot fire."
    match status.state:
        case BurnState.CRITICAL:
            since = status.since
            started = "" if since is None else f" since {clock_time(since)} UTC ({rough(max(0.0, now - since))})"
            ratio = (status.burn_short or 0.0) * (1 - slo.slo.target)
            clean = rough(max(1.0, reset_time(tier, slo.slo.target, ratio)))
            return f"Firing{started}. It clears {clean} after the last bad event: {short} must fall to {over}."
        case BurnState.RECOVERING:
            return f"Recovering: {short} is below {over} again, {long} not yet. It fires again if {short} rises above."
        case BurnState.INCREASING:
            return (
                f"Increasing: {short} is above {over}, {long} is at {burn(status.burn_long)}. It fires at {over} too."
            )
        case BurnState.OK:
            return f"Quiet: neither {long} nor {short} is above {over}."
