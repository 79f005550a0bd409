"""Was it planned? What is on now, which alerts fire, and where the budget went."""

from __future__ import annotations

from collections.abc import Collection

from slotui.core.alerts import AlertStatus, BurnState
from slotui.core.board import ActiveFault, Board, SloBoard
from slotui.core.entry import INCIDENTS, PLANNED, Entry, Split
from slotui.core.figures import burn, cost, percent
from slotui.core.states import SloState
from slotui.duration import compact, rough
from slotui.view.ink import Line, Piece, Role, crop, fit, fitting, line
from slotui.view.ink import width as columns_of
from slotui.view.words import UNICODE, Glyphs, day_time, number

_LONGEST_BAR = 6
SPENT_TITLE = (("LEDGER", Role.STRONG), " share of the allowed bad events")
"""Stands over `spent_row`s."""


def faults(board: Board, now: float, width: int, glyphs: Glyphs = UNICODE, *, only: str | None = None) -> list[Line]:
    """The faults that are on, with time and cost; `only` narrows to those that spend that SLO's budget, or nobody's."""
    shown = [fault for fault in board.faults if only is None or fault.slo in (only, None)]
    if not shown:
        return [line((" no fault is on", Role.DIM))]
    return [_fault(fault, now, width, glyphs) for fault in shown]


def _fault(fault: ActiveFault, now: float, width: int, glyphs: Glyphs) -> Line:
    head = line((f" {glyphs.fault} {fault.summary or fault.kind}", Role.CHAOS))
    if fault.started is None:
        told = f"  {number(fault.injected)} injected, not in the ledger: "
        return crop((*head, *line((told, Role.TICKET), ("chaos halt", Role.KEY), (" stops it", Role.TICKET))), width)
    time = rough(max(0.0, now - fault.started))
    if fault.planned_end is not None:
        time += f" of {rough(fault.planned_end - fault.started)}"
        time += " (over)" if now > fault.planned_end else ""
    extras = (f"  {fault.slo}" if fault.slo else "", f"  by {fault.operator}" if fault.operator else "")
    return fitting((*head, *line(f"  {time}  {_spent_so_far(fault)}")), [line(extra) for extra in extras], width)


def _spent_so_far(fault: ActiveFault) -> str:
    planned = f"{cost(fault.planned_cost)} planned" if fault.planned_cost is not None else ""
    if fault.cost is not None:
        return f"cost {cost(fault.cost)}" + (f" of {planned}" if planned else "")
    # A delayed request is not yet a bad one.
    return f"{number(fault.injected)} injected" + (f", {planned}" if planned else "")


def alerts(board: Board, now: float, width: int, height: int, glyphs: Glyphs = UNICODE) -> tuple[list[Line], int]:
    """The alerts that fire, pages first, in at most `height` lines, and how many more there are."""
    # An SLO that is ok or quiet has no firing tier: with thousands of them that is worth knowing.
    loud = (slo for slo in board.slos if slo.state is not SloState.OK and slo.state is not SloState.QUIET)
    firing = [(slo, status) for slo in loud for status in slo.alerts if status.firing]
    if not firing:
        fading = [slo.name for slo in board.slos if any(s.state is BurnState.RECOVERING for s in slo.alerts)]
        rest = f"; recovering: {', '.join(fading)}" if fading else ""
        return [crop(line((f" no alert fires{rest}", Role.DIM)), width)][:height], 0
    firing.sort(key=lambda pair: pair[1].tier.severity != "page")
    shown = firing[: max(0, height)]
    titled = width >= 76
    name = min(max(len(slo.name) for slo, _ in firing), max(12, width - (57 if titled else 47)))
    rows = [crop(_alert(slo, status, now, name, titled, glyphs), width) for slo, status in shown]
    return rows, len(firing) - len(shown)


def _alert(slo: SloBoard, status: AlertStatus, now: float, name: int, titled: bool, glyphs: Glyphs) -> Line:
    tier = status.tier
    role = Role.PAGE if tier.severity == "page" else Role.TICKET
    state = SloState.PAGE if tier.severity == "page" else SloState.TICKET
    age = rough(max(0.0, now - status.since)) if status.since is not None else ""
    return line(
        (f" {glyphs.states[state]} {fit(tier.severity.upper(), 7)}", role),
        (fit(slo.name, name), Role.STRONG),
        f" {fit(tier.title, 9)}" if titled else "",
        f" {fit(age, 6, right=True)} ",
        f" {compact(tier.long)} {burn(status.burn_long)}, {compact(tier.short)} {burn(status.burn_short)}"
        f" over {tier.factor:.4g}",
    )


def spent_line(slo: SloBoard, width: int, glyphs: Glyphs = UNICODE) -> Line:
    """`spent = planned + incidents + unexplained`, in percent of the allowed bad events; bars where they fit."""
    if slo.split is None or slo.remaining is None:
        return line((" nothing is known of what was spent", Role.DIM))
    drawn = _sum(slo.split, 1 - slo.remaining, glyphs)
    if columns_of(drawn) <= width:
        return drawn
    return crop(_sum(slo.split, 1 - slo.remaining, None), width)


def _sum(split: Split, spent: float, glyphs: Glyphs | None) -> Line:
    return line(
        f" spent {percent(spent)} = planned ",
        *_share(split.planned, glyphs.planned if glyphs else "", Role.CHAOS),
        " + incidents ",
        *_share(split.incident, glyphs.incident if glyphs else "", Role.PAGE),
        " + unexplained ",
        *_share(split.unexplained, glyphs.unexplained if glyphs else "", Role.LOW),
    )


def _share(share: float, glyph: str, role: Role) -> tuple[tuple[str, Role], str]:
    length = 0 if share <= 0 else max(1, min(_LONGEST_BAR, round(share * 10)))
    return (glyph * length, role), (" " if length and glyph else "") + percent(share).rstrip("%")


def spent_row(slo: SloBoard, width: int) -> Line:
    """One SLO's spend, with the sum written out where there is room for it."""
    worded = width >= 76
    name = f" {fit(slo.name, max(12, width - (58 if worded else 34)))}"
    if slo.split is None or slo.remaining is None:
        return crop(line(name, (" nothing is known", Role.DIM)), width)
    spent = fit(percent(1 - slo.remaining), 7, right=True)
    planned, incident, rest = (
        percent(share).rstrip("%") for share in (slo.split.planned, slo.split.incident, slo.split.unexplained)
    )
    if worded:
        return crop(line(name, f"{spent} = planned {planned} + incidents {incident} + unexplained {rest}"), width)
    return crop(line(name, f"{spent}, {planned} of it planned"), width)


def entries_of(slo: SloBoard, board: Board) -> list[Entry]:
    """What the ledger holds against this SLO, newest first."""
    return sorted(
        (entry for entry in board.entries if slo.name in entry.slos or slo.name in entry.observed),
        key=lambda entry: entry.started,
        reverse=True,
    )


def ledger_tail(
    slo: SloBoard, board: Board, width: int, height: int, glyphs: Glyphs = UNICODE, *, told: Collection[str] = ()
) -> list[Line]:
    """The newest entries against this SLO, one a line, without those of the ids `told` elsewhere."""
    found = [entry for entry in entries_of(slo, board) if entry.id not in told]
    if not found:
        return [line((" no entry against this SLO" if not told else " no other entry", Role.DIM))][:height]
    return [_entry(entry, slo, width, glyphs) for entry in found[:height]]


def _entry(entry: Entry, slo: SloBoard, width: int, glyphs: Glyphs) -> Line:
    observed, predicted = entry.observed.get(slo.name), entry.predicted.get(slo.name)
    price = cost(observed / slo.allowed) if observed is not None and slo.allowed > 0 else "-"
    role = Role.CHAOS if entry.kind in PLANNED else Role.PAGE if entry.kind in INCIDENTS else Role.DIM
    mark = {Role.CHAOS: glyphs.planned, Role.PAGE: glyphs.incident}.get(role, " ")
    head = line(
        (f" {day_time(entry.started)} ", Role.DIM),
        (f"{mark} {fit(entry.kind, 11)}", role),
        f"{fit(price, 7, right=True)}  ",
        entry.fault or entry.reason,
    )
    extras = [f"  {'on now' if entry.open else entry.ending or 'ended'}, {entry.operator}"]
    if predicted is not None and slo.allowed > 0:
        extras.append(f", planned {cost(predicted.mid / slo.allowed)}")
    if entry.fault and entry.reason:
        extras.append(f": {entry.reason}")
    return fitting(head, [line((extra, Role.DIM)) for extra in extras], width)


def ledger_title(slo: SloBoard) -> tuple[str | tuple[str, Role], ...]:
    """Whose budget the ledger section speaks of."""
    return (("LEDGER", Role.STRONG), f" {slo.name}, {slo.slo.window_label}")


def firing_state(slo: SloBoard, status: AlertStatus, now: float, *, was: bool = False) -> Piece:
    """The state word of a tier: `FIRING 6m`, `recovering`, `increasing`, `ok`, or what is missing to tell."""
    if status.burn_long is None and status.burn_short is None:
        return Piece("no data", Role.NO_DATA) if slo.state is SloState.NO_DATA else Piece("no traffic", Role.QUIET)
    match status.state:
        case BurnState.CRITICAL:
            age = f" {rough(max(0.0, now - status.since))}" if status.since is not None else ""
            role = Role.PAGE if status.tier.severity == "page" else Role.TICKET
            return Piece(f"{'was ' if was else ''}FIRING{age}", role)
        case BurnState.RECOVERING:
            return Piece("recovering", Role.LOW)
        case BurnState.INCREASING:
            return Piece("increasing", Role.LOW)
        case BurnState.OK:
            return Piece("ok", Role.OK)
