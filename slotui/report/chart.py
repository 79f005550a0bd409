"""The burn-down of a budget as an SVG picture: the window, the period in it, and what the ledger knows of both.

Every mark has a shape, a place and a word of its own, so that the picture can be read without its colours, and a
description that says the same in a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import escape
from typing import NamedTuple

from slotui.core.board import ChartPoint
from slotui.core.entry import INCIDENTS, PLANNED, Entry
from slotui.core.figures import percent
from slotui.core.plain import clean
from slotui.core.window import Period
from slotui.duration import DAY
from slotui.report.page import Chart
from slotui.report.words import days, said, stretch, went
from slotui.view.chart.scale import floor_of

_WIDTH, _HEIGHT = 640, 264
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 26, 62
_DATES = 4
_SMALLEST = 5
"""Width below which a spend's mark could not be seen."""
_LANE = 12
_MARKS = ("planned", "incident", "unclaimed", "deploy")


class _Mark(NamedTuple):
    """A stretch, or a moment, under the curve."""

    kind: str
    start: float
    end: float
    told: str


class _Plot(NamedTuple):
    """Where times and shares are on the picture."""

    start: float
    end: float
    low: float

    def x(self, at: float) -> float:
        inside = min(max(at, self.start), self.end)
        return _LEFT + (inside - self.start) / (self.end - self.start) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, share: float) -> float:
        inside = min(max(share, self.low), 1.0)
        return _TOP + (1 - inside) / (1 - self.low) * (_HEIGHT - _TOP - _BOTTOM)


def svg(chart: Chart, name: str) -> str:
    """The picture; `name` is unique on its page, and names its title and description."""
    slo = chart.slo
    window = slo.board.period if slo.board.slo.calendar is not None else Period(slo.board.period.start, slo.period.end)
    plot = _Plot(window.start, window.end, floor_of(point.remaining for point in slo.board.chart))
    marks = [mark for mark in _marks(chart) if mark.end > plot.start and mark.start <= plot.end]
    parts = [
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="{name}-t {name}-d">',
        f'<title id="{name}-t">{_text(f"Budget of {slo.name} over {days(window)}")}</title>',
        f'<desc id="{name}-d">{_text(_description(chart, marks))}</desc>',
        _period(slo.period, plot),
        *_scale(plot),
        *_tiers(chart, plot),
        *_dates(plot),
        _line("even", plot.x(plot.start), plot.y(1), plot.x(plot.end), plot.y(0)),
        *_curve(slo.board.chart, plot),
        *(_mark(mark, plot) for mark in marks),
        *_legend(marks),
        "</svg>",
    ]
    return "\n".join(parts)


def _description(chart: Chart, marks: Iterable[_Mark]) -> str:
    slo = chart.slo
    told = [f"{mark.kind}, {stretch(mark.start, mark.end)}: {mark.told}" for mark in marks]
    below = f" Marked below: {'; '.join(told)}." if told else ""
    return f"Budget left over the window. In the period it went {went(slo)}, {percent(slo.spent)} was spent.{below}"


def _period(period: Period, plot: _Plot) -> str:
    left, right = plot.x(period.start), plot.x(period.end)
    label = f'<text x="{(left + right) / 2:.1f}" y="{_TOP - 8}" class="middle">this period</text>'
    return (
        f'<rect class="period" x="{left:.1f}" y="{_TOP}" width="{right - left:.1f}"'
        f' height="{_HEIGHT - _TOP - _BOTTOM}"/>{label}'
    )


def _scale(plot: _Plot) -> Iterator[str]:
    wanted = (1.0, 0.5, 0.0) if plot.low == 0 else (1.0, 0.0, plot.low)
    for share in wanted:
        y = plot.y(share)
        yield _line("zero" if share == 0 else "grid", _LEFT, y, _WIDTH - _RIGHT, y)
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" class="end">{100 * share:g}%</text>'


def _tiers(chart: Chart, plot: _Plot) -> Iterator[str]:
    for tier in chart.tiers:
        share = tier.enter_below
        if share is None or not plot.low <= share <= 1:
            continue
        y = plot.y(share)
        yield _line("tier", _LEFT, y, _WIDTH - _RIGHT, y)
        yield f'<text x="{_LEFT + 4}" y="{y - 4:.1f}" class="note">{_text(tier.name)}</text>'


def _dates(plot: _Plot) -> Iterator[str]:
    form = "%m-%d" if plot.end - plot.start > DAY else "%H:%M"
    for index in range(_DATES + 1):
        at = plot.start + (plot.end - plot.start) * index / _DATES
        place = "start" if index == 0 else "end" if index == _DATES else "middle"
        label = f"{datetime.fromtimestamp(int(at), UTC):{form}}"
        yield f'<text x="{plot.x(at):.1f}" y="{_HEIGHT - _BOTTOM + _LANE + 18}" class="{place}">{label}</text>'


def _curve(points: Iterable[ChartPoint], plot: _Plot) -> Iterator[str]:
    """The line through what was measured; where nothing was, there is a gap."""
    path, before = [], None
    for point in points:
        if point.remaining is not None:
            path.append(f"{'M' if before is None else 'L'}{plot.x(point.at):.1f} {plot.y(point.remaining):.1f}")
        before = point.remaining
    if path:
        yield f'<path class="curve" d="{" ".join(path)}"/>'


def _marks(chart: Chart) -> Iterator[_Mark]:
    now = chart.slo.period.end
    for entry in chart.entries:
        kind = _kind(entry)
        if kind is not None:
            yield _Mark(kind, entry.started, entry.started if kind == "deploy" else entry.ended or now, said(entry))
    account = chart.slo.account
    for posting in account.unclaimed if account is not None else ():
        yield _Mark("unclaimed", posting.start, posting.end, "nobody claimed it")


def _kind(entry: Entry) -> str | None:
    if entry.kind == "deploy":
        return "deploy"
    if not entry.spends:
        return None
    return "planned" if entry.kind in PLANNED else "incident" if entry.kind in INCIDENTS else None


def _mark(mark: _Mark, plot: _Plot) -> str:
    left, top = plot.x(mark.start), _HEIGHT - _BOTTOM + 3.0
    words = f"<title>{_text(f'{mark.kind}, {stretch(mark.start, mark.end)}: {mark.told}')}</title>"
    width = max(_SMALLEST, plot.x(mark.end) - left)
    return f"<g>{words}{_shape(mark.kind, min(left, _WIDTH - _RIGHT - width), top, width)}</g>"


def _shape(kind: str, left: float, top: float, width: float) -> str:
    """A bar, a hollow bar, a slim bar, or a triangle: what a mark is can be told without its colour."""
    match kind:
        case "deploy":
            return f'<path class="deploy" d="M{left:.1f} {top:.1f} l5 9 h-10 z"/>'
        case "incident":
            return f'<rect class="incident" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="9"/>'
        case "unclaimed":
            return f'<rect class="unclaimed" x="{left:.1f}" y="{top + 1:.1f}" width="{width:.1f}" height="7"/>'
        case _:
            return f'<rect class="planned" x="{left:.1f}" y="{top + 5:.1f}" width="{width:.1f}" height="4"/>'


def _legend(marks: Iterable[_Mark]) -> Iterator[str]:
    """What is what; the distances hold the larger letters of a narrow screen."""
    y = _HEIGHT - 10.0
    yield _line("curve", 8, y - 5, 24, y - 5)
    yield f'<text x="29" y="{y}">left</text>'
    yield _line("even", 74, y - 5, 90, y - 5)
    yield f'<text x="95" y="{y}">even spend</text>'
    x = 206.0
    seen = {mark.kind for mark in marks}
    for kind in _MARKS:
        if kind in seen:
            yield _shape(kind, x + (5 if kind == "deploy" else 0), y - 10, 10)
            yield f'<text x="{x + 15}" y="{y}">{kind}</text>'
            x += 28 + 10.0 * len(kind)


def _line(kind: str, left: float, top: float, right: float, bottom: float) -> str:
    return f'<line class="{kind}" x1="{left:.1f}" y1="{top:.1f}" x2="{right:.1f}" y2="{bottom:.1f}"/>'


def _text(words: str) -> str:
    return escape(clean(words))
