"""When Carta's customers buy: the day curve that live traffic and made-up history share."""

from __future__ import annotations

import math
from collections.abc import Callable

from slotui.duration import DAY, HOUR

Rate = Callable[[float], float]
"""Requests per second at an instant in UTC seconds."""

_PEAK_HOUR = 15
_EVENING_HOUR = 20


def day_factor(at: float) -> float:
    """Traffic at `at` (UTC seconds) as a multiple of the day's mean: about 0.5 at night, 1.5 in the afternoon.

    Two harmonics of a day, so the mean over any whole day is exactly 1.

    >>> round(day_factor(4 * HOUR), 2), round(day_factor(17 * HOUR), 2)
    (0.53, 1.39)
    >>> round(sum(day_factor(hour * HOUR) for hour in range(24)) / 24, 12)
    1.0
    """
    hour = at % DAY / HOUR
    day = 0.45 * math.cos(2 * math.pi * (hour - _PEAK_HOUR) / 24)
    evening = 0.08 * math.cos(4 * math.pi * (hour - _EVENING_HOUR) / 24)
    return 1 + day + evening


def day_curve(mean: float) -> Rate:
    """The rate of a service that sees `mean` requests per second over a day."""
    return lambda at: mean * day_factor(at)


def steady(rps: float) -> Rate:
    """The same rate at every hour."""
    return lambda _at: rps


def mean_for(rps: float, at: float) -> float:
    """The daily mean whose curve passes through `rps` at `at`, so that a lab started now sees `rps` now.

    >>> noon = 12 * HOUR
    >>> round(day_curve(mean_for(50, noon))(noon), 9)
    50.0
    """
    return rps / day_factor(at)
