"""What the team has agreed to do when the budget runs low: ordered tiers, entered and left by rule.

A decision is a function of recorded history, not of a hidden state: the tier at any instant is found
again by folding the history up to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from slotui.core.blackout import Blackout
from slotui.core.excused import PolicyException
from slotui.duration import DAY, HOUR

Deploys = Literal["allowed", "reviewed", "frozen"]
Experiments = Literal["allowed", "limited", "forbidden"]


@dataclass(frozen=True, slots=True)
class Burning:
    """A burn (×) above `over` during the last `window` seconds."""

    over: float
    window: int

    def holds(self, burns: Mapping[int, float | None]) -> bool:
        """Whether it burns so, of the burns by window; an unknown burn is not above anything."""
        burn = burns.get(self.window)
        return burn is not None and burn > self.over


@dataclass(frozen=True, slots=True)
class Moment:
    """What a policy looks at, at one instant: the share that remains, or None while nobody knows it.

    `left_of_period` is the seconds that are left of a calendar period; None for a window that rolls.
    """

    at: float
    remaining: float | None
    left_of_period: float | None = None


@dataclass(frozen=True, slots=True)
class PolicyTier:
    """One tier. The first of a policy has no entry condition; each later one is stricter.

    Entered when the remaining share falls below `enter_below` (or to it, if `enter_inclusive`), in a calendar
    period only while more than `enter_days_left` days of it are left; left when the share is back at `leave_at`,
    or after `leave_after` seconds once the entry condition no longer holds. `also_while` holds it beside that for
    as long as the burn is so high, and leaves no memory. `approvers` are the names that `override` lists, if it
    lists names.
    """

    name: str
    action: str
    deploys: Deploys = "allowed"
    experiments: Experiments = "allowed"
    enter_below: float | None = None
    enter_inclusive: bool = False
    enter_days_left: float | None = None
    leave_at: float | None = None
    leave_after: float | None = None
    also_while: Burning | None = None
    override: str = ""
    approvers: tuple[str, ...] = ()

    def holds(self, moment: Moment) -> bool:
        """Whether the entry condition is met; a share that is not known meets none."""
        if self.enter_below is None or moment.remaining is None:
            return False
        left = moment.left_of_period
        if self.enter_days_left is not None and left is not None and left <= self.enter_days_left * DAY:
            return False
        return moment.remaining <= self.enter_below if self.enter_inclusive else moment.remaining < self.enter_below

    def released(self, moment: Moment, seconds_inside: float) -> bool:
        """Whether the exit condition is met after `seconds_inside` in the tier."""
        if moment.remaining is None or self.holds(moment):
            return False
        if self.leave_after is not None and seconds_inside >= self.leave_after:
            return True
        if self.leave_at is None:
            return self.leave_after is None  # where a time is all that was written, it has to pass
        return moment.remaining >= self.leave_at

    def may_override(self, name: str) -> bool:
        """Whether this person may lift the tier's no: one of the named, or anybody where words say who.

        >>> PolicyTier("freeze", "", override="kim or ana", approvers=("kim", "ana")).may_override(" Kim")
        True
        """
        return bool(self.override) and (not self.approvers or _same(name) in map(_same, self.approvers))


def _same(name: str) -> str:
    return " ".join(name.split()).casefold()


NOTICE = 48 * HOUR
"""Seconds of notice that makes a maintenance a planned one, where a policy says nothing else."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Tiers from the most relaxed to the strictest, what is not held against anybody, and when nothing is broken.

    `notice` is how many seconds ahead a maintenance has to be announced.
    """

    name: str
    tiers: tuple[PolicyTier, ...]
    exceptions: tuple[PolicyException, ...] = ()
    notice: float = NOTICE
    blackouts: tuple[Blackout, ...] = ()

    def strictest_entered(self, moment: Moment) -> int:
        """Index of the strictest tier whose entry condition holds; the first holds where no other does."""
        return max((index for index, tier in enumerate(self.tiers) if tier.holds(moment)), default=0)

    def held_by_burn(self, burns: Mapping[int, float | None]) -> int:
        """Index of the strictest tier that the burns hold up by themselves; the first where none does."""
        held = (index for index, tier in enumerate(self.tiers) if tier.also_while and tier.also_while.holds(burns))
        return max(held, default=0)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an SLO stands in the policy, and since when (UTC seconds; None: since before the record).

    With `burning` it is the burn that holds the tier, for as long as it lasts; it has no `since`.
    """

    tier: PolicyTier
    since: float | None
    burning: Burning | None = None


DEFAULT_POLICY = Policy(
    "default",
    (
        PolicyTier("healthy", "full speed; experiments encouraged"),
        PolicyTier(
            "caution",
            "review each deploy for reliability, have a rollback plan; no experiment that would reach freeze",
            deploys="reviewed",
            experiments="limited",
            enter_below=0.5,
            enter_days_left=15,
            leave_at=0.55,
        ),
        PolicyTier(
            "freeze",
            "reliability work only; anything else needs a named approver",
            deploys="frozen",
            experiments="forbidden",
            enter_below=0.0,
            enter_inclusive=True,
            leave_at=0.10,
            leave_after=7 * DAY,
            override="a named approver",
        ),
    ),
)
"""The three tiers that hold where a team has written none."""


@dataclass(slots=True)
class Fold:
    """A policy going through time: fed with one moment after the other, it stands in one tier."""

    policy: Policy
    current: int | None = None
    since: float | None = None
    _inside_since: float = field(default=0.0, repr=False)
    """Where the record begins inside a tier, time in it counts from there."""

    def see(self, moment: Moment) -> None:
        """The next moment; one whose share is unknown changes nothing."""
        if moment.remaining is None:
            return
        at, entered = moment.at, self.policy.strictest_entered(moment)
        if self.current is None:
            self.current, self._inside_since = entered, at
        if entered > self.current:
            self.current, self.since, self._inside_since = entered, at, at
        while self.current > entered and self.policy.tiers[self.current].released(moment, at - self._inside_since):
            # One tier at a time: whoever leaves freeze at 12 % is in caution, which 12 % does not leave.
            self.current, self.since, self._inside_since = self.current - 1, at, at

    def standing(self, burns: Mapping[int, float | None] | None = None) -> Standing | None:
        """Where it stands, under the present burns by window. None when nothing at all is known: hold everything."""
        if self.current is None:
            return None
        held = self.policy.held_by_burn(burns or {})
        if held > self.current:
            return Standing(self.policy.tiers[held], None, self.policy.tiers[held].also_while)
        return Standing(self.policy.tiers[self.current], self.since)


def standing(
    policy: Policy, history: Iterable[Moment], burns: Mapping[int, float | None] | None = None
) -> Standing | None:
    """The tier after `history`, oldest first, under the present `burns`; None when nothing at all is known.

    >>> tuesday = [Moment(0, 0.6), Moment(DAY, 0.49)]
    >>> standing(DEFAULT_POLICY, [*tuesday, Moment(2 * DAY, 0.52)]).tier.name
    'caution'
    >>> standing(DEFAULT_POLICY, [*tuesday, Moment(2 * DAY, 0.55)]).tier.name
    'healthy'
    """
    fold = Fold(policy)
    for moment in history:
        fold.see(moment)
    return fold.standing(burns)
