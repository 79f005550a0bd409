"""A straight line through the traffic of the last pieces of time, where odd ones are left out.

A minute in which a service was restarted says nothing of the traffic to come; an evening on which it falls does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean, median

from slotui.core.timeline import Counts

_FEWEST = 100
"""Requests in an ordinary piece; fewer are mostly chance."""

_FEWEST_PIECES = 4

_ODD = 4.0
"""Standard deviations from the line beyond which a piece is not of it."""

_CLEARLY = 2.0
"""Standard errors beyond which a slope is no chance."""

_NORMAL_MAD = 1.4826
"""The standard deviation of a normal distribution, in median absolute deviations."""


@dataclass(frozen=True, slots=True)
class Line:
    """Requests/s as `rate + slope * (x - centre)`, x in seconds from the middle of all pieces.

    `slope` is 0 where chance explains it. `variance` is that of a piece's rate, `spread` the sum of squares of x, over
    `used` pieces; `odd` ones were left out. `dispersion` is how much more they vary than by chance alone.
    """

    rate: float
    slope: float
    centre: float
    variance: float
    spread: float
    used: int
    odd: int
    dispersion: float

    def at(self, x: float) -> Counts:
        """The traffic at `x`, as counts of a stretch that would tell as much about it."""
        rate = max(0.0, self.rate + self.slope * (x - self.centre))
        variance = self.variance / self.used
        if self.slope:
            variance += self.variance * (x - self.centre) ** 2 / self.spread
        if rate <= 0:
            return Counts(0.0, 0.0, 1.0)
        return Counts(rate**2 / variance, 0.0, rate / variance)


def through(pieces: Sequence[Counts]) -> Line | None:
    """The line through `pieces`, equally long and oldest first; None where too few were measured, or too little came.

    Theil and Sen's line (the median of all slopes) finds the odd pieces, least squares then fits the others.

    >>> even = [Counts(15_000, 0, 300)] * 6
    >>> through(even).slope, round(through(even).at(0).eligible)
    (0.0, 90000)
    >>> through([*even[:4], Counts(13_000, 0, 300), even[0]]).odd
    1
    """
    seen = [(n - (len(pieces) - 1) / 2, one) for n, one in enumerate(pieces) if one.measured > 0]
    if len(seen) < _FEWEST_PIECES or median(one.eligible for _, one in seen) < _FEWEST:
        return None
    length = max(one.measured for _, one in seen)
    points = [(place * length, one.eligible / one.measured) for place, one in seen]
    chance = math.sqrt(median(rate for _, rate in points) / length)
    kept = _without_odd(points, chance)
    centre, rate = fmean(x for x, _ in kept), fmean(y for _, y in kept)
    spread = sum((x - centre) ** 2 for x, _ in kept)
    slope = sum((x - centre) * (y - rate) for x, y in kept) / spread
    rest = sum((y - rate - slope * (x - centre)) ** 2 for x, y in kept)
    dispersion = max(1.0, rest / chance**2 / (len(kept) - 2))
    variance = chance**2 * dispersion
    clear = abs(slope) > _CLEARLY * math.sqrt(variance / spread)
    odd = len(pieces) - len(kept)
    return Line(rate, slope if clear else 0.0, centre, variance, spread, len(kept), odd, dispersion)


def _without_odd(points: Sequence[tuple[float, float]], chance: float) -> Sequence[tuple[float, float]]:
    slope = median((b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2))
    level = median(y - slope * x for x, y in points)
    off = [abs(y - slope * x - level) for x, y in points]
    usual = max(chance, _NORMAL_MAD * median(off))
    kept = [point for point, by in zip(points, off, strict=True) if by <= _ODD * usual]
    return kept if len(kept) >= _FEWEST_PIECES else points
