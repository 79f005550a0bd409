"""How often a feed is refreshed: the steps that a key goes through, in seconds."""

from __future__ import annotations

FASTEST = 1.0
SLOWEST = 300.0
_STEPS = (FASTEST, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, SLOWEST)


def faster(every: float) -> float:
    """The next shorter time between two refreshes.

    >>> faster(5.0), faster(7.0), faster(1.0)
    (2.0, 5.0, 1.0)
    """
    return max((step for step in _STEPS if step < every), default=FASTEST)


def slower(every: float) -> float:
    """The next longer time between two refreshes.

    >>> slower(5.0), slower(7.0), slower(900.0)
    (10.0, 10.0, 300.0)
    """
    return min((step for step in _STEPS if step > every), default=SLOWEST)
