"""One reason for the gate's answer, and how it is found: what is not seen, what pages, what the policy tier says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

from slotui.core.board import Board, SloBoard
from slotui.core.figures import burn, percent
from slotui.core.policy import Burning, PolicyTier, Standing
from slotui.core.states import SloState
from slotui.duration import compact, rough

Purpose = Literal["deploys", "experiments"]
Review = Literal["advise", "approve", "refuse"]
"""What a tier that asks for a review comes to: a yes with that advice, a no until somebody approves, or a no."""


class Answer(StrEnum):
    """Mildest first."""

    YES = "yes"
    REVIEW = "review"
    UNKNOWN = "cannot-tell"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason: the answer it leads to, why, and what ends it. `approver`: who may lift a no; empty, nobody.

    `tier` is the policy tier that says so, where one does.
    """

    answer: Answer
    why: str
    ends: str = ""
    approver: str = ""
    tier: PolicyTier | None = None

    def may_be_lifted_by(self, name: str) -> bool:
        """Whether this person may lift it: somebody whom the tier lists, or anybody where it lists nobody."""
        return bool(self.approver) and (self.tier is None or self.tier.may_override(name))


def grounds_of(
    slo: SloBoard,
    board: Board,
    purpose: Purpose,
    stale_after: float,
    review: Review,
    min_coverage: float,
    on_call: PolicyTier | None,
) -> tuple[Ground, ...]:
    """Every reason that one SLO has; `on_call` is the tier that says who may override where its own names nobody."""
    unseen = _unseen(slo, board, stale_after)
    if unseen is not None:
        return (unseen,)
    paging = _paging(slo, on_call)
    tier = _budget(slo, purpose, review, min_coverage)
    return (paging, tier) if paging else (tier,)


def _budget(slo: SloBoard, purpose: Purpose, review: Review, min_coverage: float) -> Ground:
    if slo.standing is None or slo.remaining is None:
        return Ground(
            Answer.UNKNOWN,
            "no traffic was counted in its window, so no budget and no tier is known",
            "ends with the first counted requests",
        )
    if slo.coverage < min_coverage:
        return Ground(
            Answer.UNKNOWN,
            f"{percent(slo.coverage)} of {slo.slo.window_label} was measured, {percent(min_coverage)} is asked for",
            "a young service: lower --min-coverage",
        )
    return _of_tier(slo, slo.standing, purpose, review)


def _unseen(slo: SloBoard, board: Board, stale_after: float) -> Ground | None:
    """Why the present state of an SLO is not known, or None where it is."""
    source = board.source
    if source.state == "down":
        return Ground(Answer.UNKNOWN, f"no answer: {source.error or slo.problem or 'it has not said why'}")
    # One fresh SLO makes a source live, so each is asked for its own age.
    age = None if slo.seen_at is None else board.at - slo.seen_at
    if source.state == "stale" or (age is not None and age > stale_after):
        old = f"the newest data is {rough(max(0.0, age))} old" if age is not None else "the data is old"
        return Ground(Answer.UNKNOWN, f"{source.error}; {old}" if source.error else old, "ends with fresh data")
    if slo.problem or slo.state is SloState.NO_DATA or age is None:
        return Ground(Answer.UNKNOWN, slo.problem or "nothing measured in the last 5 minutes", "ends with data")
    return None


def _paging(slo: SloBoard, on_call: PolicyTier | None) -> Ground | None:
    """A page that fires says no whatever the tier: a change now would hide in it, or feed it."""
    status = next((status for status in slo.alerts if status.firing and status.tier.severity == "page"), None)
    if status is None:
        return None
    tier = status.tier
    long, short = compact(tier.long), compact(tier.short)
    asked = slo.tier if slo.tier and slo.tier.override else on_call
    return Ground(
        Answer.NO,
        f"a page fires: burns {burn(status.burn_long)} over {long}, {burn(status.burn_short)} over {short}",
        f"ends when either burn is {tier.factor:g}x or less",
        asked.override if asked else "",
        asked,
    )


def _of_tier(slo: SloBoard, standing: Standing, purpose: Purpose, review: Review) -> Ground:
    tier = standing.tier
    rule = tier.deploys if purpose == "deploys" else tier.experiments
    why, ends = f"{tier.name}: {tier.action}{_held(slo, standing)}", leaving(standing)
    match rule:
        case "allowed":
            return Ground(Answer.YES, why, ends)
        case "frozen" | "forbidden":
            return Ground(Answer.NO, why, ends, tier.override, tier)
        case "reviewed" | "limited":
            if review == "advise":
                return Ground(Answer.REVIEW, why, ends)
            if tier.override:
                return Ground(Answer.NO, why, ends, tier.override, tier)
            return Ground(Answer.NO, why, ends, "whoever reviewed it" if review == "approve" else "")


def _held(slo: SloBoard, standing: Standing) -> str:
    """What moved the tier beside the share that is left: a burn, or spend that policy does not count."""
    held = []
    if standing.burning is not None:
        held.append(f"it burns {burn(slo.burns.get(standing.burning.window))} over {compact(standing.burning.window)}")
    if slo.excused:
        kinds = " and ".join(dict.fromkeys(one.exception.kind for one in slo.excused))
        held.append(f"{percent(slo.policy_remaining)} left without what {kinds} spent, which policy does not count")
    return f" ({'; '.join(held)})" if held else ""


def leaving(standing: Standing) -> str:
    """How a tier ends; empty for the first, which is where one ends up.

    >>> from slotui.core.policy import DEFAULT_POLICY
    >>> leaving(Standing(DEFAULT_POLICY.tiers[1], None))
    'leaves caution at 55% left'
    >>> leaving(Standing(DEFAULT_POLICY.tiers[2], 1763820151.0))
    'leaves freeze at 10% left, or above 0% from 2025-11-29 14:02Z on'
    """
    tier = standing.tier
    if standing.burning is not None:
        return f"leaves {tier.name} when {_below(standing.burning)}"
    if tier.enter_below is None:
        return ""
    ways = []
    if tier.leave_at is not None:
        ways.append(f"at {_share(tier.leave_at)} left")
    if tier.leave_after is not None:
        ways.append(f"{_released(tier)} {_after(tier.leave_after, standing.since)}")
    return f"leaves {tier.name} " + (", or ".join(ways) or _released(tier))


def _below(burning: Burning) -> str:
    return f"it burns {burning.over:g}x or less over {compact(burning.window)}"


def _released(tier: PolicyTier) -> str:
    return f"{'above' if tier.enter_inclusive else 'at'} {_share(tier.enter_below or 0.0)}"


def _after(seconds: float, since: float | None) -> str:
    if since is None:  # entered before the record begins
        return f"after {compact(seconds)} in it"
    return f"from {datetime.fromtimestamp(int(since + seconds), UTC):%Y-%m-%d %H:%MZ} on"


def _share(share: float) -> str:
    return f"{100 * share:.6g}%"
