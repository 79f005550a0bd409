"""The vertical scale of a chart: shares of the budget, at places that do not move with every refresh."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_FLOORS = (0.0, -0.5, -1.0, -2.0, -5.0, -10.0, -20.0, -50.0, -100.0, -1000.0)
_STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 1000.0)
_MOST_STEPS = 4


@dataclass(frozen=True, slots=True)
class Scale:
    """From the share `low` at the foot to `high` at the top, with numbers at each of `marks`."""

    low: float
    high: float
    marks: tuple[float, ...]

    def row(self, share: float, rows: int) -> int | None:
        """Which of so many text rows a share is drawn in, or None off the scale."""
        if not self.low <= share <= self.high:
            return None
        # As the dots are placed: four to a row, the first and the last one at the ends of the scale.
        return round((self.high - share) / (self.high - self.low) * (4 * rows - 1)) // 4

    def labels(self, rows: int) -> dict[int, str]:
        """The numbers by their row; the ends first where there is no room for all."""
        ends = (self.low, self.high)
        wanted = ends if rows < 4 else (*(mark for mark in self.marks if mark not in ends), *ends)
        return {row: f"{100 * share:g}%" for share in wanted if (row := self.row(share, rows)) is not None}


def floor_of(shares: Iterable[float | None]) -> float:
    """The foot of the whole window's scale: 0, or the first of a few round shares that holds every point.

    It moves rarely.
    """
    lowest = min((share for share in shares if share is not None), default=0.0)
    return next((floor for floor in _FLOORS if floor <= lowest), _FLOORS[-1])


def whole_scale(shares: Iterable[float | None]) -> Scale:
    """From all of the budget to nothing, or to what holds an overspent one: the same for every SLO."""
    low = floor_of(shares)
    return Scale(low, 1.0, (0.0, 0.5))


def close_scale(shares: Iterable[float | None]) -> Scale:
    """What the shares need and no more, in at most four round steps, so that it seldom changes; never above 100 %.

    >>> close_scale([0.424, 0.447])
    Scale(low=0.42, high=0.45, marks=(0.43, 0.44))
    >>> close_scale([1.0, 1.0]), close_scale([None])
    (Scale(low=0.99, high=1.0, marks=(0.995,)), Scale(low=0.0, high=1.0, marks=(0.0, 0.5)))
    """
    known = [share for share in shares if share is not None]
    if not known:
        return whole_scale(())
    low, high = min(known), min(1.0, max(known))
    for step in _STEPS:
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first <= _MOST_STEPS:
            break
    first = min(first, last - 2)  # where it stands still there is room below, for that is where it goes
    marks = tuple(round(number * step, 6) for number in range(first + 1, last))
    return Scale(round(first * step, 6), min(1.0, round(last * step, 6)), marks)
