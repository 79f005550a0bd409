"""What an experiment will cost, before it starts: bad events per SLO with a 95 % interval, and what is assumed.

cost = rps·seconds·rate bad events, out of (1−t)·N_W that the window allows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chaos.faults.kinds import DelayingFault, Mode, StaleFault
from chaos.pricing.base_latency import BaseLatency, Share
from chaos.pricing.impact import Hit
from chaos.pricing.staleness import stale_slices
from chaos.pricing.traffic import LastWeek, expected
from slotui.core.budget import Budget, burn_rate
from slotui.core.entry import Estimate
from slotui.core.sli import SliceSli
from slotui.core.slo import Slo
from slotui.core.standing import budget_of
from slotui.core.timeline import Counts
from slotui.duration import compact

_Z95 = 1.959963984540054
"""Standard deviations to each side that hold 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One SLO at `at` (UTC seconds), before the experiment: counts of its window, of the last 30 min, of last week.

    `pieces` are those of the last 30 min again, in equal pieces, oldest first.
    """

    slo: Slo
    window: Counts
    recent: Counts
    last_week: LastWeek | None = None
    at: float = 0.0
    pieces: tuple[Counts, ...] = ()

    @property
    def budget(self) -> Budget:
        """Its budget now."""
        return budget_of(self.slo, self.slo.period(self.at), self.window, self.at)


@dataclass(frozen=True, slots=True)
class Price:
    """What one SLO pays. Shares are of the budget: `share` of a full window's, `share_so_far` of a young one's.

    `allowed` is the bad events of a full window's budget; `rate` is requests/s, and `bad_ratio` the share of them
    that is bad while the fault is on, what would be bad anyway included. `burn` is that of the fault alone; `left`
    and `left_after` count the rest of a young window as clean traffic of the same density. None where nothing was
    measured to divide by.
    """

    slo: str
    window: float
    bad: Estimate
    allowed: float | None
    share: Estimate | None
    share_so_far: float | None
    rate: float
    bad_ratio: float
    burn: float | None
    left: float | None
    left_after: float | None
    assumed: tuple[str, ...]


def prices(
    hits: Sequence[Hit], standings: Mapping[str, Standing], seconds: float, base: Mapping[str, BaseLatency | None]
) -> tuple[Price, ...]:
    """The price of every SLO that is hit; faults that hit the same SLO add up. `base` is by SLO name."""
    by_slo: dict[str, list[Hit]] = {}
    for hit in hits:
        by_slo.setdefault(hit.slo.name, []).append(hit)
    return tuple(_price(standings[name], group, seconds, base.get(name)) for name, group in by_slo.items())


def bad_events(
    recent: Counts, seconds: float, rate: float, mode: Mode, share: Share, dispersion: float = 1.0
) -> Estimate:
    """Bad events among the requests of `seconds`, when `rate` of them are hit and `share` of the hit turn bad.

    The interval holds three kinds of chance: how many requests come (Poisson), which are hit (binomial, in
    random mode), and how well the recent traffic was known. Where requests come in bursts, the variance of their
    counts is `dispersion` times what Poisson says. At 10 requests/s, 5 % for 10 min:

    >>> e = bad_events(Counts(18_000, 0, 1800), 600, 0.05, "random", Share(1, 1, 1))
    >>> round(e.mid), round(e.mid - e.low), round(e.high - e.mid)
    (300, 34, 34)
    """
    requests = recent.eligible / recent.measured * seconds if recent.measured > 0 else 0.0
    return Estimate(
        max(0.0, requests * rate * share.low - _Z95 * _deviation(recent, seconds, rate, mode, share.low, dispersion)),
        requests * rate * share.mid,
        requests * rate * share.high + _Z95 * _deviation(recent, seconds, rate, mode, share.high, dispersion),
    )


def _deviation(recent: Counts, seconds: float, rate: float, mode: Mode, spoiled: float, dispersion: float) -> float:
    """The standard deviation of the bad events."""
    if recent.measured <= 0:
        return 0.0
    requests = recent.eligible / recent.measured * seconds
    share = rate * spoiled
    # A Poisson stream, thinned at random, is a Poisson stream: its variance is its mean. Hit evenly, the
    # hits vary with the stream alone, and which of them turn bad is still chance.
    own = (1 - share if mode == "random" else 1 - spoiled) + share * dispersion
    return math.sqrt(requests * share * (own + share * seconds / recent.measured))


def _price(standing: Standing, hits: Sequence[Hit], seconds: float, base: BaseLatency | None) -> Price:
    slo, traffic = standing.slo, expected(standing.recent, standing.last_week, standing.pieces, seconds)
    # Time brings slices whatever the traffic does.
    assumed = [] if isinstance(slo.sli, SliceSli) else [traffic.basis]
    parts = []
    for hit in hits:
        if isinstance(hit.fault, StaleFault) and isinstance(slo.sli, SliceSli):
            parts.append(stale_slices(slo.sli, seconds, hit.fault.mean_rate(seconds)))
            assumed += hit.assumed
            continue
        share, notes = _spoiled(hit, standing.recent, base)
        parts.append(
            bad_events(traffic.counts, seconds, hit.fault.mean_rate(seconds), hit.fault.mode, share, traffic.dispersion)
        )
        assumed += [note for note in (*notes, *hit.assumed) if note not in assumed]
    bad = _sum(parts)
    budget = standing.budget
    # A young window has seen only part of the traffic that its budget will be made of.
    rolls = slo.calendar is None
    whole = budget.allowed / budget.coverage if rolls and budget.coverage > 0 else budget.allowed
    share_of_whole = Estimate(bad.low / whole, bad.mid / whole, bad.high / whole) if whole > 0 else None
    young = rolls and not budget.full
    left = budget.projected_remaining_ratio if young else budget.remaining_ratio
    if young and whole > 0:
        assumed.append(f"the unmeasured rest of the {compact(slo.window)} has the traffic of what was measured")
    requests = traffic.rate * seconds
    return Price(
        slo=slo.name,
        window=slo.window,
        bad=bad,
        allowed=whole if whole > 0 else None,
        share=share_of_whole,
        share_so_far=bad.mid / budget.allowed if budget.allowed > 0 and young else None,
        rate=traffic.rate,
        bad_ratio=min(1.0, (standing.recent.error_ratio or 0.0) + bad.mid / requests) if requests > 0 else 0.0,
        burn=burn_rate(Counts(requests, bad.mid, seconds), slo.target),
        left=left,
        left_after=left - share_of_whole.mid if left is not None and share_of_whole else None,
        assumed=tuple(assumed),
    )


def _spoiled(hit: Hit, recent: Counts, base: BaseLatency | None) -> tuple[Share, tuple[str, ...]]:
    """The share of the hit requests that turn from good to bad, and what that rests on."""
    already_bad = recent.error_ratio or 0.0
    good = 1 - already_bad
    fault = hit.fault
    if not isinstance(fault, DelayingFault):
        return Share(good, good, good), ()
    threshold = hit.threshold or 0.0
    if fault.quantile(0) >= threshold:
        return Share(good, good, good), ()
    if base is None:
        return Share(0.0, good, good), (f"every delayed request misses {compact(threshold)}: base latency unknown",)
    note = f"requests are as slow as {base.of} (limit {compact(threshold)})"
    return base.spoiled(fault.spread(), threshold), (note,)


def _sum(parts: Sequence[Estimate]) -> Estimate:
    """Independent costs together: middles add, and so do the squares of the distances to the ends."""
    if len(parts) == 1:
        return parts[0]
    mid = sum(part.mid for part in parts)
    below = math.hypot(*(part.mid - part.low for part in parts))
    above = math.hypot(*(part.high - part.mid for part in parts))
    return Estimate(max(0.0, mid - below), mid, mid + above)
