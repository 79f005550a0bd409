"""What the team has agreed to do when the budget runs low: ordered tiers, entered and left by rule.

A decision is a function of recorded history, not of a hidden state: the tier at any instant is found
again by folding the history up to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Deploys = Literal["allowed", "reviewed", "frozen"]
Experiments = Literal["allowed", "limited", "forbidden"]


@dataclass(frozen=True, slots=True)
class PolicyTier:
    """One tier. The first of a policy has no entry condition; each later one is stricter.

    Entered when the remaining share falls below `enter_below` (or to it, if `enter_inclusive`); left when
    it is back at `leave_at`, or after `leave_after` seconds once the entry condition no longer holds.
    """

    name: str
    action: str
    deploys: Deploys = "allowed"
    experiments: Experiments = "allowed"
    enter_below: float | None = None
    enter_inclusive: bool = False
    leave_at: float | None = None
    leave_after: float | None = None
    override: str = ""

    def holds(self, remaining: float) -> bool:
        """Whether the entry condition is met."""
        if self.enter_below is None:
            return True
        return remaining <= self.enter_below if self.enter_inclusive else remaining < self.enter_below

    def released(self, remaining: float, seconds_inside: float) -> bool:
        """Whether the exit condition is met after `seconds_inside` in the tier."""
        if self.holds(remaining):
            return False
        if self.leave_after is not None and seconds_inside >= self.leave_after:
            return True
        if self.leave_at is None:
            return self.leave_after is None  # where a time is all that was written, it has to pass
        return remaining >= self.leave_at


@dataclass(frozen=True, slots=True)
class Policy:
    """Tiers from the most relaxed to the strictest."""

    name: str
    tiers: tuple[PolicyTier, ...]

    def strictest_entered(self, remaining: float) -> int:
        """Index of the strictest tier whose entry condition holds."""
        return max((i for i, tier in enumerate(self.tiers) if tier.holds(remaining)), default=0)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an SLO stands in the policy, and since when (UTC seconds; None: since before the record)."""

    tier: PolicyTier
    since: float | None


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
            leave_after=7 * 86400,
            override="a named approver",
        ),
    ),
)
"""The three tiers that hold where a team has written none."""


def standing(policy: Policy, history: Iterable[tuple[float, float | None]]) -> Standing | None:
    """The tier after `history`, pairs of UTC seconds and remaining share, oldest first.

    Unknown shares (None) change nothing. None when nothing at all is known: hold everything.

    >>> day = 86400.0
    >>> standing(DEFAULT_POLICY, [(0, 0.6), (day, 0.49), (2 * day, 0.52)]).tier.name
    'caution'
    >>> standing(DEFAULT_POLICY, [(0, 0.6), (day, 0.49), (2 * day, 0.55)]).tier.name
    'healthy'
    """
    current: int | None = None
    since: float | None = None
    inside_since = 0.0  # where the record begins inside a tier, time in it counts from there
    for at, remaining in history:
        if remaining is None:
            continue
        entered = policy.strictest_entered(remaining)
        if current is None:
            current, inside_since = entered, at
        if entered > current:
            current, since, inside_since = entered, at, at
        while current > entered and policy.tiers[current].released(remaining, at - inside_since):
            # One tier at a time: whoever leaves freeze at 12 % is in caution, which 12 % does not leave.
            current, since, inside_since = current - 1, at, at
    return None if current is None else Standing(policy.tiers[current], since)
