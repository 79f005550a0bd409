"""What an experiment does to an SLO beside its price: the alerts that it will fire, and the policy tier after it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chaos.pricing.base_latency import BaseLatency
from chaos.pricing.impact import Hit
from chaos.pricing.price import Price, Standing, prices
from slotui.core.alerts import AlertTier
from slotui.core.budget import burn_rate
from slotui.core.foresee import during, fires_after, span_of
from slotui.core.policy import Moment, Policy, PolicyTier, standing
from slotui.core.policy import Standing as PolicyStanding
from slotui.core.timeline import Counts, Timeline
from slotui.duration import HOUR, MINUTE

PIECE = 5 * MINUTE
"""Seconds: the last hour is known this finely, since the fastest alert forgets within it."""


@dataclass(frozen=True, slots=True)
class Before:
    """One SLO before the experiment. `past` ends at its `standing.at`; `moments` are what the policy has seen."""

    standing: Standing
    past: Timeline
    moments: tuple[Moment, ...]
    policy: Policy


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert tier that will fire, `after` so many seconds of the fault; scrape and rule intervals come on top."""

    tier: AlertTier
    after: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The price for one SLO, and what follows from it.

    `now` is where it stands in the policy, `after` where the middle of the price leads, and `at_worst` where
    its upper end does.
    """

    price: Price
    fires: tuple[Firing, ...]
    now: PolicyStanding | None
    after: PolicyTier | None
    at_worst: PolicyTier | None


def plans(
    hits: Sequence[Hit], before: Mapping[str, Before], seconds: float, base: Mapping[str, BaseLatency | None]
) -> tuple[Plan, ...]:
    """One plan for each SLO that is hit; `before` and `base` are by SLO name."""
    standings = {name: one.standing for name, one in before.items()}
    return tuple(_plan(before[price.slo], price, seconds) for price in prices(hits, standings, seconds, base))


def recent_past(windows: Mapping[int, Counts], pieces: Sequence[Counts | None], at: float) -> Timeline:
    """What the alert windows hold at `at`: the last hour in `pieces`, oldest first, before it by the windows' sums.

    Between two windows the events are spread evenly: only the sums over them are known.
    """
    longer = sorted((length for length in windows if length >= HOUR), reverse=True)
    spans = []
    for outer, inner in pairwise(longer):
        found = windows[outer] - windows[inner]
        spans.append(span_of(at - outer, at - inner, found))
    length = HOUR / len(pieces) if pieces else 0
    for index, piece in enumerate(pieces):
        left = at - HOUR + index * length
        spans.append(span_of(left, left + length, piece or Counts()))
    return Timeline(spans)


def longest_that_fits(seconds: float, fits: Callable[[float], bool]) -> float | None:
    """The longest duration below `seconds` that fits, if a shorter one fits wherever a longer one does.

    In whole seconds, from a minute on in tens; None where nothing does.

    >>> longest_that_fits(600, lambda seconds: seconds <= 87), longest_that_fits(600, lambda seconds: False)
    (80, None)
    """
    low, high = 0, math.ceil(seconds)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    if low >= MINUTE:
        low -= low % 10
    return low or None


def _plan(before: Before, price: Price, seconds: float) -> Plan:
    slo, at = before.standing.slo, before.standing.at
    fires = []
    for tier in slo.tiers:
        after = fires_after(tier, slo.target, before.past, at, price.rate, price.bad_ratio, seconds)
        if after is not None:
            fires.append(Firing(tier, after))
    middle, worst = (price.share.mid, price.share.high) if price.share else (0.0, 0.0)
    return Plan(
        price=price,
        fires=tuple(sorted(fires, key=lambda one: one.after)),
        now=standing(before.policy, before.moments, _burns(before, price, 0)),
        after=_tier_after(before, price, seconds, middle),
        at_worst=_tier_after(before, price, seconds, worst),
    )


def _tier_after(before: Before, price: Price, seconds: float, share: float) -> PolicyTier | None:
    """The tier at the end of the experiment, if it costs `share` of the budget and nothing rolls off meanwhile."""
    last = before.moments[-1]
    if last.remaining is None:
        return None
    left = None if last.left_of_period is None else max(0.0, last.left_of_period - seconds)
    end = Moment(last.at + seconds, last.remaining - share, left)
    found = standing(before.policy, [*before.moments, end], _burns(before, price, seconds))
    return found.tier if found else None


def _burns(before: Before, price: Price, seconds: float) -> Mapping[int, float | None]:
    """The burns that hold a tier, after `seconds` of the fault."""
    windows = {tier.also_while.window for tier in before.policy.tiers if tier.also_while is not None}
    at, target = before.standing.at, before.standing.slo.target
    return {
        window: burn_rate(during(before.past, window, at, seconds, price.rate, price.bad_ratio), target)
        for window in windows
    }
