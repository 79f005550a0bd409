"""The ledger on the screen: where the budget of the SLOs went, each entry in a line, and one entry in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from slotui.clock import to_iso
from slotui.core.board import ActiveFault, Board, SloBoard
from slotui.core.entry import INCIDENTS, PLANNED, Entry, Estimate, Reconciliation, reconcile
from slotui.core.figures import UNKNOWN, cost, percent
from slotui.duration import rough
from slotui.view.ink import Line, Role, clip, crop, fit, line, pad, wrapped
from slotui.view.sections import spent_line
from slotui.view.words import UNICODE, Glyphs, day_time, number, short_number

_ALL_FIGURES = 76
_WORDED = 110
_OPERATOR = 12
_ENDING = 10


def entries_for(board: Board, only: str | None) -> list[Entry]:
    """What is written of one SLO, or of all: what is still on first, then newest first."""
    found = [entry for entry in board.entries if only is None or entry.concerns(only)]
    return sorted(found, key=lambda entry: (entry.open and entry.spends, entry.started), reverse=True)


def spending(board: Board, only: str | None, columns: int, height: int, glyphs: Glyphs = UNICODE) -> list[Line]:
    """How the spent budget divides: of one SLO as a sum, of all as a table, the worst first, in `height` lines."""
    if only is not None:
        slo = board.find(only)
        if slo is None:
            return [line((f" {only} is not among the SLOs any more", Role.NO_DATA))]
        return [spent_line(slo, columns, glyphs)]
    name = max(12, min(40, columns - 49))
    numbers = "".join(fit(title, 10, right=True) for title in ("PLANNED", "INCIDENTS", "UNEXPL."))
    rows = [line((f" {fit('SHARE OF THE BUDGET', name)}{fit('SPENT', 8, right=True)}{numbers}    LEFT", Role.DIM))]
    shown = board.slos if len(board.slos) < height else board.slos[: max(0, height - 2)]
    rows += [_spent(slo, name) for slo in shown]
    if len(shown) < len(board.slos):
        rows.append(line((f" and {len(board.slos) - len(shown):,} more: L turns to one SLO and back", Role.DIM)))
    return [crop(row, columns) for row in rows]


def _spent(slo: SloBoard, name: int) -> Line:
    head = f" {fit(slo.name, name)}"
    if slo.split is None or slo.remaining is None:
        return line(head, (fit(UNKNOWN, 8, right=True), Role.NO_DATA), ("  nothing is known of it", Role.DIM))
    parts = (slo.split.planned, Role.CHAOS), (slo.split.incident, Role.PAGE), (slo.split.unexplained, Role.LOW)
    return line(
        head,
        fit(percent(1 - slo.remaining), 8, right=True),
        *((fit(percent(share), 10, right=True), role if share > 0 else Role.DIM) for share, role in parts),
        fit(percent(slo.remaining), 8, right=True),
    )


def titles(columns: int) -> Line:
    """The column titles."""
    text = f"   {fit('BEGAN (UTC)', 11)} {fit('KIND', 11)} {fit('FOR', 7, right=True)} "
    if columns >= _ALL_FIGURES:
        text += f"{fit('PREDICTED', 9, right=True)} {fit('INJECTED', 8, right=True)} "
    text += f"{fit('OBSERVED', 8, right=True)} {fit('BUDGET', 7, right=True)}  "
    text += f"{fit('BY', _OPERATOR)} {fit('ENDING', _ENDING)} WHAT" if columns >= _WORDED else "BY"
    return pad(line((text, Role.DIM)), columns)


@dataclass(frozen=True, slots=True)
class Figures:
    """What an entry cost the SLO that it cost most: bad events, and their share of its present budget."""

    slo: str | None = None
    predicted: Estimate | None = None
    observed: float | None = None
    share: float | None = None


def figures(entry: Entry, board: Board, only: str | None) -> Figures:
    """The figures of `only`, or of the SLO that lost the largest share; of what is still on as far as is known."""
    on = _fault_of(entry, board)
    best = Figures()
    for name in dict.fromkeys((*entry.slos, *entry.predicted, *entry.observed)) if only is None else (only,):
        slo, observed = board.find(name), entry.observed.get(name)
        share = observed / slo.allowed if slo is not None and observed is not None and slo.allowed > 0 else None
        if share is None and on is not None and on.slo == name:
            share = on.cost
        if best.slo is None or (share or 0.0) > (best.share or 0.0):
            best = Figures(name, entry.predicted.get(name), observed, share)
    return best


def injected(entry: Entry, board: Board) -> int | None:
    """Faults injected by an entry's own count; of one that is still on, so far."""
    on = _fault_of(entry, board)
    return on.injected if entry.injected is None and on is not None else entry.injected


def _fault_of(entry: Entry, board: Board) -> ActiveFault | None:
    return next((fault for fault in board.faults if fault.id == entry.id), None)


def row(
    entry: Entry, board: Board, now: float, columns: int, *, only: str | None = None, glyphs: Glyphs = UNICODE
) -> Line:
    """One entry in exactly `columns` columns."""
    known = figures(entry, board, only)
    role = _role(entry)
    mark = glyphs.fault if _is_on(entry) else _mark(entry, glyphs)
    numbers = f" {fit(_lasted(entry, now), 7, right=True)} "
    if columns >= _ALL_FIGURES:
        predicted = short_number(known.predicted.mid) if known.predicted is not None else UNKNOWN
        numbers += f"{fit(predicted, 9, right=True)} {fit(_short(injected(entry, board)), 8, right=True)} "
    numbers += f"{fit(_short(known.observed), 8, right=True)} {fit(cost(known.share), 7, right=True)}  "
    tail: tuple[str | tuple[str, Role], ...] = (entry.operator,)
    if columns >= _WORDED:
        tail = f"{fit(entry.operator, _OPERATOR)} {fit(_ending(entry), _ENDING)} ", (_said(entry), Role.DIM)
    return pad(
        line(
            (f"{mark} ", role), (f"{day_time(entry.started)} ", Role.DIM), (fit(entry.kind, 11), role), numbers, *tail
        ),
        columns,
    )


def told(entry: Entry, board: Board, columns: int, height: int, *, only: str | None = None) -> list[Line]:
    """What the line of an entry had no room for, in at most `height` lines."""
    known = figures(entry, board, only)
    head = [f"{_ending(entry)}, by {entry.operator}"]
    if entry.slos:
        head.append(f"of {', '.join(entry.slos)}")
    if known.predicted is not None:
        head.append(f"{_estimate(known.predicted)} predicted")
    rows = wrapped(_said(entry) or entry.kind, columns - 1, first=" ", rest=" ", role=Role.STRONG)
    rows = clip(rows, max(1, height - 1), columns)
    return clip([*rows, *wrapped("; ".join(head), columns - 1, first=" ", rest=" ", role=Role.DIM)], height, columns)


def entry_page(entry: Entry, board: Board, now: float, columns: int, glyphs: Glyphs = UNICODE) -> list[Line]:
    """Everything of an entry: what, why, who, when, its bill of each SLO, and what excludes it."""
    role = _role(entry)
    excluded = [
        f"{one.id} ({one.kind}, {one.operator}): {one.reason}" for one in board.entries if one.about == entry.id
    ]
    lasted = _lasted(entry, now)
    words = [
        ("what", entry.fault),
        ("why", entry.reason),
        ("by", entry.operator),
        ("SLOs", ", ".join(entry.slos) or "all"),
        ("began", to_iso(entry.started)),
        ("planned end", to_iso(entry.planned_end) if entry.planned_end is not None else ""),
        ("ended", "not yet" if entry.open else to_iso(entry.ended or entry.started)),
        ("lasted", lasted if lasted != UNKNOWN else ""),
        ("ending", _ending(entry)),
        ("override", "it was allowed against the policy" if entry.ending == "overridden" else ""),
        ("excludes", entry.about or ""),
        *(("excluded by", told) for told in excluded),
    ]
    rows = [line((f" {_mark(entry, glyphs)} {entry.kind} ", role), (entry.id, Role.STRONG)), ()]
    rows += [found for label, text in words if text for found in _labelled(label, text, columns)]
    if entry.spends:
        for bill in reconcile(replace(entry, injected=injected(entry, board))):
            rows += _bill(bill, board.find(bill.slo), columns)
    else:
        what = "it says when an alert was on" if entry.kind == "alert" else "it marks a moment"
        rows += [(), *wrapped(f"It costs nothing: {what}.", columns - 1, first="   ", role=Role.DIM)]
    return [crop(found, columns) for found in rows]


def _labelled(label: str, text: str, columns: int) -> Iterator[Line]:
    for index, part in enumerate(wrapped(text, columns - 17)):
        yield (*line((f"   {fit(label if index == 0 else '', 12)} ", Role.DIM)), *part)


def _bill(bill: Reconciliation, slo: SloBoard | None, columns: int) -> Iterable[Line]:
    allowed = slo.allowed if slo is not None and slo.allowed > 0 else None
    of = f", {number(allowed)} allowed" if allowed is not None else ""
    yield ()
    yield line((f" BAD EVENTS OF {bill.slo}", Role.STRONG), (of, Role.DIM))
    predicted = bill.predicted
    share = ""
    if predicted is not None and allowed is not None:
        share = f"{cost(predicted.low / allowed)} to {cost(predicted.high / allowed)} of the budget"
    rows: Sequence[tuple[str, str, str]] = (
        ("predicted", _estimate(predicted) if predicted else UNKNOWN, share),
        ("injected", _count(bill.injected), _of(bill.injected, allowed)),
        ("observed", _count(bill.observed), _of(bill.observed, allowed)),
        ("unexplained", _count(bill.unexplained), "observed without what was injected"),
    )
    for label, count, note in rows:
        yield line((f"   {fit(label, 12)} ", Role.DIM), fit(count, 26), (note, Role.DIM))
    if bill.suspicious:
        yield from wrapped(
            "More than was injected: something else burned too.", columns - 1, first="   ", role=Role.TICKET
        )


def nothing(only: str | None, columns: int) -> list[Line]:
    """An empty ledger, and how entries come into it."""
    of = f" of {only}" if only is not None else ""
    sentences = [
        f"No entry{of}: nothing was spent on purpose, and nobody claimed an incident.",
        "An experiment writes itself down: chaos inject (or x here).",
        "An incident is claimed: slotui ledger claim FROM TO --slo SLO --reason TEXT",
        "A deploy is marked: slotui ledger deploy NAME",
    ]
    return [found for sentence in sentences for found in wrapped(sentence, columns - 1, first=" ", rest="   ")]


def _said(entry: Entry) -> str:
    told = [entry.reason, entry.fault] if entry.kind == "deploy" else [entry.fault, entry.reason]
    words = ": ".join(part for part in told if part)
    return f"excludes {entry.about}: {words}" if entry.about is not None else words


def _ending(entry: Entry) -> str:
    return "on now" if entry.open else entry.ending or "ended"


def _is_on(entry: Entry) -> bool:
    return entry.open and entry.spends


def _lasted(entry: Entry, now: float) -> str:
    seconds = (now if entry.ended is None else entry.ended) - entry.started
    return rough(seconds) if seconds > 0 else UNKNOWN


def _role(entry: Entry) -> Role:
    return Role.CHAOS if entry.kind in PLANNED else Role.PAGE if entry.kind in INCIDENTS else Role.DIM


def _mark(entry: Entry, glyphs: Glyphs) -> str:
    return {Role.CHAOS: glyphs.planned, Role.PAGE: glyphs.incident}.get(_role(entry), glyphs.trends["flat"])


def _short(count: float | None) -> str:
    return UNKNOWN if count is None else short_number(count)


def _count(count: float | None) -> str:
    return UNKNOWN if count is None else number(count)


def _of(count: float | None, allowed: float | None) -> str:
    return f"{cost(count / allowed)} of the budget" if count is not None and allowed else ""


def _estimate(estimate: Estimate) -> str:
    return f"{number(estimate.mid)} ({number(estimate.low)}-{number(estimate.high)})"
