"""Thirty days of Carta that never happened: minute counts with a day curve, two incidents and a slow leak.

A budget means something only with a past: after five minutes of data every error is a catastrophe. The past uses the
service's own nature (`lab.checkout.nature`), so what was made up and what is measured later continue each other.
Pure: the same end, length, rate and seed make the same history.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import NamedTuple

from lab.checkout.nature import BLAME, Cause, Nature
from lab.shape import day_curve
from slotui.duration import DAY, HOUR, MINUTE

STEP = MINUTE

LATENCY_OBJECTIVE = 0.4
"""Seconds beyond which a checkout counts as slow here; the histogram's other buckets follow from it."""

_REFRESH = 15.0


class Minute(NamedTuple):
    """What happened in the minute that ended at `end` (UTC seconds).

    `requests` are all checkouts of buyers, of which the three causes failed some; `slow` of them took longer than
    `LATENCY_OBJECTIVE`; `stock_age` is how many seconds old the inventory was at the minute's end.
    """

    end: float
    requests: int
    payment: int
    inventory: int
    checkout: int
    slow: int
    stock_age: float

    @property
    def failed(self) -> int:
        return self.payment + self.inventory + self.checkout


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that went wrong: extra failures of one cause, from one ratio to another, and extra slow answers."""

    title: str
    start: float
    end: float
    cause: Cause
    from_ratio: float
    to_ratio: float
    slow_ratio: float = 0.0

    def failing(self, at: float) -> float:
        """Extra share of requests that fail at `at`: linear from start to end, 0 outside."""
        if not self.start < at <= self.end:
            return 0.0
        return self.from_ratio + (self.to_ratio - self.from_ratio) * (at - self.start) / (self.end - self.start)

    def slowing(self, at: float) -> float:
        """Extra share of requests that are slow at `at`."""
        return self.slow_ratio if self.start < at <= self.end else 0.0


@dataclass(frozen=True, slots=True)
class Stall:
    """The inventory was not refreshed from `start` to `end`."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class History:
    """Whole minutes in order, oldest first; `start` is where the first one begins. `mean_rps` is the daily mean."""

    start: float
    end: float
    mean_rps: float
    troubles: tuple[Trouble, ...]
    stalls: tuple[Stall, ...]
    minutes: tuple[Minute, ...]


def make_history(end: float, length: float, mean_rps: float, seed: int = 0, nature: Nature | None = None) -> History:
    """`length` seconds of minutes up to the last whole minute before `end` (UTC seconds).

    With 30 days and the lab's objectives, 60 to 75 % of the availability budget is left at the end, about 70 % of the
    latency budget and 90 % of the freshness budget; the last three days are calm.
    """
    nature = nature or Nature()
    rng = random.Random(f"carta/{seed}")
    end = end // STEP * STEP
    start = end - length // STEP * STEP
    troubles = tuple(trouble for trouble in _troubles(end, rng) if trouble.start >= start)
    stalls = tuple(stall for stall in _stalls(end, rng) if stall.start >= start)
    minutes = _minutes(start, end, mean_rps, nature, troubles, stalls, rng)
    return History(start, end, mean_rps, troubles, stalls, minutes)


def _day(end: float, days: int, hour: float) -> float:
    """`hour` o'clock UTC of the day that is `days` days before the one of `end`, to the minute."""
    return ((end - days * DAY) // DAY * DAY + hour * HOUR) // STEP * STEP


def _troubles(end: float, rng: random.Random) -> tuple[Trouble, ...]:
    outage = _day(end, 19, rng.uniform(11, 15))
    leak = _day(end, 13, rng.uniform(4, 6))
    release = _day(end, 9, rng.uniform(9, 13))
    return (
        Trouble("card processor times out", outage, outage + 25 * MINUTE, "payment", 0.06, 0.06, slow_ratio=0.15),
        # Peaks at a burn of 2.5: expensive, and no alert tier of a 30-day window ever notices it.
        Trouble("card processor fails a little more each hour", leak, leak + 14 * HOUR, "payment", 0.0003, 0.0023),
        Trouble("a bad release", release, release + 8 * MINUTE, "checkout", 0.30, 0.30),
    )


def _stalls(end: float, rng: random.Random) -> tuple[Stall, ...]:
    return tuple(
        Stall(start, start + minutes * MINUTE)
        for days, minutes in ((24, 3), (16, 5), (6, 1), (5, 7), (4, 2))
        for start in (_day(end, days, rng.uniform(9, 15)),)
    )


def _minutes(
    start: float,
    end: float,
    mean_rps: float,
    nature: Nature,
    troubles: tuple[Trouble, ...],
    stalls: tuple[Stall, ...],
    rng: random.Random,
) -> tuple[Minute, ...]:
    rate = day_curve(mean_rps)
    slow_ratio = nature.slower_than(LATENCY_OBJECTIVE)
    minutes = []
    for index in range(1, int((end - start) // STEP) + 1):
        at = start + index * STEP
        now = [trouble for trouble in troubles if trouble.start < at <= trouble.end]
        requests = _poisson(rng, rate(at - STEP / 2) * STEP)
        failed = dict.fromkeys(BLAME, 0)
        left = requests
        for cause, share in BLAME.items():
            ratio = nature.failure_rate * share + sum(t.failing(at) for t in now if t.cause == cause)
            failed[cause] = min(left, _poisson(rng, requests * ratio))
            left -= failed[cause]
        slow = min(requests, _poisson(rng, requests * (slow_ratio + sum(t.slowing(at) for t in now))))
        minutes.append(Minute(at, requests, **failed, slow=slow, stock_age=_stock_age(at, stalls, rng)))
    return tuple(minutes)


def _stock_age(at: float, stalls: tuple[Stall, ...], rng: random.Random) -> float:
    fresh = round(rng.uniform(0, _REFRESH), 3)
    stalled = next((at - stall.start for stall in stalls if stall.start < at <= stall.end), 0.0)
    return stalled + max(fresh, 0.001)


def _poisson(rng: random.Random, mean: float) -> int:
    """A Poisson draw: counted out while small (Knuth), the normal approximation from 30 up."""
    if mean > 30:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
