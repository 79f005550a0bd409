"""What the next runs of a timetable will cost, one after the other, and which of them will be skipped. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from chaos.pricing.plan import Plan
from chaos.schedule.spending import Spending
from chaos.schedule.timetable import GRACE, Routine, Run, Timetable, runs
from chaos.spend.guards import forbids
from chaos.spend.quote import Quote
from slotui.clock import to_iso
from slotui.core.blackout import Blackout
from slotui.core.entry import Estimate
from slotui.core.policy import Moment, Policy, PolicyTier, Standing

NOTHING = Estimate(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run costs one SLO: its share of the full-window budget, all runs up to it together, the tier after it."""

    slo: str
    share: Estimate | None
    so_far: Estimate | None
    tier: PolicyTier | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A run as it is expected to go; `skipped` says why it will not begin. `costs` is None where nobody can tell."""

    run: Run
    costs: tuple[Cost, ...] | None
    skipped: str | None = None


def foresee(
    timetable: Timetable, start: float, quotes: Mapping[str, Quote], policy: Policy, *, settle: float, most: int
) -> tuple[Foreseen, ...]:
    """The next runs, at most so many. `quotes` are by name of the routine, and rest on the traffic of now.

    Nothing is assumed to roll off meanwhile. `settle` is the seconds that a run is measured for after its end.
    """
    return tuple(islice(_foreseen(timetable, start, quotes, policy, settle), most))


def closed_by(
    timetable: Timetable, of_policy: Iterable[Blackout], run: Run, at: float, quote: Quote | None
) -> str | None:
    """Which blackout, of the timetable or of the policy, keeps a run from beginning at `at`; None where none does.

    An override lifts those of the policy, as it does everywhere.
    """
    slos = [plan.price.slo for plan in quote.plans or ()] if quote else []
    for blackout in (*timetable.blackouts, *(() if run.routine.order.override else of_policy)):
        met = blackout.meets(at, at + run.seconds)
        if met is not None and blackout.concerns(slos, quote.service if quote else None):
            begins = "is open" if met.start <= at else f"begins at {to_iso(met.start)}"
            return f"blackout {blackout.name!r} {begins}, and ends at {to_iso(met.end)}"
    return None


def _foreseen(
    timetable: Timetable, start: float, quotes: Mapping[str, Quote], policy: Policy, settle: float
) -> Iterator[Foreseen]:
    free_at = start
    spending = Spending()
    so_far: dict[str, Estimate] = {}
    for run in runs(timetable, start):
        quote = quotes[run.routine.name]
        begins = run.due if timetable.overlap else max(run.due, free_at)
        skipped = "the run before it is not over by then" if begins - run.due > GRACE else None
        skipped = skipped or closed_by(timetable, policy.blackouts, run, begins, quote)
        skipped = skipped or spending.no_room(timetable, run.routine, quote.plans)
        if quote.plans is None:
            yield Foreseen(run, None, skipped)
            continue
        later = [_later(plan, policy, begins, so_far.get(plan.price.slo, NOTHING)) for plan in quote.plans]
        if not run.routine.order.override:
            skipped = skipped or _refused(later, policy)
        if skipped is None:
            free_at = begins + run.seconds + settle
            _spend(spending, so_far, run.routine, later)
        yield Foreseen(run, tuple(_cost(plan, so_far) for plan in later), skipped)


def _later(plan: Plan, policy: Policy, at: float, spent: Estimate) -> Plan:
    """The plan as it will be once so much more is spent."""
    price = plan.price
    if plan.now is None or price.left is None or price.share is None:
        return plan
    left = price.left - spent.mid
    now, after, worst = (
        _stricter(policy, plan.now.tier, Moment(at, left - cost)) for cost in (0.0, price.share.mid, price.share.high)
    )
    return replace(
        plan,
        price=replace(price, left=left, left_after=left - price.share.mid),
        now=Standing(now, None),
        after=after,
        at_worst=worst,
    )


def _stricter(policy: Policy, now: PolicyTier, then: Moment) -> PolicyTier:
    return policy.tiers[max(policy.tiers.index(now), policy.strictest_entered(then))]


def _refused(plans: Iterable[Plan], policy: Policy) -> str | None:
    for plan in plans:
        if forbids(plan, policy):
            where = f"tier {plan.at_worst.name}" if plan.at_worst else "an unknown tier"
            return f"policy will not let {plan.price.slo} come to {where} by an experiment"
    return None


def _spend(spending: Spending, so_far: dict[str, Estimate], routine: Routine, plans: Iterable[Plan]) -> None:
    for plan in plans:
        slo, share = plan.price.slo, plan.price.share
        if share is not None:
            so_far[slo] = _together(so_far.get(slo, NOTHING), share)
            spending.add(routine, slo, share.mid)


def _together(one: Estimate, other: Estimate) -> Estimate:
    """Independent costs: middles add, and so do the squares of the distances to the ends."""
    mid = one.mid + other.mid
    below = math.hypot(one.mid - one.low, other.mid - other.low)
    above = math.hypot(one.high - one.mid, other.high - other.mid)
    return Estimate(max(0.0, mid - below), mid, mid + above)


def _cost(plan: Plan, so_far: Mapping[str, Estimate]) -> Cost:
    return Cost(plan.price.slo, plan.price.share, so_far.get(plan.price.slo), plan.after)
