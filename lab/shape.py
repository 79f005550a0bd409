"""When Carta's customers buy: the week that live traffic and made-up history share, and the shapes to practise with."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from slotui.duration import DAY, HOUR, MINUTE

Rate = Callable[[float], float]
"""Requests per second at an instant in UTC seconds."""

Profile = Literal["day", "steady", "sale", "low"]
PROFILES: tuple[Profile, ...] = ("day", "steady", "sale", "low")

DEFAULT_RPS: dict[Profile, float] = {"day": 50.0, "steady": 50.0, "sale": 50.0, "low": 0.1}
"""Buyers a second where nobody says; low is one every ten seconds: one failure among the 30 of five minutes burns a
99.9 % budget 33 times too fast."""

SALE_PEAK = 6.0
"""The plateau of a sale as a multiple of the calm before it."""

SALE_CYCLE = 25 * MINUTE
"""Seconds from one sale's calm to the next one's."""

_PEAK_HOUR = 15
_EVENING_HOUR = 20

_SUNDAY = 3 * DAY  # 1970-01-01 was a Thursday; at the first instant of Sunday a weekend is half over
_WORKDAY, _WEEKEND = 1.08, 0.80
"""Five of one and two of the other make a mean of 1."""
_TURN = 4 * HOUR
"""The weekend comes and goes over the hours around midnight."""

_CALM, _RISE, _PLATEAU = 2 * MINUTE, MINUTE, 7 * MINUTE
_FADES = 4 * MINUTE


def day_factor(at: float) -> float:
    """Traffic at `at` (UTC seconds) as a multiple of its day's mean: about 0.5 at night, 1.5 in the afternoon.

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


def week_factor(at: float) -> float:
    """A day's mean as a multiple of the week's: 1.08 from Monday to Friday, 0.80 at the weekend, without a step.

    >>> [round(week_factor(day * DAY + 12 * HOUR), 2) for day in range(4, 11)]
    [1.08, 1.08, 1.08, 1.08, 1.08, 0.8, 0.8]
    >>> round(week_factor(4 * DAY), 2)
    0.94
    """
    from_the_middle = abs((at - _SUNDAY + 3.5 * DAY) % (7 * DAY) - 3.5 * DAY)
    weekend = min(1.0, max(0.0, 0.5 + (DAY - from_the_middle) / (2 * _TURN)))
    return _WORKDAY + (_WEEKEND - _WORKDAY) * weekend


def demand(at: float) -> float:
    """Traffic at `at` (UTC seconds) as a multiple of the week's mean."""
    return day_factor(at) * week_factor(at)


def day_curve(mean: float) -> Rate:
    """The rate of a service that sees `mean` requests per second over a week."""
    return lambda at: mean * demand(at)


def steady(rps: float) -> Rate:
    """The same rate at every hour."""
    return lambda _at: rps


def sale(rps: float, began: float) -> Rate:
    """Sales one after another from `began` (UTC seconds): calm at `rps`, up to six times that within a minute, a
    plateau with ripples, a long tail back to the calm.

    >>> [round(sale(50, 0)(minutes * MINUTE)) for minutes in (0, 2, 2.5, 10, 14, 24.999)]
    [50, 50, 175, 300, 138, 50]
    """
    return lambda at: rps * sale_factor(at - began)


def sale_factor(seconds: float) -> float:
    """Traffic of a sale, `seconds` after the first one's calm began, as a multiple of the calm."""
    into = seconds % SALE_CYCLE
    rise = min(1.0, max(0.0, (into - _CALM) / _RISE))
    plateau = into - _CALM - _RISE
    tail = plateau - _PLATEAU
    if tail <= 0:
        ripple = 0.08 * math.sin(math.pi * plateau / MINUTE) if plateau > 0 else 0.0
        return 1 + (SALE_PEAK - 1) * rise * (1 + ripple)
    last = math.exp(-(SALE_CYCLE - _CALM - _RISE - _PLATEAU) / _FADES)
    return 1 + (SALE_PEAK - 1) * (math.exp(-tail / _FADES) - last) / (1 - last)


def rate_of(profile: Profile, rps: float, began: float) -> Rate:
    """The rate that a profile makes of `rps`: the week's mean for day and low, the rate itself for steady, the calm's
    for sale. `began` (UTC seconds) is when the first sale's calm begins."""
    match profile:
        case "day" | "low":
            return day_curve(rps)
        case "steady":
            return steady(rps)
        case "sale":
            return sale(rps, began)


def mean_for(rps: float, at: float) -> float:
    """The week's mean whose curve passes through `rps` at `at`, so that a lab started now sees `rps` now.

    >>> noon = 12 * HOUR
    >>> round(day_curve(mean_for(50, noon))(noon), 9)
    50.0
    """
    return rps / demand(at)
