"""The curves of a drill as an SVG picture: one SLO's budget above, its burn below, and under both what happened.

Every mark has a lane, a shape and a word of its own, so that the picture can be read without its colours, and a
description says in a sentence what it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from lab.drills.debrief_words import clock
from slotui.core.figures import burn as burn_words
from slotui.core.figures import percent
from slotui.core.plain import clean
from slotui.view.chart.scale import close_scale

STYLE = """\
.skip { position: absolute; left: -100rem; }
.skip:focus { left: .5rem; top: .5rem; padding: .5rem .75rem; background: var(--ground); }
a { color: var(--curve); }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--curve); outline-offset: 2px; }
nav { max-width: 60rem; margin: 0 auto; padding: 1rem 1rem 0; }
nav ol { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0 1.25rem; }
nav a { display: inline-block; padding: .25rem 0; }
summary { cursor: pointer; color: var(--soft); }
.chart .head { fill: var(--ink); font-weight: 600; }
.chart .burn { fill: none; stroke: var(--incident); stroke-width: 2; stroke-linejoin: round; }
.chart .fault { fill: var(--incident); }
.chart .blind { fill: none; stroke: var(--incident); stroke-width: 2; stroke-dasharray: 4 3; }
.chart .alert { fill: var(--planned); }
.chart .act { fill: var(--ground); stroke: var(--curve); stroke-width: 1.5; }
.chart .letter { fill: var(--ink); font-size: 11px; font-weight: 600; text-anchor: middle; }
@media (max-width: 32rem) { .chart .letter { font-size: 13px; } }
@media print { nav, .skip { display: none; } }
"""

_WIDTH = 640
_LEFT, _RIGHT = 66, 12
_TOP, _TALL, _BETWEEN = 26, 130, 44
_BURN_TOP = _TOP + _TALL + _BETWEEN
_BURN_TALL = 90
_LANES_TOP = _BURN_TOP + _BURN_TALL + 34
_LANE = 24
_TIMES = 4
_SMALLEST = 4

Lane = Literal["fault", "alert", "player"]
LANES: tuple[Lane, ...] = ("fault", "alert", "player")


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch or a moment under the curves, in seconds of the drill's clock. `letter` is that of an act; `blind` is
    a time in which nothing was measured."""

    lane: Lane
    start: float
    end: float
    told: str
    letter: str = ""
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Curves:
    """What is drawn of one SLO: (at, left, burn) along the drill's clock, which `starts` at UTC seconds."""

    slo: str
    points: tuple[tuple[float, float | None, float | None], ...]
    marks: tuple[Mark, ...]
    starts: float
    lasts: float


def svg(curves: Curves, name: str) -> str:
    """The picture; `name` is unique on its page, and names its title and description."""
    height = _LANES_TOP + _LANE * len(LANES) + 6
    lefts = [left for _, left, _ in curves.points]
    scale = close_scale(lefts)
    most = _most([burn for *_, burn in curves.points])
    return "\n".join(
        [
            f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="{name}-t {name}-d">',
            f'<title id="{name}-t">{_text(f"Budget and burn of {curves.slo} during the drill")}</title>',
            f'<desc id="{name}-d">{_text(_description(curves))}</desc>',
            f'<text x="{_LEFT}" y="{_TOP - 10}" class="head">{_text(curves.slo)}: budget left</text>',
            *_grid({mark: f"{100 * mark:g}%" for mark in (scale.low, *scale.marks, scale.high)}, scale.low,
                   scale.high, _TOP, _TALL),
            *_path("curve", [(at, left) for at, left, _ in curves.points], curves.lasts, scale.low, scale.high,
                   _TOP, _TALL),
            f'<text x="{_LEFT}" y="{_BURN_TOP - 10}" class="head">burn over 5 minutes</text>',
            *_grid({value: f"{value:g}x" for value in (0.0, most / 2, most)}, 0.0, most, _BURN_TOP, _BURN_TALL),
            *_path("burn", [(at, burn) for at, _, burn in curves.points], curves.lasts, 0.0, most,
                   _BURN_TOP, _BURN_TALL),
            *_times(curves),
            *_lanes(curves),
            "</svg>",
        ]
    )  # fmt: skip


def _description(curves: Curves) -> str:
    known = [left for _, left, _ in curves.points if left is not None]
    burns = [burn for *_, burn in curves.points if burn is not None]
    went = f"Budget left went from {percent(known[0])} to {percent(known[-1])}" if known else "Nothing was measured"
    burnt = f", the burn reached {burn_words(max(burns))}" if burns else ""
    marks = "; ".join(f"{clock(one.start, curves.starts, curves.lasts)} {one.told}" for one in curves.marks)
    return f"{went}{burnt}. {f'Marked: {marks}.' if marks else 'Nothing is marked.'}"


def _most(burns: Sequence[float | None]) -> float:
    """The top of a burn's scale: round, and at least 2x, so that a calm line is seen to be one."""
    highest = max((burn for burn in burns if burn is not None), default=0.0)
    power = 1.0
    while True:
        for first in (2.0, 4.0, 10.0):
            if first * power >= highest:
                return first * power
        power *= 10


def _x(at: float, lasts: float) -> float:
    return _LEFT + min(max(at / lasts, 0.0), 1.0) * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float, low: float, high: float, top: float, tall: float) -> float:
    return top + (high - min(max(value, low), high)) / (high - low) * tall


def _grid(labels: dict[float, str], low: float, high: float, top: float, tall: float) -> Iterator[str]:
    for value, label in labels.items():
        y = _y(value, low, high, top, tall)
        kind = "zero" if value == 0 else "grid"
        yield f'<line class="{kind}" x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" class="end">{label}</text>'


def _path(
    kind: str, points: Sequence[tuple[float, float | None]], lasts: float, low: float, high: float, top: float,
    tall: float,
) -> Iterator[str]:  # fmt: skip
    """A line through what was measured; where nothing was, there is a gap."""
    steps, before = [], None
    for at, value in points:
        if value is not None:
            steps.append(f"{'M' if before is None else 'L'}{_x(at, lasts):.1f} {_y(value, low, high, top, tall):.1f}")
        before = value
    if steps:
        yield f'<path class="{kind}" d="{" ".join(steps)}"/>'


def _times(curves: Curves) -> Iterator[str]:
    for index in range(_TIMES + 1):
        at = curves.lasts * index / _TIMES
        place = "start" if index == 0 else "end" if index == _TIMES else "middle"
        # The seconds say nothing at a scale like this, and five labels have to fit a telephone.
        label = clock(at, curves.starts, curves.lasts)
        label = label if " " in label else label[:5]
        yield f'<text x="{_x(at, curves.lasts):.1f}" y="{_LANES_TOP - 12}" class="{place}">{label}</text>'


def _lanes(curves: Curves) -> Iterator[str]:
    for index, lane in enumerate(LANES):
        top = _LANES_TOP + index * _LANE
        yield f'<line class="grid" x1="{_LEFT}" y1="{top}" x2="{_WIDTH - _RIGHT}" y2="{top}"/>'
        yield f'<text x="{_LEFT - 6}" y="{top + 16}" class="end">{lane}</text>'
        taken = 0.0
        for mark in (one for one in curves.marks if one.lane == lane):
            left = _x(mark.start, curves.lasts)
            words = _text(f"{clock(mark.start, curves.starts, curves.lasts)} {mark.told}")
            if mark.letter:
                left = min(max(left, taken), _WIDTH - _RIGHT - 8.0)  # beside the one before, not over it
                taken = left + 17
                shape = _letter(mark.letter, left, top + 12)
            else:
                width = max(_SMALLEST, _x(mark.end, curves.lasts) - left)
                shape = _bar(mark, min(left, _WIDTH - _RIGHT - width), top, width)
            yield f"<g><title>{words}</title>{shape}</g>"


def _bar(mark: Mark, left: float, top: float, width: float) -> str:
    """A fat bar, a hollow one, or a slim one: what a mark is can be told without its colour."""
    if mark.lane == "alert":
        return f'<rect class="alert" x="{left:.1f}" y="{top + 10}" width="{width:.1f}" height="4"/>'
    kind = "blind" if mark.blind else "fault"
    return f'<rect class="{kind}" x="{left:.1f}" y="{top + 6}" width="{width:.1f}" height="12"/>'


def _letter(letter: str, x: float, y: float) -> str:
    return (
        f'<circle class="act" cx="{x:.1f}" cy="{y}" r="8"/><text class="letter" x="{x:.1f}" y="{y + 4}">{letter}</text>'
    )


def _text(words: str) -> str:
    return escape(clean(words))
