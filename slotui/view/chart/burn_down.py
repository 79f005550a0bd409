"""The burn-down chart: budget left over time, against the policy's lines, an even spend, and what is to come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from slotui.core.board import ChartPoint, SloBoard
from slotui.core.burn_down import expected_at, left_between
from slotui.core.entry import Entry
from slotui.core.figures import burn
from slotui.core.policy import PolicyTier
from slotui.core.window import Period
from slotui.view.chart.braille import BLANK, braille
from slotui.view.chart.marks import Mark, axis, drawn, marks_of, marks_row
from slotui.view.chart.scale import Scale, close_scale, whole_scale
from slotui.view.chart.zoom import Frame, Zoom
from slotui.view.ink import Line, Piece, Role, crop, fit, fitting, line, rule
from slotui.view.ink import width as columns_of
from slotui.view.table import share_role
from slotui.view.words import UNICODE, Glyphs

_GUTTER = 7  # `-1000% `
_LABEL = 13
_NOTHING = " nothing was measured here "

Shares = list[float | None]


def burn_down(
    slo: SloBoard,
    tiers: Sequence[PolicyTier],
    entries: Sequence[Entry],
    frame: Frame,
    *,
    columns: int,
    height: int,
    was: bool = False,
    glyphs: Glyphs = UNICODE,
) -> list[Line]:
    """`height` lines: a title with the legend, the drawing, the time axis, and the marks of what the ledger knows."""
    plot, rows = columns - _GUTTER - _LABEL, height - 3
    if plot < 10 or rows < 2:
        return [()] * height
    left, expected = left_by_column(slo, frame, 2 * plot), _expected(slo, frame, 2 * plot)
    scale = whole_scale(left) if frame.zoom is Zoom.WINDOW else close_scale([*left, *_near(left, expected)])
    ahead = _to_the_edge(expected, scale)
    marks = marks_of(slo.name, entries, frame)
    canvas = _ground(tiers, scale, frame, plot, rows, glyphs)
    even = _even_spend(slo, frame, 2 * plot)
    _draw(canvas, even, scale, Role.DIM, "." if not glyphs.dots else None)
    _draw(canvas, ahead, scale, Role.STRONG, ":" if not glyphs.dots else None, dotted=True)
    _draw(canvas, left, scale, Role.DIM if was else share_role(slo.remaining), "*" if not glyphs.dots else None)
    if not any(share is not None for share in left) and plot > len(_NOTHING):
        canvas[rows // 2][2 : 2 + len(_NOTHING)] = [Piece(char, Role.NO_DATA) for char in _NOTHING]
    numbers, labels = scale.labels(rows), _policy_labels(tiers, scale, rows)
    legend = _legend(slo, marks, even, ahead, scale, glyphs)
    corner = "└" if glyphs.dots else "+"
    return [
        _title(frame, scale, legend, columns, glyphs),
        *(
            line(
                (f"{fit(numbers.get(row, ''), _GUTTER - 1, right=True)}{glyphs.upright}", Role.DIM),
                *_joined(cells),
                (f" {labels.get(row, '')}", Role.DIM),
            )
            for row, cells in enumerate(canvas)
        ),
        line(
            (f"{' ' * (_GUTTER - 1)}{corner}", Role.DIM),
            (axis(frame, plot, glyphs, resets=_resets(slo) and frame.zoom is Zoom.WINDOW), Role.DIM),
        ),
        line(
            (fit("ledger " if marks else "", _GUTTER, right=True), Role.DIM),
            *_joined(marks_row(marks, frame, plot, glyphs)),
        ),
    ]


def span_row(frame: Frame, span: Period, label: str, *, columns: int, glyphs: Glyphs = UNICODE) -> Line:
    """A line to put under a chart of the same `frame` and `columns`: where in it a stretch lies.

    The label stands in the stretch where it fits, else before it.
    """
    plot = columns - _GUTTER - _LABEL
    cut = [min(max(0.0, (at - frame.start) / frame.length), 1.0) for at in span]
    first = min(plot - 1, int(cut[0] * plot))
    length = max(1, round(cut[1] * plot) - first)
    inside = length >= len(label) + 6
    bar = f"{glyphs.upright}{glyphs.dash * max(0, length - 2)}{glyphs.upright}"[:length]
    if inside:
        left = (length - len(label) - 2) // 2
        bar = f"{bar[:left]} {label} {bar[left + len(label) + 2 :]}"
    before = "" if inside or first < len(label) + 1 else f"{label} "
    return line((f"{' ' * (_GUTTER + first - len(before))}{before}{bar}", Role.DIM))


# -- what is drawn, a value a dot column ------------------------------------------------------------


def left_by_column(slo: SloBoard, frame: Frame, columns: int) -> Shares:
    """What was left, by dot column up to now: of the last day as finely as the source knows it, unless all is shown."""
    found = sampled(slo.chart, frame.start, frame.end, columns)
    now = min(columns, frame.column(frame.now, columns) + 1)
    if frame.zoom is Zoom.WINDOW or slo.recent.first is None:
        return found
    first = max(0, frame.column(slo.recent.first, columns) + 1)
    if first < now:
        start, end = frame.moment(first, columns), frame.moment(now, columns)
        found[first:now] = left_between(slo, start, end, now - first)
    return found


def sampled(points: Sequence[ChartPoint], start: float, end: float, columns: int) -> Shares:
    """The chart's points by dot column; a column without a measurement is None.

    Each point stands for the step that ends at it. A column takes the last measured point it meets, so a
    hole narrower than a column does not break the line.
    """
    found: Shares = [None] * columns
    span = end - start
    if span <= 0 or not points:
        return found
    steps = sorted(b.at - a.at for a, b in pairwise(points))
    step = steps[len(steps) // 2] if steps else span / columns
    for point in points:
        if point.remaining is None or point.at <= start:
            continue
        first = int((point.at - step - start) / span * columns + 1e-6)
        last = int((point.at - start) / span * columns - 1e-6)
        for column in range(max(0, first), min(columns - 1, last) + 1):
            found[column] = point.remaining
    return found


def _even_spend(slo: SloBoard, frame: Frame, columns: int) -> Shares:
    """An even spend of the window, of the calendar period: a dot in every fourth column."""
    window = slo.period if _resets(slo) else Period(frame.now - slo.slo.window, frame.now)
    found: Shares = [None] * columns
    for column in range(0, columns, 4):
        moment = frame.moment(column, columns)
        if window.start <= moment < window.end:
            found[column] = 1 - (moment - window.start) / window.length
    return found


def _expected(slo: SloBoard, frame: Frame, columns: int) -> Shares:
    """The forecast, right of now."""
    found: Shares = [None] * columns
    for column in range(frame.column(frame.now, columns), columns):
        found[column] = expected_at(slo.forecast, max(frame.now, frame.moment(column, columns)))
    return found


def _to_the_edge(shares: Shares, scale: Scale) -> Shares:
    """A line that leaves the scale is drawn to its edge, and one that comes back from there."""

    def inside(share: float | None) -> bool:
        return share is not None and scale.low <= share <= scale.high

    return [
        min(max(share, scale.low), scale.high)
        if share is not None and any(map(inside, shares[max(0, index - 1) : index + 2]))
        else None
        for index, share in enumerate(shares)
    ]


def _near(left: Iterable[float | None], ahead: Iterable[float | None]) -> Shares:
    """Of the forecast, what is no farther from the line than the line is long: it must not squeeze it flat."""
    known = [share for share in left if share is not None]
    if not known:
        return []
    reach = max(known) - min(known)
    return [share for share in ahead if share is not None and min(known) - reach <= share <= max(known) + reach]


# -- how it is drawn --------------------------------------------------------------------------------

Canvas = list[list[Piece]]


def _ground(tiers: Sequence[PolicyTier], scale: Scale, frame: Frame, plot: int, rows: int, glyphs: Glyphs) -> Canvas:
    """Policy lines, and an upright where now is."""
    lines = _policy_labels(tiers, scale, rows)
    canvas = [[Piece(glyphs.dash if row in lines else " ", Role.RULE)] * plot for row in range(rows)]
    now = frame.column(frame.now, plot)
    if frame.now < frame.end and 0 <= now < plot:
        for cells in canvas:
            cells[now] = Piece(glyphs.now, Role.RULE)
    return canvas


def _draw(canvas: Canvas, shares: Shares, scale: Scale, role: Role, char: str | None, *, dotted: bool = False) -> None:
    """A line over what is there; in `char` where Braille may not be drawn."""
    plot, rows = len(canvas[0]), len(canvas)
    for cells, dots in zip(canvas, braille(shares, plot, rows, scale.low, scale.high, dotted=dotted), strict=True):
        for column, dot in enumerate(dots):
            if dot != BLANK:
                cells[column] = Piece(char or dot, role)


def _joined(cells: Iterable[Piece]) -> list[Piece]:
    """Runs of one role become one piece."""
    runs = groupby(cells, key=lambda cell: cell.role)
    return [Piece("".join(cell.text for cell in run), role) for role, run in runs]


def _policy_labels(tiers: Sequence[PolicyTier], scale: Scale, rows: int) -> dict[int, str]:
    """Labels of the tiers' entry lines, by row; tiers that share a row share its label."""
    found: dict[int, str] = {}
    for tier in tiers:
        row = scale.row(tier.enter_below, rows) if tier.enter_below is not None else None
        if row is None or tier.enter_below is None:
            continue
        label = f"{tier.name} {100 * tier.enter_below:g}%"
        found[row] = f"{found[row].rsplit(' ', 1)[0]}, {label}" if row in found else label
    return {row: fit(label, _LABEL - 1).rstrip() for row, label in found.items()}


def _title(frame: Frame, scale: Scale, legend: Sequence[Line], columns: int, glyphs: Glyphs) -> Line:
    """What is shown, over how long, from where to where the scale goes; then the legend, as far as it has room."""
    reach = f"{100 * scale.low:g}" + ("-" if scale.low >= 0 else "% to ") + f"{100 * scale.high:g}%"
    about = f" {frame.label}, {reach} "
    head = line((f"{glyphs.dash} ", Role.RULE), ("BUDGET LEFT", Role.STRONG), about)
    titled = fitting((*head, Piece(glyphs.dash, Role.RULE)), legend, columns - 2)
    return crop((*titled, Piece(" "), *rule(columns - 1 - columns_of(titled), dash=glyphs.dash)), columns)


def _legend(
    slo: SloBoard, marks: Sequence[Mark], even: Shares, ahead: Shares, scale: Scale, glyphs: Glyphs
) -> list[Line]:
    """What stands for what; of the lines, those that are on the scale."""

    def seen(shares: Shares) -> bool:
        return any(share is not None and scale.low <= share <= scale.high for share in shares)

    found: list[Line] = []
    for kind in sorted({mark.kind for mark in marks}):
        piece = drawn(kind, glyphs)
        found.append(line(" ", (piece.text, piece.role), (kind, Role.DIM)))
    if seen(ahead) and slo.forecast is not None:
        dots = (f" {'⠢' if glyphs.dots else ':'}", Role.STRONG)
        found.append(line(dots, (f"forecast {burn(slo.forecast.burn)}", Role.DIM)))
    if seen(even):
        found.append(line((f" {'⠂' if glyphs.dots else '.'}even", Role.DIM)))
    return found


def _resets(slo: SloBoard) -> bool:
    return slo.slo.calendar is not None
