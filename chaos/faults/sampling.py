"""Which of the matching requests a fault hits, whatever its rate is at that moment."""

from __future__ import annotations

from random import Random
from typing import Protocol

from chaos.faults.kinds import Mode


class Sampler(Protocol):
    """Answers once for each matching request."""

    def hit(self, rate: float) -> bool:
        """Whether this request is one of them, when the rate is `rate` now."""


class RandomSampler:
    """Each request for itself, with probability `rate` (Bernoulli); the same seed gives the same run."""

    __slots__ = ("_random",)

    def __init__(self, random: Random) -> None:
        self._random = random

    def hit(self, rate: float) -> bool:
        return self._random.random() < rate


class ExactSampler:
    """Error diffusion: once the rates of the requests so far add up to n, exactly floor(n) were hit, evenly spread.

    >>> sampler = ExactSampler()
    >>> [sampler.hit(0.4) for _ in range(5)]
    [False, False, True, False, True]
    """

    __slots__ = ("_owed",)

    WHOLE = 10**15
    """Rates are added up in these parts of one: 0.1 added up ten times in binary is not 1. Any rate that is written
    with 15 digits is a whole number of them, and a float holds each such number exactly (it is below 2^53)."""

    def __init__(self) -> None:
        self._owed = 0

    def hit(self, rate: float) -> bool:
        self._owed += round(rate * self.WHOLE)
        if self._owed < self.WHOLE:
            return False
        self._owed -= self.WHOLE
        return True


def sampler(mode: Mode, random: Random) -> Sampler:
    """The sampler of a fault's mode."""
    return ExactSampler() if mode == "exact" else RandomSampler(random)
