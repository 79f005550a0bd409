"""When requests are due: an absolute timetable, so that a slow answer delays nothing and pauses add up to nothing."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from lab.shape import Rate

Spacing = Literal["poisson", "paced"]

SYNTHETIC_SHARE = 0.01
"""Probes sent beside the buyers, as a share of the buyers' rate."""

_TIERS = ("free", "plus", "business")
_TIER_SHARES = (0.70, 0.22, 0.08)
_LOOKS_EVERY = 1.0
"""Seconds after which the rate is read again within a gap: a sale's rise is a minute long."""
_IMPATIENCE = (1.0, 3.0)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request due `offset` seconds after the start; `draw` picks its cart, `key` is its `Idempotency-Key`."""

    offset: float
    synthetic: bool
    tier: str
    draw: float
    key: str


def arrivals(
    rate: Rate, started: float, *, spacing: Spacing, seed: int | None, impatient: float = 0.0
) -> Iterator[Arrival]:
    """Buyers and probes in the order they are due, for ever; the same ones for the same rate, start and seed.

    `started` is UTC seconds. Orders' keys depend on it beside the seed: a shop remembers keys, and would answer a
    second run with the first one's from memory. `impatient` is the share of the buyers who press the button again
    one to three seconds later: the same order with the same key, and a request more that counts. It is in the
    timetable, whatever the answer was: who sends more when it fails is no open loop any more.
    """
    rng = random.Random(seed)
    orders = random.Random(None if seed is None else f"{seed}/{started}")
    moods = random.Random(seed)
    buyers = _stream(rate, started, spacing, rng)
    probes = _stream(lambda at: SYNTHETIC_SHARE * rate(at), started, spacing, rng)
    buyer, probe = next(buyers), next(probes)
    again: list[tuple[float, str, Arrival]] = []
    while True:
        key = f"{orders.getrandbits(128):032x}"
        if buyer <= probe:
            arrival = Arrival(buyer, False, rng.choices(_TIERS, _TIER_SHARES)[0], rng.random(), key)
            buyer = next(buyers)
        else:
            arrival = Arrival(probe, True, _TIERS[0], rng.random(), key)
            probe = next(probes)
        while again and again[0][0] <= arrival.offset:
            yield heapq.heappop(again)[2]
        yield arrival
        if impatient and not arrival.synthetic and moods.random() < impatient:
            second = replace(arrival, offset=arrival.offset + moods.uniform(*_IMPATIENCE))
            heapq.heappush(again, (second.offset, key, second))


def _stream(rate: Rate, started: float, spacing: Spacing, rng: random.Random) -> Iterator[float]:
    """Offsets at which the rate, summed up over time, has grown by one (paced) or by an exponential draw (Poisson)."""
    offset = 0.0
    while True:
        wanted = rng.expovariate(1) if spacing == "poisson" else 1.0
        while (now := rate(started + offset)) * _LOOKS_EVERY < wanted:
            wanted -= now * _LOOKS_EVERY
            offset += _LOOKS_EVERY
        offset += wanted / now
        yield offset
