"""May we deploy, may we experiment? A Board in, a decision with its reasons out. It fails closed.

A decision is the worst of what is found: a certain no beats "cannot tell", and that beats a yes. With no SLO
to ask there is nothing to say yes to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slotui.core.board import Board, SloBoard, SourceStatus
from slotui.core.ground import Answer, Ground, Purpose, Review, grounds_of

MIN_COVERAGE = 0.5
"""Below half of the window measured, the unmeasured part decides more than the measured one."""


_ORDER = tuple(Answer)


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

    def barred(self, name: str) -> tuple[str, ...]:
        """Who may lift the noes that policy lets only named people lift, and not this one; empty: nothing is barred."""
        noes = (ground for ground in self._grounds() if ground.answer is Answer.NO and ground.approver)
        return tuple(dict.fromkeys(ground.approver for ground in noes if not ground.may_be_lifted_by(name)))

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
    named = [tier for tier in board.tiers if tier.override]
    # A page may fire in a tier that names no approver, and the fix for it has to get out: ask the strictest that does.
    on_call = named[-1] if named else None
    rulings = [Ruling(slo, grounds_of(slo, board, purpose, stale_after, review, min_coverage, on_call)) for slo in slos]
    return Decision(board.at, purpose, tuple(rulings), board.source)


def _worst(grounds: Sequence[Ground]) -> Answer:
    return max((ground.answer for ground in grounds), key=_ORDER.index, default=Answer.YES)
