"""What one alert tier can see: the error ratio it takes, whether that can happen, and how few requests fake it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from slotui.core.alerts import AlertTier, derive_tiers, detection_time
from slotui.core.budget import largest_burn
from slotui.duration import DAY

_WORKBOOK_SHARE = {tier.long: tier.share for tier in derive_tiers(30 * DAY)}
"""The share of the budget that each long window lets go, at the 30 days of the SRE Workbook's table 5-8."""


class Derivation(StrEnum):
    """How a tier's factor relates to the Workbook's p·W/L."""

    WORKBOOK = "workbook"
    LARGER_SHARE = "larger share"  # the window is short: the Workbook's share would alert on a met objective
    RAISED = "raised to 1"  # any factor below 1 alerts on a met objective
    BY_HAND = "by hand"


@dataclass(frozen=True, slots=True)
class Reach:
    """One tier against a target: `needed` is the error ratio that must be exceeded, f·(1−t).

    `workbook_factor` is what the Workbook's share of the budget gives in this window. `one_failure_below`
    is a number of eligible events: with fewer in the long window, a single bad one fires the tier.
    """

    tier: AlertTier
    needed: float
    derivation: Derivation
    workbook_factor: float | None
    one_failure_below: float

    @property
    def possible(self) -> bool:
        """Whether any error ratio can fire it: a factor of 1/(1−t) or more is never exceeded."""
        return self.needed < 1

    @property
    def overspends(self) -> bool:
        """Whether the whole budget is spent before it fires."""
        return self.tier.share >= 1


def reach(tier: AlertTier, target: float, window: float, *, by_hand: bool = False) -> Reach:
    """What `tier` can see of an SLO over `window` seconds; `by_hand`: its factor was not derived.

    >>> fast, *_, slow = (reach(tier, 0.999, 28 * DAY) for tier in derive_tiers(28 * DAY))
    >>> round(fast.one_failure_below, 1), slow.derivation.value, round(slow.workbook_factor, 3)
    (74.4, 'raised to 1', 0.933)
    """
    share = _WORKBOOK_SHARE.get(tier.long)
    workbook = None if share is None else share * window / tier.long
    return Reach(
        tier=tier,
        needed=needed_ratio(tier, target),
        derivation=Derivation.BY_HAND if by_hand else _derivation(tier, workbook),
        workbook_factor=workbook,
        one_failure_below=one_failure_below(tier, target),
    )


def needed_ratio(tier: AlertTier, target: float) -> float:
    """The error ratio that both windows must exceed: f·(1−t).

    >>> needed_ratio(derive_tiers(30 * DAY)[0], 0.95)
    0.72
    """
    # Rounded as factors are: 10x at 90 % needs all events to be bad, not 0.9999999999999998 of them.
    return round(tier.factor * (1 - target), 12)


def fires_after(tier: AlertTier, target: float, error_ratio: float) -> float | None:
    """Seconds from a clean start until a steady `error_ratio` fires the tier, or None if it never does."""
    return detection_time(tier, target, error_ratio) if error_ratio > needed_ratio(tier, target) else None


def one_failure_below(tier: AlertTier, target: float) -> float:
    """Eligible events in the long window below which one bad event burns above the factor: 1/((1−t)·f).

    >>> round(one_failure_below(derive_tiers(30 * DAY)[0], 0.999), 1)
    69.4
    """
    return largest_burn(target) / tier.factor


def _derivation(tier: AlertTier, workbook: float | None) -> Derivation:
    if workbook is None or tier.factor <= workbook * (1 + 1e-9):
        return Derivation.WORKBOOK
    return Derivation.RAISED if tier.factor == 1 else Derivation.LARGER_SHARE
