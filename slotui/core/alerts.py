"""Multi-window, multi-burn-rate alerts, derived for any SLO window (SRE Workbook, ch. 5)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from slotui.core.budget import burn_rate
from slotui.core.timeline import Counts
from slotui.duration import DAY, HOUR, compact

Severity = Literal["page", "ticket"]


@dataclass(frozen=True, slots=True)
class AlertTier:
    """Fires while the burn over both windows is above `factor`.

    `long` and `short` are in seconds; `share` of the budget is spent when it fires (p = f·L/W).
    """

    severity: Severity
    title: str
    long: int
    short: int
    factor: float
    share: float

    @property
    def key(self) -> str:
        """A name for this tier within its set: `page_1h_5m`."""
        return f"{self.severity}_{compact(self.long)}_{compact(self.short)}"


@dataclass(frozen=True, slots=True)
class _Plan:
    """How much budget a tier lets go before it fires: the Workbook's share, and its share at 7 days."""

    severity: Severity
    title: str
    long: int
    share: float
    share_of_7d: float


# Shares for 28 and 30 days: SRE Workbook, table 5-8. At 7 days the same shares would give factors of
# 3.4, 1.4, 0.7 and 0.23: pages for a service that meets its SLO. So shorter windows get larger shares.
_PLANS = (
    _Plan("page", "fast burn", HOUR, 0.02, 0.08),
    _Plan("page", "slow burn", 6 * HOUR, 0.05, 0.125),
    _Plan("ticket", "fast leak", DAY, 0.10, 0.20),
    _Plan("ticket", "slow leak", 3 * DAY, 0.10, 0.42),
)
_LONG_WINDOW = 28 * DAY
_SHORT_WINDOW = 7 * DAY


def derive_tiers(window: float) -> tuple[AlertTier, ...]:
    """The four tiers for an SLO window in seconds: f = p·W/L, S = L/12.

    From 28 days up p is the Workbook's 2, 5, 10 and 10 %. Below, p grows geometrically towards 8, 12.5,
    20 and 42 % at 7 days. A factor below 1 would alert on a met objective and is raised to 1; `share`
    then says what p that is. A long window over half the SLO window makes no tier.

    >>> [tier.factor for tier in derive_tiers(30 * DAY)]
    [14.4, 6.0, 3.0, 1.0]
    """
    tiers = []
    for plan in _PLANS:
        if plan.long > window / 2:
            continue
        factor = max(1.0, _snap(_share(plan, window) * window / plan.long))
        tiers.append(
            AlertTier(plan.severity, plan.title, plan.long, plan.long // 12, factor, factor * plan.long / window)
        )
    return tuple(tiers)


def planned_factor(tier: AlertTier, window: float) -> float | None:
    """The factor that the tier's planned share gives, before it is raised to 1; None for a tier of no plan.

    >>> [planned_factor(tier, 28 * DAY) for tier in derive_tiers(28 * DAY)]
    [13.44, 5.6, 2.8, 0.933333333333]
    """
    plan = next((plan for plan in _PLANS if (plan.severity, plan.long) == (tier.severity, tier.long)), None)
    return None if plan is None else _snap(_share(plan, window) * window / plan.long)


def tiers_at_factors(factors: tuple[float, ...], window: float) -> tuple[AlertTier, ...]:
    """The standard windows with factors given by hand, for comparing with other tools' rules."""
    return tuple(
        AlertTier(plan.severity, plan.title, plan.long, plan.long // 12, factor, factor * plan.long / window)
        for plan, factor in zip(_PLANS, factors, strict=True)
    )


def _share(plan: _Plan, window: float) -> float:
    if window >= _LONG_WINDOW:
        return plan.share
    # Through both anchors: the share at 28 days, and the one at 7.
    steepness = math.log(plan.share_of_7d / plan.share) / math.log(_LONG_WINDOW / _SHORT_WINDOW)
    return min(1.0, plan.share * math.pow(_LONG_WINDOW / window, steepness))


def _snap(factor: float) -> float:
    # 0.02·720 is 14.4 on paper and 14.400000000000000355 in binary; nobody's threshold needs the 12th digit.
    return round(factor, 12)


def detection_time(tier: AlertTier, target: float, error_ratio: float, age: float = math.inf) -> float | None:
    """Seconds from a clean start until `tier` fires at a steady `error_ratio`, or None if it never does.

    The long window governs: T = L·f·(1−t)/e (SRE Workbook, ch. 5). A series younger than the window
    (`age` seconds) has less history to outweigh: T = f(1−t)·age/(e − f(1−t)).
    Scrape and rule intervals come on top.

    >>> fast = derive_tiers(30 * DAY)[0]
    >>> round(detection_time(fast, 0.999, 0.05)), round(detection_time(fast, 0.999, 0.05, age=300))
    (1037, 121)
    """
    threshold = tier.factor * (1 - target)
    if error_ratio <= threshold:
        return None
    mature = tier.long * threshold / error_ratio
    return min(mature, threshold * age / (error_ratio - threshold)) if age < tier.long else mature


def reset_time(tier: AlertTier, target: float, error_ratio: float) -> float:
    """Seconds from the end of a fault until `tier` goes quiet: S·(1 − f(1−t)/e)."""
    return max(0.0, tier.short * (1 - tier.factor * (1 - target) / error_ratio)) if error_ratio > 0 else 0.0


class BurnState(StrEnum):
    """What two windows say together about one tier."""

    CRITICAL = "critical"  # both above: firing
    RECOVERING = "recovering"  # long above, short below: over, but not forgotten
    INCREASING = "increasing"  # short above, long not yet
    OK = "ok"


@dataclass(frozen=True, slots=True)
class AlertStatus:
    """One tier, measured: burns are None without eligible events; `since` is None while silent or unknown."""

    tier: AlertTier
    burn_long: float | None
    burn_short: float | None
    since: float | None = None

    @property
    def state(self) -> BurnState:
        long_above = self.burn_long is not None and self.burn_long > self.tier.factor
        short_above = self.burn_short is not None and self.burn_short > self.tier.factor
        if long_above:
            return BurnState.CRITICAL if short_above else BurnState.RECOVERING
        return BurnState.INCREASING if short_above else BurnState.OK

    @property
    def firing(self) -> bool:
        # Asked of every tier of every SLO at each refresh: said without the four states.
        above = self.tier.factor
        return (
            self.burn_long is not None
            and self.burn_long > above
            and self.burn_short is not None
            and self.burn_short > above
        )


def evaluate(tier: AlertTier, target: float, trailing: Callable[[int], Counts]) -> AlertStatus:
    """The tier now, from a function that gives the counts of a trailing window in seconds."""
    return AlertStatus(tier, burn_rate(trailing(tier.long), target), burn_rate(trailing(tier.short), target))
