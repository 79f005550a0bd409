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
from slotui.core.policy import Moment, Policy, PolicyTier, standing
from slotui.core.policy import Standing as PolicyStanding
from slotui.core.timeline import Counts, Span, Timeline
from slotui.duration import HOUR, MINUTE

PIECE = 5 * MINUTE
"""Seconds: the last hour is known this finely, since the fastest alert forgets within it."""

_MOST_STEPS = 2000


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
        spans.append(_span(at - outer, at - inner, found))
    length = HOUR / len(pieces) if pieces else 0
    for index, piece in enumerate(pieces):
        left = at - HOUR + index * length
        spans.append(_span(left, left + length, piece or Counts()))
    return Timeline(spans)


def fires_after(
    tier: AlertTier, target: float, past: Timeline, at: float, rate: float, bad_ratio: float, seconds: float
) -> float | None:
    """Seconds of the fault until `tier` fires, or None if it does not within `seconds`.

    As `slotui.core.alerts.detection_time`, with the traffic and errors that the windows already hold. `rate` is
    in requests/s, `bad_ratio` the bad share of them. From an even and clean hour both say the same:

    >>> from slotui.core.alerts import derive_tiers, detection_time
    >>> fast, clean = derive_tiers(30 * 86400)[0], Timeline([Span(0, 3600, 36000, 0, 3600)])
    >>> round(fires_after(fast, 0.999, clean, 3600, 10, 0.05, 3600)), round(detection_time(fast, 0.999, 0.05))
    (1037, 1037)
    """
    threshold = tier.factor * (1 - target)

    def fires(moment: float) -> bool:
        ratios = (_during(past, window, at, moment, rate, bad_ratio).error_ratio for window in (tier.long, tier.short))
        return all(ratio is not None and ratio > threshold for ratio in ratios)

    step = max(1.0, seconds / _MOST_STEPS)
    silent = 0.0
    for index in range(math.ceil(seconds / step) + 1):
        moment = min(index * step, seconds)
        if fires(moment):
            return _first(fires, silent, moment)
        silent = moment
    return None


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
        window: burn_rate(_during(before.past, window, at, seconds, price.rate, price.bad_ratio), target)
        for window in windows
    }


def _during(past: Timeline, window: float, at: float, moment: float, rate: float, bad_ratio: float) -> Counts:
    """What a trailing window holds `moment` seconds into the fault."""
    inside = min(moment, window)
    events = rate * inside
    return past.between(at - (window - inside), at) + Counts(events, events * bad_ratio, inside)


def _first(fires: Callable[[float], bool], silent: float, firing: float) -> float:
    """Between a silent moment and one that fires: when it begins, to a tenth of a second."""
    while firing - silent > 0.1:
        middle = (silent + firing) / 2
        silent, firing = (silent, middle) if fires(middle) else (middle, firing)
    return firing


def _span(start: float, end: float, counts: Counts) -> Span:
    # Two sums of one source may disagree by what it extrapolated; there are no negative events.
    return Span(start, end, max(0.0, counts.eligible), max(0.0, counts.bad), max(0.0, counts.measured))
