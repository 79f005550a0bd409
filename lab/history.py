"""Thirty days of Carta that never happened, minute by minute: the week's curve, and what the chronicle says.

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
from lab.chronicle import Chronicle, Stall, chronicle
from lab.shape import day_curve
from slotui.duration import MINUTE

STEP = MINUTE

LATENCY_OBJECTIVE = 0.4
"""Seconds beyond which a checkout counts as slow here; the histogram's other buckets follow from it."""

_REFRESH = 15.0


class Minute(NamedTuple):
    """What happened in the minute that ended at `end` (UTC seconds).

    `requests` are all checkouts of buyers, of which the four causes failed some; `slow` of them took longer than
    `LATENCY_OBJECTIVE`; `stock_age` is how many seconds old the inventory was at the minute's end.
    """

    end: float
    requests: int
    cart: int
    payment: int
    inventory: int
    checkout: int
    slow: int
    stock_age: float

    @property
    def failed(self) -> int:
        return self.cart + self.payment + self.inventory + self.checkout

    def failures(self, cause: Cause) -> int:
        """How many failed by one of the causes."""
        count: int = getattr(self, cause)
        return count


@dataclass(frozen=True, slots=True)
class History:
    """Whole minutes in order, oldest first; `start` is where the first one begins. `mean_rps` is the week's mean."""

    start: float
    end: float
    mean_rps: float
    happened: Chronicle
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
    happened = chronicle(start, end, seed)
    return History(start, end, mean_rps, happened, _minutes(start, end, mean_rps, nature, happened, rng))


def _minutes(
    start: float,
    end: float,
    mean_rps: float,
    nature: Nature,
    happened: Chronicle,
    rng: random.Random,
) -> tuple[Minute, ...]:
    rate = day_curve(mean_rps)
    disturbances = happened.disturbances
    slow_ratio = nature.slower_than(LATENCY_OBJECTIVE)
    minutes = []
    for index in range(1, int((end - start) // STEP) + 1):
        at = start + index * STEP
        now = [trouble for trouble in disturbances if trouble.start < at <= trouble.end]
        requests = poisson(rng, rate(at - STEP / 2) * STEP)
        failed = dict.fromkeys(BLAME, 0)
        left = requests
        for cause, share in BLAME.items():
            ratio = nature.failure_rate * share + sum(t.failing(at) for t in now if t.cause == cause)
            failed[cause] = min(left, poisson(rng, requests * ratio))
            left -= failed[cause]
        slow = min(requests, poisson(rng, requests * (slow_ratio + sum(t.slowing(at) for t in now))))
        minutes.append(Minute(at, requests, **failed, slow=slow, stock_age=_stock_age(at, happened.stalls, rng)))
    return tuple(minutes)


def _stock_age(at: float, stalls: tuple[Stall, ...], rng: random.Random) -> float:
    fresh = round(rng.uniform(0, _REFRESH), 3)
    stalled = next((at - stall.start for stall in stalls if stall.start < at <= stall.end), 0.0)
    return stalled + max(fresh, 0.001)


def poisson(rng: random.Random, mean: float) -> int:
    """A Poisson draw: counted out while small (Knuth), the normal approximation from 30 up."""
    if mean > 30:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
