"""The burn-down chart: budget left over the window, against the policy's lines and an even spend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from slotui.core.board import ChartPoint, SloBoard
from slotui.core.entry import INCIDENTS, PLANNED, Entry
from slotui.core.policy import PolicyTier
from slotui.core.window import Period
from slotui.duration import DAY
from slotui.view.braille import BLANK, braille
from slotui.view.ink import Line, Piece, Role, fit, line
from slotui.view.table import share_role
from slotui.view.words import UNICODE, Glyphs

_GUTTER = 7  # `-1000% `
_LABEL = 13
_FLOORS = (0.0, -0.5, -1.0, -2.0, -5.0, -10.0, -20.0, -50.0, -100.0, -1000.0)
_NARROW = 40


def floor_of(points: Iterable[ChartPoint]) -> float:
    """The foot of the scale: 0, or the first of a few round shares that holds every point. It moves rarely."""
    lowest = min((point.remaining for point in points if point.remaining is not None), default=0.0)
    return next((floor for floor in _FLOORS if floor <= lowest), _FLOORS[-1])


def sampled(points: Sequence[ChartPoint], start: float, end: float, columns: int) -> list[float | None]:
    """The chart's points by dot column; a column without a measurement is None.

    Each point stands for the step that ends at it. A column takes the last measured point it meets, so a
    hole narrower than a column does not break the line.
    """
    found: list[float | None] = [None] * columns
    span = end - start
    if span <= 0 or not points:
        return found
    steps = sorted(b.at - a.at for a, b in pairwise(points))
    step = steps[len(steps) // 2] if steps else span / columns
    for point in points:
        if point.remaining is None:
            continue
        first = int((point.at - step - start) / span * columns + 1e-6)
        last = int((point.at - start) / span * columns - 1e-6)
        for column in range(max(0, first), min(columns - 1, last) + 1):
            found[column] = point.remaining
    return found


def burn_down(
    slo: SloBoard,
    tiers: Sequence[PolicyTier],
    entries: Sequence[Entry],
    *,
    end: float,
    columns: int,
    height: int,
    was: bool = False,
    glyphs: Glyphs = UNICODE,
) -> list[Line]:
    """`height` lines, the last two of them the time axis and the marks of what the ledger knows."""
    plot, rows = columns - _GUTTER - _LABEL, height - 2
    if plot < 10 or rows < 2:
        return [()] * height
    now, calendar = end, slo.slo.calendar is not None
    start, end = slo.period if calendar else (end - slo.slo.window, end)
    low = floor_of(slo.chart)
    data = braille(sampled(slo.chart, start, end, 2 * plot), plot, rows, low, 1.0)
    even = braille([None if i % 4 else 1 - i / (2 * plot) for i in range(2 * plot)], plot, rows, low, 1.0)
    lines = _policy_rows(tiers, rows, low)
    marks = _scale_rows(rows, low)
    role = Role.DIM if was else share_role(slo.remaining)
    drawn: list[Line] = []
    for index in range(rows):
        label = lines.get(index, "")
        cells = _merged(data[index], even[index], glyphs.dash if label else " ", role, glyphs)
        gutter = (f"{fit(marks.get(index, ''), _GUTTER - 1, right=True)}{glyphs.upright}", Role.DIM)
        drawn.append(line(gutter, *cells, (f" {label}", Role.DIM)))
    drawn.append(_axis(start, end, plot, glyphs, right="end" if calendar else "now"))
    drawn.append(_spends(slo, entries, start, end, now, plot, glyphs))
    return drawn


def span_row(slo: SloBoard, span: Period, label: str, *, end: float, columns: int, glyphs: Glyphs = UNICODE) -> Line:
    """A line to put under a chart of the same `end` and `columns`: where in its window a stretch lies.

    The label stands in the stretch where it fits, else before it.
    """
    plot = columns - _GUTTER - _LABEL
    window = slo.period if slo.slo.calendar is not None else Period(end - slo.slo.window, end)
    cut = [min(max(0.0, (at - window.start) / window.length), 1.0) for at in span]
    first = min(plot - 1, int(cut[0] * plot))
    length = max(1, round(cut[1] * plot) - first)
    inside = length >= len(label) + 6
    drawn = f"{glyphs.upright}{glyphs.dash * max(0, length - 2)}{glyphs.upright}"[:length]
    if inside:
        left = (length - len(label) - 2) // 2
        drawn = f"{drawn[:left]} {label} {drawn[left + len(label) + 2 :]}"
    before = "" if inside or first < len(label) + 1 else f"{label} "
    return line((f"{' ' * (_GUTTER + first - len(before))}{before}{drawn}", Role.DIM))


def _merged(data: str, even: str, ground: str, role: Role, glyphs: Glyphs) -> list[Piece]:
    """Data over the even spend over the policy line, a cell at a time; runs of one role become one piece."""
    pieces: list[Piece] = []
    for dots, thin in zip(data, even, strict=True):
        if dots != BLANK:
            piece = Piece(dots if glyphs.dots else "*", role)
        elif thin != BLANK:
            piece = Piece(thin if glyphs.dots else ".", Role.DIM)
        else:
            piece = Piece(ground, Role.RULE)
        if pieces and pieces[-1].role is piece.role:
            pieces[-1] = Piece(pieces[-1].text + piece.text, piece.role)
        else:
            pieces.append(piece)
    return pieces


def _row_of(share: float, rows: int, low: float) -> int | None:
    """The text row in which the chart draws a share."""
    if not low <= share <= 1.0:
        return None
    return round((1.0 - share) / (1.0 - low) * (4 * rows - 1)) // 4


def _policy_rows(tiers: Sequence[PolicyTier], rows: int, low: float) -> dict[int, str]:
    """Labels of the tiers' entry lines, by row; tiers that share a row share its label."""
    found: dict[int, str] = {}
    for tier in tiers:
        row = _row_of(tier.enter_below, rows, low) if tier.enter_below is not None else None
        if row is None or tier.enter_below is None:
            continue
        label = f"{tier.name} {100 * tier.enter_below:g}%"
        found[row] = f"{found[row].rsplit(' ', 1)[0]}, {label}" if row in found else label
    return {row: fit(label, _LABEL - 1).rstrip() for row, label in found.items()}


def _scale_rows(rows: int, low: float) -> dict[int, str]:
    wanted = (low, 0.0, 0.5, 1.0) if rows >= 4 else (low, 1.0)
    return {row: f"{100 * share:g}%" for share in wanted if (row := _row_of(share, rows, low)) is not None}


def _axis(start: float, end: float, plot: int, glyphs: Glyphs, *, right: str) -> Line:
    """Times at even distances along the window; the right end is now, or that of a calendar period."""
    pattern = "%m-%d" if end - start > DAY else "%H:%M"
    parts = 2 if plot < _NARROW else 4
    text = ""
    for part in range(parts):
        moment = datetime.fromtimestamp(start + (end - start) * part / parts, UTC).strftime(pattern)
        # The label stands at its time; a blank on either side keeps it apart from the axis.
        text += glyphs.dash * (plot * part // parts - len(text) - 1) + " " * bool(part) + moment + " "
    text += glyphs.dash * (plot - len(text) - 4) + f" {right}"
    corner, dot = ("└", "⠂") if glyphs.dots else ("+", ".")
    return line((f"{' ' * (_GUTTER - 1)}{corner}{text} {dot}even spend", Role.DIM))


def _spends(
    slo: SloBoard, entries: Sequence[Entry], start: float, end: float, now: float, plot: int, glyphs: Glyphs
) -> Line:
    """Under the axis: when budget was spent on purpose, and when an incident did it."""
    cells = [Piece(" ")] * plot
    seen: dict[str, Piece] = {}
    for entry in entries:
        if slo.name not in entry.slos and slo.name not in entry.observed:
            continue
        finish = entry.ended if entry.ended is not None else now
        if entry.kind in PLANNED:
            name, mark = "chaos", Piece(glyphs.planned, Role.CHAOS)
        elif entry.kind in INCIDENTS:
            name, mark = "inc.", Piece(glyphs.incident, Role.PAGE)
        else:
            continue
        if finish < start or entry.started > end:
            continue
        seen[name] = mark
        first = max(0, min(plot - 1, int((entry.started - start) / (end - start) * plot)))
        last = max(first, min(plot - 1, int((finish - start) / (end - start) * plot)))
        cells[first : last + 1] = [mark] * (last - first + 1)
    head = fit("spends " if seen else "", _GUTTER, right=True)
    legend: list[str | tuple[str, Role]] = []
    for name, mark in sorted(seen.items()):
        legend += [" ", (mark.text, mark.role), (name, Role.DIM)]
    return line((head, Role.DIM), *cells, *legend)
