"""May we deploy, may we experiment? A Board in, a decision with its reasons out. It fails closed.

A decision is the worst of what is found: a certain no beats "cannot tell", and that beats a yes. With no SLO
to ask there is nothing to say yes to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

from slotui.core.board import Board, SloBoard, SloState, SourceStatus
from slotui.core.figures import burn, percent
from slotui.core.policy import PolicyTier, Standing
from slotui.duration import compact, rough

Purpose = Literal["deploys", "experiments"]
Review = Literal["advise", "approve", "refuse"]
"""What a tier that asks for a review comes to: a yes with that advice, a no until somebody approves, or a no."""

MIN_COVERAGE = 0.5
"""Below half of the window measured, the unmeasured part decides more than the measured one."""


class Answer(StrEnum):
    """Mildest first."""

    YES = "yes"
    REVIEW = "review"
    UNKNOWN = "cannot-tell"
    NO = "no"


_ORDER = tuple(Answer)


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason: the answer it leads to, why, and what ends it. `approver`: who may lift a no; empty, nobody."""

    answer: Answer
    why: str
    ends: str = ""
    approver: str = ""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one SLO has to say. `grounds` is never empty."""

    slo: SloBoard
    grounds: tuple[Ground, ...]

    @property
    def answer(self) -> Answer:
        return _worst(self.grounds)


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody who lifts a no, and why. `entry` is the ledger's id of it once it is written down."""

    name: str
    reason: str
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The gate's answer at `at` (UTC seconds). An `approval` lifts every no; it lifts no "cannot tell".

    `problem` is why nothing could be decided, where that is no SLO's fault.
    """

    at: float
    purpose: Purpose
    rulings: tuple[Ruling, ...]
    source: SourceStatus | None = None
    approval: Approval | None = None
    problem: str | None = None

    @property
    def answer(self) -> Answer:
        if self.problem is not None or not self.rulings:
            return Answer.UNKNOWN
        return _worst([ground for ground in self._grounds() if not (self.approval and ground.answer is Answer.NO)])

    @property
    def refused(self) -> tuple[Ruling, ...]:
        """The SLOs that say no."""
        return tuple(ruling for ruling in self.rulings if ruling.answer is Answer.NO)

    @property
    def approvers(self) -> tuple[str, ...]:
        """Who, by policy, may lift every no; empty where there is none, or one that nobody may lift."""
        named = [ground.approver for ground in self._grounds() if ground.answer is Answer.NO]
        return tuple(dict.fromkeys(named)) if all(named) else ()

    @property
    def sentence(self) -> str:
        """The decision in words: yes or no to what, because of which SLO, and the way out."""
        return f"{self.purpose}: {self._words()}"

    def _words(self) -> str:
        if self.problem is not None:
            return f"CANNOT TELL, so no: {self.problem}"
        if not self.rulings:
            return "CANNOT TELL, so no: there is no SLO to ask"
        match self.answer:
            case Answer.YES | Answer.REVIEW if self.approval:
                asked = f"; {self._asked_for()}" if self.answer is Answer.REVIEW else ""
                return f"YES, overridden by {self.approval.name}: {self.approval.reason}{asked}"
            case Answer.YES:
                return "YES"
            case Answer.REVIEW:
                return f"YES, {self._asked_for()}"
            case Answer.UNKNOWN:
                return f"CANNOT TELL, so no: {self._because(Answer.UNKNOWN)}"
            case Answer.NO:
                return f"NO: {self._because(Answer.NO)}; {self._way_out()}"

    def _asked_for(self) -> str:
        how = "after the review that policy asks for" if self.purpose == "deploys" else "within what policy allows"
        return f"{how}: {self._because(Answer.REVIEW)}"

    def _because(self, answer: Answer) -> str:
        because = [(ruling.slo.name, ground.why) for ruling, ground in self._pairs() if ground.answer is answer]
        name, why = because[0]
        others = len({name for name, _ in because}) - 1
        return f"{name}: {why}" + (f" (and {others} more)" if others else "")

    def _way_out(self) -> str:
        if not self.approvers:
            return "policy names nobody who may override this"
        return f"to override ({' and '.join(self.approvers)}): --approved-by NAME --reason TEXT"

    def _pairs(self) -> Iterator[tuple[Ruling, Ground]]:
        return ((ruling, ground) for ruling in self.rulings for ground in ruling.grounds)

    def _grounds(self) -> list[Ground]:
        return [ground for _, ground in self._pairs()]


def decide(
    board: Board,
    slos: Sequence[SloBoard],
    purpose: Purpose,
    *,
    stale_after: float,
    review: Review = "advise",
    min_coverage: float = MIN_COVERAGE,
) -> Decision:
    """The decision over `slos` of the board.

    `stale_after` is the age in seconds beyond which an SLO's newest measurement is too old to decide on, and
    `min_coverage` the share of its window that must have been measured.
    """
    named = [tier.override for tier in board.tiers if tier.override]
    # A page may fire in a tier that names no approver, and the fix for it has to get out: ask the strictest that does.
    on_call = named[-1] if named else ""
    rulings = []
    for slo in slos:
        unseen = _unseen(slo, board, stale_after)
        found = (unseen,) if unseen else _seen(slo, purpose, review, min_coverage, on_call)
        rulings.append(Ruling(slo, found))
    return Decision(board.at, purpose, tuple(rulings), board.source)


def _seen(slo: SloBoard, purpose: Purpose, review: Review, min_coverage: float, on_call: str) -> tuple[Ground, ...]:
    paging = _paging(slo, on_call)
    if slo.standing is None or slo.remaining is None:
        tier = Ground(
            Answer.UNKNOWN,
            "no traffic was counted in its window, so no budget and no tier is known",
            "ends with the first counted requests",
        )
    elif slo.coverage < min_coverage:
        tier = Ground(
            Answer.UNKNOWN,
            f"{percent(slo.coverage)} of {slo.slo.window_label} was measured, {percent(min_coverage)} is asked for",
            "a young service: lower --min-coverage",
        )
    else:
        tier = _of_tier(slo.standing, purpose, review)
    return (paging, tier) if paging else (tier,)


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


def _paging(slo: SloBoard, on_call: str) -> Ground | None:
    """A page that fires says no whatever the tier: a change now would hide in it, or feed it."""
    status = next((status for status in slo.alerts if status.firing and status.tier.severity == "page"), None)
    if status is None:
        return None
    tier = status.tier
    long, short = compact(tier.long), compact(tier.short)
    return Ground(
        Answer.NO,
        f"a page fires: burns {burn(status.burn_long)} over {long}, {burn(status.burn_short)} over {short}",
        f"ends when either burn is {tier.factor:g}x or less",
        (slo.tier.override if slo.tier else "") or on_call,
    )


def _of_tier(standing: Standing, purpose: Purpose, review: Review) -> Ground:
    tier = standing.tier
    rule = tier.deploys if purpose == "deploys" else tier.experiments
    ends = leaving(standing)
    match rule:
        case "allowed":
            return Ground(Answer.YES, f"{tier.name}: {tier.action}", ends)
        case "frozen" | "forbidden":
            return Ground(Answer.NO, f"{tier.name}: {tier.action}", ends, tier.override)
        case "reviewed" | "limited":
            answer = Answer.REVIEW if review == "advise" else Answer.NO
            approver = tier.override or ("whoever reviewed it" if review == "approve" else "")
            return Ground(answer, f"{tier.name}: {tier.action}", ends, approver if answer is Answer.NO else "")


def leaving(standing: Standing) -> str:
    """How a tier ends; empty for the first, which is where one ends up.

    >>> from slotui.core.policy import DEFAULT_POLICY
    >>> leaving(Standing(DEFAULT_POLICY.tiers[1], None))
    'leaves caution at 55% left'
    >>> leaving(Standing(DEFAULT_POLICY.tiers[2], 1763820151.0))
    'leaves freeze at 10% left, or above 0% from 2025-11-29 14:02Z on'
    """
    tier = standing.tier
    if tier.enter_below is None:
        return ""
    ways = []
    if tier.leave_at is not None:
        ways.append(f"at {_share(tier.leave_at)} left")
    if tier.leave_after is not None:
        ways.append(f"{_released(tier)} {_after(tier.leave_after, standing.since)}")
    return f"leaves {tier.name} " + (", or ".join(ways) or _released(tier))


def _released(tier: PolicyTier) -> str:
    return f"{'above' if tier.enter_inclusive else 'at'} {_share(tier.enter_below or 0.0)}"


def _after(seconds: float, since: float | None) -> str:
    if since is None:  # entered before the record begins
        return f"after {compact(seconds)} in it"
    return f"from {datetime.fromtimestamp(int(since + seconds), UTC):%Y-%m-%d %H:%MZ} on"


def _share(share: float) -> str:
    return f"{100 * share:.6g}%"


def _worst(grounds: Sequence[Ground]) -> Answer:
    return max((ground.answer for ground in grounds), key=_ORDER.index, default=Answer.YES)
