"""When requests are due: an absolute timetable, so that a slow answer delays nothing and pauses add up to nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lab.shape import Rate

Spacing = Literal["poisson", "paced"]

SYNTHETIC_SHARE = 0.01
"""Probes sent beside the buyers, as a share of the buyers' rate."""

_TIERS = ("free", "plus", "business")
_TIER_SHARES = (0.70, 0.22, 0.08)
_LONGEST_GAP = 60.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request due `offset` seconds after the start; `draw` picks its cart."""

    offset: float
    synthetic: bool
    tier: str
    draw: float


def arrivals(rate: Rate, started: float, *, spacing: Spacing, seed: int | None) -> Iterator[Arrival]:
    """Buyers and probes in the order they are due, for ever. `started` is UTC seconds, for the day curve.

    The rate is read at each arrival; it changes by the hour, gaps last milliseconds. Where it is 0 for a while,
    the timetable looks again a minute later.
    """
    rng = random.Random(seed)
    buyers = _stream(rate, started, spacing, rng)
    probes = _stream(lambda at: SYNTHETIC_SHARE * rate(at), started, spacing, rng)
    buyer, probe = next(buyers), next(probes)
    while True:
        if buyer <= probe:
            yield Arrival(buyer, False, rng.choices(_TIERS, _TIER_SHARES)[0], rng.random())
            buyer = next(buyers)
        else:
            yield Arrival(probe, True, _TIERS[0], rng.random())
            probe = next(probes)


def _stream(rate: Rate, started: float, spacing: Spacing, rng: random.Random) -> Iterator[float]:
    offset = 0.0
    while True:
        now = rate(started + offset)
        if now <= 0:
            offset += _LONGEST_GAP
            continue
        offset += rng.expovariate(now) if spacing == "poisson" else 1 / now
        yield offset
