"""A shop in memory: what each step of it would have counted, with whatever is broken at the time.

Every step has random numbers of its own, and every fault in it too. So the same scenario counts the same however often
it is looked at, and ending one fault changes nothing but that fault.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from lab.checkout.nature import BLAME, DEPENDENCIES, Cause, Nature
from lab.drills.scenario import Fault
from lab.history import LATENCY_OBJECTIVE, poisson
from lab.shape import day_curve
from slotui.duration import MINUTE

FRESH = 60.0
"""Seconds of age up to which the stock that buyers see is fresh: the lab's freshness objective."""

_FEW = 30
"""Up to so many are drawn one by one, or as the rare events they are; beyond, a normal distribution is near enough."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A fault that is on within a step, from `start` to `end` (seconds of the drill's clock)."""

    fault: Fault
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Caused:
    """What one fault did, counted by whoever injected it: checkouts that it failed, and that it made slow."""

    failed: int = 0
    slow: int = 0

    def __add__(self, other: Caused) -> Caused:
        return Caused(self.failed + other.failed, self.slow + other.slow)


@dataclass(frozen=True, slots=True)
class Step:
    """What `(start, end]` counted: checkouts, failures by cause, slow ones; and what each fault caused, by its name.

    `stalled` is the name of the fault by which the stock is too old at the step's end, or None while it is fresh.
    """

    start: float
    end: float
    requests: int
    failed: Mapping[Cause, int]
    slow: int
    stalled: str | None = None
    injected: Mapping[str, Caused] = field(default_factory=dict)

    def counts(self) -> dict[str, tuple[int, int]]:
        """Eligible and bad events by SLO; freshness is counted a minute at a time, by whoever puts steps together."""
        called = self.requests
        found = {
            "checkout-availability": (called, sum(self.failed.values())),
            "checkout-latency": (called, self.slow),
        }
        for dependency in DEPENDENCIES:
            found[f"{dependency}-availability"] = (called, self.failed[dependency])
            called -= self.failed[dependency]  # what comes after a failed call is not called
        return found


class Shop:
    """Counts its steps. `starts` is UTC seconds of the drill's second 0; `rps` the week's mean of buyers."""

    def __init__(self, starts: float, rps: float, seed: int, nature: Nature | None = None) -> None:
        self._starts = starts
        self._seed = seed
        self._nature = nature or Nature()
        self._rate = day_curve(rps)
        self._slow_ratio = self._nature.slower_than(LATENCY_OBJECTIVE)

    def step(self, start: float, end: float, broken: Sequence[Broken] = ()) -> Step:
        """What `(start, end]` counts, in seconds of the drill's clock."""
        rng = random.Random(f"drill/{self._seed}/{start}")
        requests = poisson(rng, self.expected(start, end))
        failed, left = dict.fromkeys(BLAME, 0), requests
        for cause, share in BLAME.items():
            failed[cause] = min(left, poisson(rng, requests * self._nature.failure_rate * share))
            left -= failed[cause]
        slow = min(requests, poisson(rng, requests * self._slow_ratio))
        injected: dict[str, Caused] = {}
        unseen = 0
        for one in broken:
            fault = one.fault
            rng = random.Random(f"drill/{self._seed}/{start}/{fault.name}")
            part = requests * (one.end - one.start) / (end - start)
            middle = (one.start + one.end) / 2
            fails = min(left, _some(rng, part, failing(fault, middle)))
            slows = min(requests - slow, _some(rng, part, slowing(fault, middle)))
            injected[fault.name] = Caused(fails, slows)
            left -= fails
            slow += slows
            if fault.unseen:
                unseen += fails
            else:
                failed[fault.cause] += fails
        seen = requests - unseen
        stands = (one.fault for one in broken if one.fault.stalls and one.end >= end)
        stalled = next((fault.name for fault in stands if end - fault.at > FRESH), None)
        return Step(start, end, seen, failed, min(slow, seen), stalled, injected)

    def expected(self, start: float, end: float) -> float:
        """Buyers that are expected in `(start, end]`."""
        return self._rate(self._starts + (start + end) / 2) * (end - start)

    def usual(self, start: float, end: float) -> dict[str, float]:
        """Bad events that nature alone is expected to make in `(start, end]`, by SLO."""
        step = 5 * MINUTE
        edges = [start + n * step for n in range(math.ceil((end - start) / step))] + [end]
        buyers = sum(self.expected(left, right) for left, right in pairwise(edges))
        rate = self._nature.failure_rate
        by_dependency = {f"{name}-availability": buyers * rate * BLAME[name] for name in DEPENDENCIES}
        return {
            "checkout-availability": buyers * rate,
            "checkout-latency": buyers * self._slow_ratio,
            "inventory-freshness": 0.0,
            **by_dependency,
        }


def failing(fault: Fault, at: float) -> float:
    """The share of checkouts that a fault fails at `at` seconds of the drill's clock."""
    return _course(fault, fault.from_failing, fault.failing, at)


def slowing(fault: Fault, at: float) -> float:
    """The share of checkouts that a fault makes slow at `at` seconds of the drill's clock."""
    return _course(fault, fault.from_slow, fault.slow, at)


def _course(fault: Fault, first: float | None, last: float, at: float) -> float:
    if first is None:
        return last
    return first + (last - first) * min(1.0, max(0.0, (at - fault.at) / (fault.until - fault.at)))


def _some(rng: random.Random, of: float, share: float) -> int:
    """How many of so many checkouts meet a fault that each of them meets by chance: all of them, at a share of 1."""
    whole = int(of + rng.random())
    if whole <= _FEW:
        return sum(rng.random() < share for _ in range(whole))
    mean = whole * share
    if mean <= _FEW:
        return min(whole, poisson(rng, mean))
    return min(whole, max(0, round(rng.gauss(mean, math.sqrt(mean * (1 - share))))))
