"""What policy makes of an SLO, in sentences: its tier, why, how it ends, who may override, what is not counted."""

from __future__ import annotations

from collections.abc import Iterator

from slotui.core.board import SloBoard
from slotui.core.excused import Excused
from slotui.core.figures import burn, cost, percent
from slotui.core.policy import Burning, PolicyTier, Standing
from slotui.duration import compact, rough
from slotui.view.words import day_time


def words(slo: SloBoard) -> Iterator[str]:
    """A sentence each."""
    if slo.standing is None:
        yield "HOLD: too little is known to decide."
        return
    tier = slo.standing.tier
    yield f"{tier.name.upper()}: {tier.action}"
    yield f"deploys {tier.deploys}, experiments {tier.experiments}"
    yield from _why(slo, slo.standing)
    yield from excused(slo)
    if tier.override:
        yield f"who may override: {tier.override}"


def moved_by(slo: SloBoard) -> Iterator[str]:
    """What beside the share that is left moved the tier, a short sentence each; usually nothing."""
    if slo.standing is not None and slo.standing.burning is not None:
        yield _held(slo, slo.standing.burning)
    if slo.excused:
        yield f"judged by {percent(slo.policy_remaining)} left: what exceptions spent is not counted"


def _held(slo: SloBoard, burning: Burning) -> str:
    rate, window = burn(slo.burns.get(burning.window)), compact(burning.window)
    return f"held by the burn, {rate} over {window}, for as long as that is above {burning.over:g}x"


def _why(slo: SloBoard, standing: Standing) -> Iterator[str]:
    tier = standing.tier
    if standing.burning is not None:
        yield _held(slo, standing.burning)
        return
    if tier.enter_below is not None:
        sign = "at or below" if tier.enter_inclusive else "below"
        why = f"entered {sign} {100 * tier.enter_below:g}%"
        if tier.enter_days_left is not None and slo.slo.calendar is not None:
            why += f" with more than {tier.enter_days_left:g} days left"
        yield f"{why}, left {_way_out(tier)}" if _way_out(tier) else why
    since = standing.since
    yield f"since {day_time(since)} UTC" if since is not None else "since before the record began"


def ends(slo: SloBoard) -> Iterator[str]:
    """What ends the tier that holds now, in a few words; nothing for the one that all others end in."""
    if slo.standing is not None and slo.standing.burning is None and (way := _way_out(slo.standing.tier)):
        yield f"ends {way}"


def _way_out(tier: PolicyTier) -> str:
    found = [f"at {100 * tier.leave_at:g}%"] if tier.leave_at is not None else []
    found += [f"after {rough(tier.leave_after)}"] if tier.leave_after is not None else []
    return " or ".join(found)


def excused(slo: SloBoard) -> Iterator[str]:
    """Both numbers where they differ, then what is not counted, one exception each."""
    if not slo.excused:
        return
    yield f"judged by {percent(slo.policy_remaining)} left, the budget has {percent(slo.remaining)}: not counted is"
    for one in slo.excused:
        yield _excused(one, slo.allowed)


def _excused(one: Excused, allowed: float) -> str:
    share = cost(one.bad / allowed) if allowed > 0 else "-"
    about = one.exception
    return f"{share} in a {about.kind}, {day_time(one.start)} to {day_time(one.end)}: {about.reason} ({about.approver})"
