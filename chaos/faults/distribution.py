"""How long a delay is: the quantile functions of the distributions, in seconds."""

from __future__ import annotations

from statistics import NormalDist
from typing import Literal

Distribution = Literal["fixed", "uniform", "normal", "pareto"]

_EDGE = 1e-9
"""The quantiles 0 and 1 of an unbounded distribution are infinite; this close to them is far enough."""


def quantile(distribution: Distribution, delay: float, jitter: float, share: float) -> float:
    """The delay that `share` of the requests stay below, never negative.

    `uniform` is `delay` ± `jitter`; `normal` has the mean `delay` and the standard deviation `jitter`; `pareto` is
    at least `delay` and on average `jitter` more, so its tail index is 1 + delay/jitter. A uniform `share` makes it
    a draw (inverse transform sampling).

    >>> quantile("uniform", 0.3, 0.1, 0.75)
    0.35
    >>> round(quantile("pareto", 0.3, 0.1, 0.99), 3)  # index 4: 0.3 / 0.01 ** (1 / 4)
    0.949
    """
    if jitter == 0:
        return delay
    share = min(max(share, _EDGE), 1 - _EDGE)
    match distribution:
        case "uniform":
            return delay + jitter * (2 * share - 1)
        case "normal":
            return max(0.0, NormalDist(delay, jitter).inv_cdf(share))
        case "pareto":
            return float(delay * (1 - share) ** (-jitter / (delay + jitter)))
    return delay
