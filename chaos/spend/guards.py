"""Whether an experiment may begin. Pure: what is known goes in, every reason against it comes out. It fails closed.

Metrics that are missing or stale, and a ledger that cannot be written, end a command before it gets here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from chaos.faults.kinds import Fault
from chaos.plane.lease import Ceilings
from chaos.pricing.plan import Plan, longest_that_fits
from chaos.spend.client import About
from slotui.clock import to_iso
from slotui.core.alerts import AlertStatus
from slotui.core.blackout import Blackout
from slotui.core.figures import burn, cost, percent
from slotui.core.ground import leaving
from slotui.core.policy import Policy, PolicyTier
from slotui.duration import compact, rough
from slotui.errors import RefusedError

Shorter = Callable[[float], Sequence[Plan]]
"""The plans of the same experiment, if it lasted so many seconds."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason against an experiment, and the way out. `approvers`: who alone may lift it; empty, anybody.

    What is not `liftable` no override lifts.
    """

    why: str
    way_out: str = ""
    liftable: bool = True
    approvers: tuple[str, ...] = ()

    def lifted_by(self, name: str) -> bool:
        """Whether the override of that person lifts it."""
        known = {" ".join(approver.split()).casefold() for approver in self.approvers}
        return self.liftable and (not known or " ".join(name.split()).casefold() in known)


def refusals(
    about: About | None,
    named: str | None,
    firing: Sequence[tuple[str, AlertStatus]],
    plans: Sequence[Plan],
    policy: Policy,
    seconds: float,
    shorter: Shorter,
    at: float,
) -> tuple[Refusal, ...]:
    """Every reason against spending `plans` on the target, from `at` (UTC seconds) for `seconds`.

    `named` is the name that the caller repeated; `firing` are the alerts that fire already, with their SLOs.
    """
    found = [*_target(about, named), *_alerts(firing), *_blackouts(policy.blackouts, about, plans, seconds, at)]
    if not plans:
        found.append(
            Refusal("no SLO counts these requests as bad, so nobody could tell what it costs", "see --route and --slos")
        )
    return (*found, *_policy(plans, policy, seconds, shorter))


def forbids(plan: Plan, policy: Policy) -> bool:
    """Whether the tier now, or the one that the upper end of the price leads to, has no room for the experiment.

    Where experiments are `limited` now, none may lead to a stricter tier. An unknown tier has no room either.
    """
    if plan.now is None or plan.at_worst is None:
        return True
    now, worst = plan.now.tier, plan.at_worst
    if "forbidden" in (now.experiments, worst.experiments):
        return True
    return now.experiments == "limited" and policy.tiers.index(worst) > policy.tiers.index(now)


def _target(about: About | None, named: str | None) -> Iterator[Refusal]:
    """A production service may be failed on purpose too, by somebody who writes its name out."""
    if about is None or about.environment == "lab" or named == about.service:
        return
    again = f"{named!r} is not its name" if named else "nobody repeated its name"
    yield Refusal(
        f"the target is {about.service}, {about.environment!r} and not a lab, and {again}",
        f"if that is meant: --target-name {about.service}",
        liftable=False,
    )


def _alerts(firing: Sequence[tuple[str, AlertStatus]]) -> Iterator[Refusal]:
    for slo, status in firing[:1]:
        tier, others = status.tier, len(firing) - 1
        more = f" (and {others} more)" if others else ""
        burning = f"{burn(status.burn_long)} over {compact(tier.long)}"
        yield Refusal(
            f"an alert fires already: {tier.severity} of {slo}, {burning}{more}",
            f"ends when the burn over {compact(tier.short)} or {compact(tier.long)} is {tier.factor:g}x or less",
        )


def _blackouts(
    blackouts: Iterable[Blackout], about: About | None, plans: Iterable[Plan], seconds: float, at: float
) -> Iterator[Refusal]:
    """Windows that are open now, or that the spend would still run in."""
    slos = [plan.price.slo for plan in plans]
    for blackout in blackouts:
        met = blackout.meets(at, at + seconds)
        if met is None or not blackout.concerns(slos, about.service if about else None):
            continue
        if met.start <= at:
            yield Refusal(f"blackout {blackout.name!r} is open", f"ends at {to_iso(met.end)}, in {rough(met.end - at)}")
            continue
        fits = longest_that_fits(seconds, (met.start - at).__ge__)
        yield Refusal(
            f"this spend would run into blackout {blackout.name!r}, which begins in {rough(met.start - at)}",
            f"it lasts from {to_iso(met.start)} to {to_iso(met.end)}; "
            + (f"what fits before it: --for {compact(fits)}" if fits else "nothing fits before it"),
        )


def _policy(plans: Iterable[Plan], policy: Policy, seconds: float, shorter: Shorter) -> Iterator[Refusal]:
    against = [plan for plan in plans if forbids(plan, policy)]
    if not against:
        return

    def fits(asked: float) -> bool:
        return not any(forbids(plan, policy) for plan in shorter(asked))

    now_forbidden = [plan for plan in against if plan.now is None or plan.now.tier.experiments == "forbidden"]
    change = None if now_forbidden else longest_that_fits(seconds, fits)
    for plan in against:
        yield _no_room(plan, change)


def _no_room(plan: Plan, change: float | None) -> Refusal:
    slo, price = plan.price.slo, plan.price
    if plan.now is None or plan.at_worst is None:
        return Refusal(f"{slo}: its policy tier is not known", "ends with the first counted requests")
    now, worst = plan.now.tier, plan.at_worst
    if now.experiments == "forbidden":
        why = f"{slo} is in tier {now.name}, where policy allows no experiment ({now.action})"
        return Refusal(why, leaving(plan.now), approvers=now.approvers)
    surely = plan.after == worst
    left = price.left_after if surely else _at_worst(plan)
    would = "would" if surely else "may, at the upper end of its price,"
    where = f"this spend {would} leave {slo} at {percent(left)}, tier {worst.name}"
    if worst.experiments == "forbidden":
        why = f"{where}, where policy allows no experiment"
    else:
        why = f"{where}: from tier {now.name} policy lets no experiment reach the next one"
    fits = f"smallest change that fits: --for {compact(change)}" if change else "no shorter one fits either"
    return Refusal(why, f"{_priced(plan)}; {fits}", approvers=_approvers(now, worst))


def _approvers(now: PolicyTier, worst: PolicyTier) -> tuple[str, ...]:
    return worst.approvers or now.approvers


def _at_worst(plan: Plan) -> float | None:
    share, left = plan.price.share, plan.price.left
    return None if share is None or left is None else left - share.high


def _priced(plan: Plan) -> str:
    share = plan.price.share
    if share is None:
        return "price unknown"
    span = f"({cost(share.low)}-{cost(share.high)})"
    return f"price {cost(share.mid)} {span} of the budget, {percent(plan.price.left)} left now"


def within_ceilings(ceilings: Ceilings, faults: Iterable[Fault], seconds: float) -> None:
    """Refuse early what the service would refuse, before anything is written down."""
    rate = max(fault.peak for fault in faults)
    if rate > ceilings.max_rate:
        raise RefusedError(f"a rate of {rate:g} is above the service's ceiling of {ceilings.max_rate:g}")
    if seconds > ceilings.max_ttl:
        raise RefusedError(
            f"{compact(seconds)} is longer than the service's ceiling of {compact(ceilings.max_ttl)}",
            fix=f"--for {compact(ceilings.max_ttl)}",
        )


def ways_out(standing: Sequence[Refusal], *, overriding: bool) -> str:
    """What to change instead, a line for each; and how to do it all the same, where that is possible."""
    lines = [one.way_out for one in standing if one.way_out]
    approvers = tuple(dict.fromkeys(name for one in standing for name in one.approvers))
    if any(not one.liftable for one in standing):
        lines += ["--override does not lift this"] if overriding else []
    elif approvers:
        lines.append(f'to do it all the same, {" or ".join(approvers)} may: --override "reason"')
    else:
        lines.append('to do it all the same: --override "reason" (it is written to the ledger with your name)')
    return "\n  ".join(dict.fromkeys(lines))
