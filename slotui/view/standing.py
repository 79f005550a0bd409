"""What policy makes of an SLO, in sentences: its tier, why, how it ends, who may override, what is not counted."""

from __future__ import annotations

from collections.abc import Iterator

from slotui.core.board import SloBoard
from slotui.core.excused import Excused
from slotui.core.figures import burn, cost, percent
from slotui.core.policy import Burning, Standing
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
        if tier.leave_at is not None:
            why += f", left at {100 * tier.leave_at:g}%"
        if tier.leave_after is not None:
            why += f" or after {rough(tier.leave_after)}"
        yield why
    since = standing.since
    yield f"since {day_time(since)} UTC" if since is not None else "since before the record began"


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
