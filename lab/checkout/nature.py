"""How the shop behaves when nobody interferes: the only place with its probabilities.

The service draws from it request by request, the history writer in bulk; so a budget that was filled with history
goes on falling at the same slope once real requests arrive.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

Cause = Literal["cart", "payment", "inventory", "checkout"]
"""Which part a failed checkout broke in."""

Dependency = Literal["cart", "inventory", "payment"]
"""A service that a checkout calls."""

CAUSES: tuple[Cause, ...] = ("cart", "payment", "inventory", "checkout")

DEPENDENCIES: tuple[Dependency, ...] = ("cart", "inventory", "payment")
"""In the order of the calls: what comes after a failed one is not called."""

BLAME: dict[Cause, float] = {"payment": 0.5, "inventory": 0.3, "cart": 0.1, "checkout": 0.1}
"""Share of the natural failures that each part is responsible for."""

SHARES: dict[Dependency, float] = {"cart": 0.1, "inventory": 0.3, "payment": 0.6}
"""Share of a checkout's time that each call takes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One checkout as nature wants it: seconds until the answer, and what broke, if anything."""

    seconds: float
    failure: Cause | None

    def seconds_of(self, dependency: Dependency) -> float:
        """How long the call of one dependency takes."""
        return self.seconds * SHARES[dependency]


@dataclass(frozen=True, slots=True)
class Nature:
    """Probabilities of one checkout.

    `failure_rate` is a fraction: 0.02 % spends a fifth of a 99.9 % budget. Latency is lognormal around `median`
    seconds; the default `sigma` puts 1.5 % of the answers beyond 400 ms, which spends 30 % of a 95 % budget.
    """

    failure_rate: float = 0.0002
    median: float = 0.120
    sigma: float = 0.555

    def draw(self, rng: random.Random) -> Outcome:
        """The fate of one checkout."""
        seconds = self.median * rng.lognormvariate(0, self.sigma) if self.sigma > 0 else self.median
        failed = rng.random() < self.failure_rate
        return Outcome(seconds, rng.choices(CAUSES, [BLAME[cause] for cause in CAUSES])[0] if failed else None)

    def slower_than(self, seconds: float) -> float:
        """Share of the answers that take longer than `seconds`.

        >>> round(Nature().slower_than(0.4), 4)
        0.015
        """
        if self.sigma <= 0:
            return float(self.median > seconds)
        return 1 - NormalDist().cdf(math.log(seconds / self.median) / self.sigma)
