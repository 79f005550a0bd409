"""The past of a virtual shop: what each of its SLOs counted before the drill, as coarse as nobody can tell.

It follows the lab's chronicle (releases, two incidents, a slow leak, a stock that stood still), and what the scenario
adds. Hours where nothing happened are one span; minutes where something did, and in the last three days.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import lru_cache

from lab.checkout.nature import BLAME, DEPENDENCIES, Nature
from lab.chronicle import Stall, Trouble, chronicle
from lab.drills.scenario import World
from lab.history import LATENCY_OBJECTIVE, poisson
from lab.shape import day_curve
from slotui.core.timeline import Span
from slotui.duration import DAY, HOUR, MINUTE

_FINE = 3 * DAY
"""Seconds before the drill that are kept by the minute: as far back as the longest alert window looks."""

_FRESH = 60.0

Past = dict[str, tuple[Span, ...]]


@lru_cache(maxsize=4)
def past_of(world: World) -> Past:
    """Spans by SLO name, up to `world.starts`. The same world has the same past."""
    starts = world.starts
    begins = (starts - world.past) // HOUR * HOUR
    happened = chronicle(begins, starts // MINUTE * MINUTE, world.seed)
    troubles = [*happened.disturbances, *_added(world)]
    nature, rate = Nature(), day_curve(world.rps)
    slow_ratio = nature.slower_than(LATENCY_OBJECTIVE)
    found: dict[str, list[Span]] = {}
    for start, end in _steps(begins, starts, troubles):
        rng = random.Random(f"drill/{world.seed}/past/{start:.0f}")
        middle, length = (start + end) / 2, end - start
        now = [one for one in troubles if one.start < middle <= one.end]
        requests = poisson(rng, rate(middle) * length)
        failed = {
            cause: poisson(
                rng,
                requests
                * (nature.failure_rate * share + sum(one.failing(middle) for one in now if one.cause == cause)),
            )
            for cause, share in BLAME.items()
        }
        slow = min(requests, poisson(rng, requests * (slow_ratio + sum(one.slowing(middle) for one in now))))
        rows = {
            "checkout-availability": (requests, min(requests, sum(failed.values()))),
            "checkout-latency": (requests, slow),
        }
        called = requests
        for dependency in DEPENDENCIES:
            rows[f"{dependency}-availability"] = (called, min(called, failed[dependency]))
            called = max(0, called - failed[dependency])
        minutes = round(length / MINUTE)
        rows["inventory-freshness"] = (minutes, _stale_minutes(start, end, happened.stalls))
        for slo, (eligible, bad) in rows.items():
            found.setdefault(slo, []).append(Span(start, end, eligible, bad, length))
    return {slo: tuple(spans) for slo, spans in found.items()}


def _added(world: World) -> Iterator[Trouble]:
    for one in world.troubles:
        start = world.starts - one.ago
        yield Trouble("before the drill", start, start + one.lasted, one.cause, one.failing, one.failing, one.slow)


def _steps(begins: float, ends: float, troubles: list[Trouble]) -> Iterator[tuple[float, float]]:
    at = begins
    while at < ends:
        hour = min(at + HOUR, ends)
        calm = hour <= ends - _FINE and not any(one.start < hour and one.end > at for one in troubles)
        if calm:
            yield at, hour
        else:
            minute = at
            while minute < hour:
                yield minute, min(minute + MINUTE, hour)
                minute += MINUTE
        at = hour


def _stale_minutes(start: float, end: float, stalls: tuple[Stall, ...]) -> int:
    """Whole minutes of `(start, end]` at whose end the stock was older than it may be."""
    bad, minute = 0, start + MINUTE
    while minute <= end:
        bad += any(one.start + _FRESH < minute <= one.end for one in stalls)
        minute += MINUTE
    return bad
