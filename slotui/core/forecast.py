"""What becomes of a budget if the present burn goes on: what rolls off a rolling window, and when nothing is left.

Everything here is at even traffic: the events that leave the window are made up for by as many new ones, so that the
allowance stays what it is. A calendar budget has nothing that rolls off; it starts over when its period ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

from slotui.core.budget import Budget
from slotui.core.timeline import Span
from slotui.core.window import Period

_POINTS = 30
"""Steps of the curve ahead: of a month, the days."""
_LARGEST = 3
_STANDS_OUT = 2.0
"""A step that spent more than twice the mean of its window belongs to a bad stretch."""
_WORTH_NAMING = 0.01
"""A stretch that gives back less than 1 % of the budget is not named."""


@dataclass(frozen=True, slots=True)
class RollOff:
    """A bad stretch `(start, end]`, which leaves the window in `(leaves_from, leaves_by]` and gives `share` back.

    Times are UTC seconds, to the step of the history; `share` is a fraction of the present budget.
    """

    start: float
    end: float
    leaves_from: float
    leaves_by: float
    share: float


class Expected(NamedTuple):
    """The share of the budget that is left at `at` (UTC seconds) if the present burn goes on."""

    at: float
    remaining: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What lies ahead of `at` (UTC seconds) at the present `burn` (×): one window, or the rest of a calendar period.

    `gone_at` is when nothing is left, by what is spent and what rolls off; None: not within that time. `back_at`
    is when an overspent budget has something left again. `roll_offs` are the largest, soonest first.
    Without a known burn (no traffic) there is no curve, and nothing is foretold but what rolls off.
    """

    at: float
    burn: float | None
    gone_at: float | None = None
    back_at: float | None = None
    resets_at: float | None = None
    roll_offs: tuple[RollOff, ...] = ()
    curve: tuple[Expected, ...] = ()


def forecast(history: Sequence[Span], budget: Budget, period: Period, burn: float | None, at: float) -> Forecast | None:
    """The forecast of a budget at `at` (UTC seconds), from the steps that its spend was recorded in.

    Of a window that was measured in part, the rest counts as clean traffic, as in the projected budget. None
    without eligible events.
    """
    remaining = budget.projected_remaining_ratio
    if remaining is None or budget.allowed <= 0 or budget.coverage <= 0:
        return None
    if budget.elapsed is not None:
        return _until_reset(remaining, period, burn, at)
    allowed = budget.allowed / budget.coverage
    steps = [step for step in (_inside(span, period) for span in history) if step is not None]
    roll_offs = tuple(_roll_offs(steps, period, allowed))
    if burn is None:
        return Forecast(at, None, roll_offs=roll_offs)
    path = _path(steps, remaining, burn, period, allowed, at)
    gone, back = _crossings(path)
    return Forecast(at, burn, gone, back, None, roll_offs, tuple(_curve(path)))


def _path(
    steps: Sequence[Span], remaining: float, burn: float, period: Period, allowed: float, at: float
) -> list[Expected]:
    """What is left as each step leaves the window. In between, the share goes straight."""
    path, rolled, reached = [Expected(at, remaining)], 0.0, at
    known = sum(step.bad for step in steps)
    # The steps may know of a little more than the exact counts do, or less: all of it rolls off in the end.
    scale = (1 - remaining) * allowed / known if known > 0 else 0.0
    begins, length = period.start, period.length
    for start, end, _, spent, _ in steps:
        for moment, bad in ((start, 0.0), (end, spent * scale)):
            ahead = moment - begins
            rolled += bad
            if at + ahead > reached:
                reached = at + ahead
                path.append(Expected(reached, remaining - burn * ahead / length + rolled / allowed))
    if reached < at + length:
        path.append(Expected(at + length, remaining - burn + rolled / allowed))
    return path


def _curve(path: Sequence[Expected]) -> Iterator[Expected]:
    """Evenly spaced points of a path."""
    start, length = path[0].at, path[-1].at - path[0].at
    index = 1
    for point in range(_POINTS + 1):
        moment = start + length * point / _POINTS
        while index < len(path) - 1 and path[index].at < moment:
            index += 1
        before, after = path[index - 1], path[index]
        share = min(1.0, (moment - before.at) / (after.at - before.at))
        yield Expected(moment, before.remaining + share * (after.remaining - before.remaining))


def _until_reset(remaining: float, period: Period, burn: float | None, at: float) -> Forecast:
    if burn is None or at >= period.end:
        return Forecast(at, burn, resets_at=period.end)
    step = (period.end - at) / _POINTS
    curve = tuple(
        Expected(at + point * step, remaining - burn * point * step / period.length) for point in range(_POINTS + 1)
    )
    gone, _ = _crossings(curve)
    return Forecast(at, burn, gone, period.end if remaining <= 0 else None, period.end, (), curve)


def _crossings(path: Sequence[Expected]) -> tuple[float | None, float | None]:
    """When the path first falls to nothing, and when one that begins there first rises above it."""
    begins = path[0].remaining
    for before, after in pairwise(path):
        if (after.remaining <= 0) != (begins <= 0):
            change = before.remaining - after.remaining
            moment = before.at + (after.at - before.at) * before.remaining / change if change else after.at
            return (moment, None) if begins > 0 else (None, moment)
    return None, None


def _roll_offs(steps: Sequence[Span], period: Period, allowed: float) -> Iterator[RollOff]:
    """The largest bad stretches of the window, in the order in which they leave it."""
    mean = sum(step.bad for step in steps) / period.length
    stretches = []
    for bad, run in groupby(steps, key=lambda step: step.bad > _STANDS_OUT * mean * (step.end - step.start)):
        found = list(run)
        share = sum(step.bad for step in found) / allowed
        if bad and share >= _WORTH_NAMING:
            stretches.append((share, found[0].start, found[-1].end))
    for share, start, end in sorted(sorted(stretches, reverse=True)[:_LARGEST], key=lambda one: one[1]):
        yield RollOff(start, end, start + period.length, end + period.length, share)


def _inside(span: Span, period: Period) -> Span | None:
    """The part of a step that lies in the period, with its share of the counts."""
    if period.start <= span.start and span.end <= period.end:
        return span
    start, end = max(span.start, period.start), min(span.end, period.end)
    if start >= end:
        return None
    share = (end - start) / (span.end - span.start)
    return Span(start, end, share * span.eligible, share * span.bad, share * span.measured)
