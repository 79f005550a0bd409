"""What an experiment will cost, before it starts: bad events per SLO with a 95 % interval, and what is assumed.

cost = rps·seconds·rate bad events, out of (1−t)·N_W that the window allows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chaos.base_latency import BaseLatency, Share
from chaos.fault import ErrorFault, Mode
from chaos.impact import Hit
from slotui.core.budget import Budget, burn_rate
from slotui.core.entry import Estimate
from slotui.core.slo import Slo
from slotui.core.timeline import Counts
from slotui.duration import MINUTE, compact, rough

TRAFFIC_WINDOW = 30 * MINUTE
"""Seconds of recent traffic that stand for the traffic to come."""

_Z95 = 1.959963984540054
"""Standard deviations to each side that hold 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One SLO before the experiment: counts of its window and of the last 30 min, and the policy tier's name."""

    slo: Slo
    window: Counts
    recent: Counts
    tier: str | None = None
    experiments: str | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What one SLO pays. Shares are of the budget: `share` of a full window's, `share_so_far` of a young one's.

    `burn` is the multiple while the fault is on; `left` and `left_after` count the rest of a young window as
    clean traffic of the same density. None where nothing was measured to divide by.
    """

    slo: str
    window: float
    bad: Estimate
    share: Estimate | None
    share_so_far: float | None
    burn: float | None
    left: float | None
    left_after: float | None
    tier: str | None
    experiments: str | None
    assumed: tuple[str, ...]


def prices(
    hits: Sequence[Hit], standings: Mapping[str, Standing], seconds: float, base: Mapping[str, BaseLatency | None]
) -> tuple[Price, ...]:
    """The price of every SLO that is hit; faults that hit the same SLO add up. `base` is by SLO name."""
    by_slo: dict[str, list[Hit]] = {}
    for hit in hits:
        by_slo.setdefault(hit.slo.name, []).append(hit)
    return tuple(_price(standings[name], group, seconds, base.get(name)) for name, group in by_slo.items())


def bad_events(recent: Counts, seconds: float, rate: float, mode: Mode, share: Share) -> Estimate:
    """Bad events among the requests of `seconds`, when `rate` of them are hit and `share` of the hit turn bad.

    The interval holds three kinds of chance: how many requests come (Poisson), which are hit (binomial, in
    random mode), and how well the recent traffic was known. At 10 requests/s, 5 % for 10 min:

    >>> e = bad_events(Counts(18_000, 0, 1800), 600, 0.05, "random", Share(1, 1, 1))
    >>> round(e.mid), round(e.mid - e.low), round(e.high - e.mid)
    (300, 34, 34)
    """
    requests = recent.eligible / recent.measured * seconds if recent.measured > 0 else 0.0
    return Estimate(
        max(0.0, requests * rate * share.low - _Z95 * _deviation(recent, seconds, rate, mode, share.low)),
        requests * rate * share.mid,
        requests * rate * share.high + _Z95 * _deviation(recent, seconds, rate, mode, share.high),
    )


def _deviation(recent: Counts, seconds: float, rate: float, mode: Mode, spoiled: float) -> float:
    """The standard deviation of the bad events."""
    if recent.measured <= 0:
        return 0.0
    requests = recent.eligible / recent.measured * seconds
    share = rate * spoiled
    # A Poisson stream, thinned at random, is a Poisson stream: its variance is its mean. Hit evenly, the
    # hits vary with the stream alone, and which of them turn bad is still chance.
    own = 1.0 if mode == "random" else share + 1 - spoiled
    return math.sqrt(requests * share * (own + share * seconds / recent.measured))


def _price(standing: Standing, hits: Sequence[Hit], seconds: float, base: BaseLatency | None) -> Price:
    slo, recent = standing.slo, standing.recent
    rate_seen = recent.eligible / recent.measured if recent.measured > 0 else 0.0
    assumed = [f"traffic stays at {rate_seen:.3g}/s, the mean of the last {rough(max(recent.measured, 1))}"]
    parts = []
    for hit in hits:
        share, notes = _spoiled(hit, recent, base)
        parts.append(bad_events(recent, seconds, hit.fault.rate, hit.fault.mode, share))
        assumed += [note for note in (*notes, *hit.assumed) if note not in assumed]
    bad = _sum(parts)
    budget = Budget(slo.target, slo.window, standing.window)
    # A young window has seen only part of the traffic that its budget will be made of.
    whole = budget.allowed / budget.coverage if budget.coverage > 0 else 0.0
    share_of_whole = Estimate(bad.low / whole, bad.mid / whole, bad.high / whole) if whole > 0 else None
    left = budget.remaining_ratio if budget.full else budget.projected_remaining_ratio
    if not budget.full and whole > 0:
        assumed.append(f"the unmeasured rest of the {compact(slo.window)} has the traffic of what was measured")
    return Price(
        slo=slo.name,
        window=slo.window,
        bad=bad,
        share=share_of_whole,
        share_so_far=bad.mid / budget.allowed if budget.allowed > 0 and not budget.full else None,
        burn=burn_rate(Counts(rate_seen * seconds, bad.mid, seconds), slo.target),
        left=left,
        left_after=left - share_of_whole.mid if left is not None and share_of_whole else None,
        tier=standing.tier,
        experiments=standing.experiments,
        assumed=tuple(assumed),
    )


def _spoiled(hit: Hit, recent: Counts, base: BaseLatency | None) -> tuple[Share, tuple[str, ...]]:
    """The share of the hit requests that turn from good to bad, and what that rests on."""
    already_bad = recent.error_ratio or 0.0
    good = 1 - already_bad
    fault = hit.fault
    if isinstance(fault, ErrorFault):
        return Share(good, good, good), ()
    threshold = hit.threshold or 0.0
    if fault.delay - fault.jitter >= threshold:
        return Share(good, good, good), ()
    if base is None:
        return Share(0.0, good, good), (f"every delayed request misses {compact(threshold)}: base latency unknown",)
    note = f"requests are as slow as the service's histogram since its start (limit {compact(threshold)})"
    return base.spoiled(fault.delay, fault.jitter, threshold), (note,)


def _sum(parts: Sequence[Estimate]) -> Estimate:
    """Independent costs together: middles add, and so do the squares of the distances to the ends."""
    if len(parts) == 1:
        return parts[0]
    mid = sum(part.mid for part in parts)
    below = math.hypot(*(part.mid - part.low for part in parts))
    above = math.hypot(*(part.high - part.mid for part in parts))
    return Estimate(max(0.0, mid - below), mid, mid + above)
