"""A plan as a person, or a script, reads it: the price of each SLO, what follows, and which guard is against it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from chaos.spend.guards import Refusal, ways_out
from chaos.spend.report import interval
from slotui.core.figures import burn, cost, percent
from slotui.duration import compact, rough

if TYPE_CHECKING:
    from chaos.pricing.plan import Firing, Plan


@dataclass(frozen=True, slots=True)
class Quote:
    """An experiment, its price, what follows, and what speaks `against` it.

    `plans` is None when nobody can tell, and `why` says why; `target` is None for a plan without a service.
    """

    fault: str
    seconds: float
    target: str | None
    service: str | None
    environment: str | None
    plans: tuple[Plan, ...] | None
    against: tuple[Refusal, ...] = ()
    why: str = ""

    def text(self) -> str:
        """A few lines: what, where, what it costs each SLO, what follows, what that rests on."""
        where = ", ".join(part for part in (self.service, self.environment, self.target) if part)
        lines = [f"{self.fault} for {compact(self.seconds)} at {where or 'no target'}"]
        if self.plans is None:
            lines.append(f"  price unknown: {self.why}")
        elif not self.plans:
            lines.append("  costs nothing: no SLO counts these requests as bad")
        else:
            lines += [line for plan in self.plans for line in _lines(plan)]
            assumed = list(dict.fromkeys(note for plan in self.plans for note in plan.price.assumed))
            lines += [f"  assumed: {note}" for note in assumed]
        for one in self.against:
            lines.append(f"  a guard is against it: {one.why}")
            lines += [f"    {one.way_out}"] if one.way_out else []
        return "\n".join(lines)

    def json(self) -> dict[str, Any]:
        """Stable keys; what is not known is null."""
        return {
            "schema": "slotui/price/1",
            "fault": self.fault,
            "seconds": self.seconds,
            "target": self.target,
            "service": self.service,
            "environment": self.environment,
            "prices": None if self.plans is None else [_json(plan) for plan in self.plans],
            "against": [one.why for one in self.against],
            "ways_out": ways_out(self.against, overriding=False).split("\n  ") if self.against else [],
            "why": self.why or None,
        }


def _json(plan: Plan) -> dict[str, Any]:
    return {
        **asdict(plan.price),
        "tier": plan.now.tier.name if plan.now else None,
        "experiments": plan.now.tier.experiments if plan.now else None,
        "tier_after": plan.after.name if plan.after else None,
        "tier_at_worst": plan.at_worst.name if plan.at_worst else None,
        "alerts": [
            {
                "tier": one.tier.severity,
                "long": compact(one.tier.long),
                "short": compact(one.tier.short),
                "factor": one.tier.factor,
                "fires_after_seconds": round(one.after, 1),
            }
            for one in plan.fires
        ],
    }


def _lines(plan: Plan) -> list[str]:
    price = plan.price
    parts = [f"  {price.slo}: {interval(price.bad)} bad"]
    if price.share:
        span = f"({cost(price.share.low)}-{cost(price.share.high)})"
        parts.append(f"{cost(price.share.mid)} of the {compact(price.window)} budget {span}")
    if price.burn is not None:
        parts.append(f"burn {burn(price.burn)}")
    lines = [", ".join(parts)]
    if price.left is not None and price.left_after is not None:
        lines.append(f"    left {percent(price.left)}, then {percent(price.left_after)}; {_tiers(plan)}")
    if price.share_so_far is not None:
        lines.append(f"    the window is young: {cost(price.share_so_far)} of the budget so far")
    lines.append(f"    alerts: {', '.join(_alert(one) for one in plan.fires) or 'none will fire'}")
    return lines


def _tiers(plan: Plan) -> str:
    if plan.now is None or plan.after is None or plan.at_worst is None:
        return "policy tier unknown"
    now, after, worst = plan.now.tier.name, plan.after.name, plan.at_worst.name
    then = f"policy tier {now}, then {after}" if after != now else f"policy tier stays {now}"
    return then if worst == after else f"{then}, at the upper end {worst}"


def _alert(firing: Firing) -> str:
    tier = firing.tier
    when = f"after {rough(firing.after)}" if firing.after else "at once"
    return f"{tier.severity} {when} ({compact(tier.long)} above {tier.factor:g}x)"
