"""The sentence an on-call reads first, and the one that says what the policy wants."""

from __future__ import annotations

from collections.abc import Sequence

from slotui.core.alerts import AlertStatus
from slotui.core.board import SloBoard, SourceStatus, Verdict
from slotui.core.figures import burn, percent
from slotui.core.policy import PolicyTier
from slotui.core.states import SloState
from slotui.duration import compact, rough


def verdict(slos: Sequence[SloBoard], source: SourceStatus) -> Verdict:
    """The verdict of SLOs in order of severity. Old data leads to "cannot tell", not to all clear."""
    if not slos:
        return Verdict(SloState.NO_DATA, "no SLO to watch", "")
    worst = slos[0]
    sentence = _sentence(slos)
    if source.state == "down":
        return Verdict(
            SloState.NO_DATA, f"cannot tell: {source.error or 'no answer yet'}", "HOLD: no data, no decision"
        )
    if source.state == "stale":
        age = f"data is {rough(source.age)} old" if source.age is not None else "data is old"
        return Verdict(worst.state, f"cannot tell: {age}; last known: {sentence}", _policy(slos))
    return Verdict(worst.state, sentence, _policy(slos))


def _sentence(slos: Sequence[SloBoard]) -> str:
    worst = slos[0]
    same = sum(1 for slo in slos if slo.state is worst.state)
    match worst.state:
        case SloState.PAGE | SloState.TICKET:
            return f"{same} {worst.state.value.upper()}  {worst.name} {_burning(worst)}"
        case SloState.SPENT:
            return f"{same} SPENT  {worst.name} has overspent its budget: {percent(worst.remaining)} left"
        case SloState.NO_DATA:
            return f"{same} NO DATA  {worst.name}: {worst.problem or 'nothing measured in the last 5 minutes'}"
        case SloState.QUIET:
            return f"nothing is burning; {same} without traffic for an hour ({worst.name})"
        case SloState.OK:
            tightest = min(slos, key=lambda slo: slo.remaining if slo.remaining is not None else 1.0)
            return f"nothing is burning; tightest is {tightest.name}, {percent(tightest.remaining)} left"


def _burning(slo: SloBoard) -> str:
    firing = [status for status in slo.alerts if status.firing and status.tier.severity == slo.state.value]
    status: AlertStatus = firing[0]
    return (
        f"burns {burn(status.burn_long)} over {compact(status.tier.long)} "
        f"({status.tier.severity} at {status.tier.factor:g}x)"
    )


def _policy(slos: Sequence[SloBoard]) -> str:
    """The strictest tier that any SLO stands in: what one of them forbids is forbidden.

    The SLO is named where it is not the worst one, of which the sentence above speaks.
    """
    standing = [(slo, slo.tier) for slo in slos if slo.tier is not None]
    if not standing:
        return "HOLD: no data, no decision"
    strictest, tier = max(standing, key=lambda pair: _strictness(pair[1]))
    whose = f" for {strictest.name}" if tier != slos[0].tier else ""
    return f"{tier.name.upper()}{whose}: {tier.action}.{_gone(slos)}"


def _gone(slos: Sequence[SloBoard]) -> str:
    for slo in slos:
        alerting = slo.state in (SloState.PAGE, SloState.TICKET)
        if alerting and slo.exhausts_in and slo.exhausts_in < slo.slo.window:
            return f"  Budget gone in {rough(slo.exhausts_in)} at this rate"
    return ""


def _strictness(tier: PolicyTier) -> tuple[int, int, float]:
    order = {"allowed": 0, "reviewed": 1, "limited": 1, "frozen": 2, "forbidden": 2}
    below = tier.enter_below if tier.enter_below is not None else float("inf")
    return order[tier.deploys], order[tier.experiments], -below
