"""What withheld updates cost: slices of time in which something is older than it may be."""

from __future__ import annotations

import math

from slotui.core.entry import Estimate
from slotui.core.sli import SliceSli, Threshold


def stale_slices(sli: SliceSli, seconds: float, rate: float) -> Estimate:
    """Bad slices of a fault that withholds `rate` of the updates for `seconds`.

    The age starts at what it happens to be, somewhere up to its limit, and grows until the fault is over. So it is
    beyond the limit for no longer than the fault, and for no shorter than the fault less the limit. The slices at
    both ends are bad as a whole where one look is enough. Which updates get through decides the rest, if any do.

    >>> limit = Threshold("time() - max(updated_seconds)", "lte", 60)
    >>> stale_slices(SliceSli(limit, 60, target=1.0), 600, 1.0)
    Estimate(low=9, mid=10.0, high=11)
    >>> stale_slices(SliceSli(limit, 60, target=1.0), 600, 0.5)
    Estimate(low=0.0, mid=5.0, high=11)
    """
    limit = sli.measure.value if isinstance(sli.measure, Threshold) else 0.0
    shortest, longest = max(0.0, seconds - limit) / sli.seconds, seconds / sli.seconds
    if sli.target is None:
        low, high = shortest, longest
    else:
        # A whole target counts a slice for one late look; below it, a slice at an end may pass.
        low = math.ceil(shortest) if sli.target == 1 else max(0, math.floor(shortest) - 1)
        high = math.ceil(longest) + 1
    mid = (low + high) / 2
    return Estimate(low, mid, high) if rate == 1 else Estimate(0.0, mid * rate, high)
