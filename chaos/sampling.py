"""Which of the matching requests a fault hits."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Protocol

from chaos.fault import Mode


class Sampler(Protocol):
    """Answers once for each matching request."""

    def hit(self) -> bool:
        """Whether this request is one of them."""


class RandomSampler:
    """Each request for itself, with probability `rate` (Bernoulli); the same seed gives the same run."""

    __slots__ = ("_random", "_rate")

    def __init__(self, rate: float, random: Random) -> None:
        self._rate = rate
        self._random = random

    def hit(self) -> bool:
        return self._random.random() < self._rate


class ExactSampler:
    """Error diffusion: after n requests exactly floor(n·rate) were hit, evenly spread.

    >>> sampler = ExactSampler(0.4)
    >>> [sampler.hit() for _ in range(5)]
    [False, False, True, False, True]
    """

    __slots__ = ("_each", "_owed", "_whole")

    def __init__(self, rate: float) -> None:
        # In whole numbers, by the rate as a person wrote it: 0.1 added up ten times in binary is not 1.
        written = Fraction(str(rate))
        self._each, self._whole = written.numerator, written.denominator
        self._owed = 0

    def hit(self) -> bool:
        self._owed += self._each
        if self._owed < self._whole:
            return False
        self._owed -= self._whole
        return True


def sampler(mode: Mode, rate: float, random: Random) -> Sampler:
    """The sampler of a fault's mode."""
    return ExactSampler(rate) if mode == "exact" else RandomSampler(rate, random)
