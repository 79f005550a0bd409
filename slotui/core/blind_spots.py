"""What a set of alert tiers cannot notice, by arithmetic: from a clean start, at even traffic.

A tier is silent while the burn over its long or over its short window is at most its factor. So a set
has a largest steady burn that it never notices, a largest single spend at any faster burn, and a
ceiling that no shape of failure passes unnoticed. Shares are of a full window's budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slotui.core.alerts import AlertTier
from slotui.core.budget import largest_burn, share_spent
from slotui.core.reach import fires_after


@dataclass(frozen=True, slots=True)
class UnseenBand:
    """A fault that burns faster than `above` and at most `up_to`, steadily, spends up to `share` unnoticed.

    `noticed_by` is the tier that fires next; None where none ever does.
    """

    above: float
    up_to: float
    share: float
    noticed_by: AlertTier | None


@dataclass(frozen=True, slots=True)
class UnseenOutage:
    """A total failure of at most `seconds` that fires nothing, and what it spends."""

    seconds: float
    share: float


@dataclass(frozen=True, slots=True)
class BlindSpots:
    """The blind spots of a tier set for one SLO.

    `steady_burn` never fires anything, and spends `steady_share` over the window; the budget is gone
    after `gone_after` seconds of it, None if it lasts. `outage` is None where even a total failure fires
    nothing. `ceiling` bounds every shape of failure.
    """

    steady_burn: float
    steady_share: float
    gone_after: float | None
    outage: UnseenOutage | None
    bands: tuple[UnseenBand, ...]
    ceiling: float


def blind_spots(tiers: Sequence[AlertTier], target: float, window: float) -> BlindSpots:
    """The blind spots of `tiers` over an SLO window in seconds.

    >>> from slotui.core.alerts import derive_tiers
    >>> found = blind_spots(derive_tiers(30 * 86400), 0.999, 30 * 86400)
    >>> found.steady_burn, found.steady_share, round(found.outage.seconds, 2), round(found.outage.share, 4)
    (1.0, 1.0, 51.84, 0.02)
    >>> [(band.above, band.up_to, round(band.share, 4)) for band in found.bands]
    [(14.4, 1000.0, 0.02), (6.0, 14.4, 0.05), (3.0, 6.0, 0.1), (1.0, 3.0, 0.1), (0.0, 1.0, 1.0)]
    """
    steady = steady_unseen_burn(tiers, target)
    seconds = longest_unseen(tiers, target, 1.0)
    outage = None if seconds is None else UnseenOutage(seconds, share_spent(largest_burn(target), seconds, window))
    return BlindSpots(
        steady_burn=steady,
        steady_share=share_spent(steady, window, window),
        gone_after=window / steady if steady > 1 else None,
        outage=outage,
        bands=tuple(_bands(tiers, target, window)),
        ceiling=ceiling(tiers, target, window),
    )


def steady_unseen_burn(tiers: Sequence[AlertTier], target: float) -> float:
    """The largest burn that no tier notices however long it lasts: the lowest factor, at most 1/(1−t)."""
    return min([largest_burn(target), *(tier.factor for tier in tiers)])


def longest_unseen(tiers: Sequence[AlertTier], target: float, error_ratio: float) -> float | None:
    """Seconds that a steady `error_ratio` may last from a clean start before a tier fires; None: for ever.

    The earliest detection of all tiers: T = L·f·(1−t)/e.
    """
    times = [fires_after(tier, target, error_ratio) for tier in tiers]
    return min((time for time in times if time is not None), default=None)


def ceiling(tiers: Sequence[AlertTier], target: float, window: float) -> float:
    """No failure of any shape spends more than this share of the budget over the window unnoticed: min(f + p).

    Go back from the end of the window: where a tier is silent, either its short window spent at most
    f·S, or its long one at most f·L. Step over that one, and again. The steps cover the window, the
    last one perhaps more than what is left of it, by less than L: so all of it spent at most f·(W + L),
    which is f + p of the budget. And never more than failing all the time, 1/(1−t).

    >>> from slotui.core.alerts import derive_tiers
    >>> round(ceiling(derive_tiers(30 * 86400), 0.999, 30 * 86400), 6)
    1.1
    """
    return min([largest_burn(target), *(tier.factor + tier.factor * tier.long / window for tier in tiers)])


def _bands(tiers: Sequence[AlertTier], target: float, window: float) -> list[UnseenBand]:
    """From the fastest burn down. Within a band the same tiers can fire, and the first to do so is the same."""
    most = largest_burn(target)
    factors = sorted({tier.factor for tier in tiers if tier.factor < most}, reverse=True)
    bands = []
    up_to = most
    for factor in factors:
        first = min((tier for tier in tiers if tier.factor <= factor), key=lambda tier: tier.factor * tier.long)
        bands.append(UnseenBand(factor, up_to, share_spent(first.factor, first.long, window), first))
        up_to = factor
    # Nothing fires at the lowest factor or below: it may last the whole window.
    return [*bands, UnseenBand(0.0, up_to, share_spent(up_to, window, window), None)]
