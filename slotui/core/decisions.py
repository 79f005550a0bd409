"""What policy decided in a stretch of time: changes of tier, experiments refused, refusals overridden."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from slotui.core.entry import Entry
from slotui.core.policy import Fold, Moment, Policy, PolicyTier

_OVERRIDDEN = re.compile(r"(?:^|; )overridden \(")
"""How the reason of an experiment goes on that somebody started in spite of its guards."""


@dataclass(frozen=True, slots=True)
class TierChange:
    """At `at` (UTC seconds) an SLO went from one tier to another."""

    at: float
    before: PolicyTier
    after: PolicyTier


def tier_changes(policy: Policy, history: Iterable[Moment], since: float) -> Iterator[TierChange]:
    """Every change of tier after `since` (UTC seconds), oldest first, found by folding the history from its start.

    >>> from slotui.core.policy import DEFAULT_POLICY
    >>> week = [Moment(0, 0.6), Moment(10, 0.4), Moment(20, 0.6)]
    >>> [(one.at, one.before.name, one.after.name) for one in tier_changes(DEFAULT_POLICY, week, since=5)]
    [(10, 'healthy', 'caution'), (20, 'caution', 'healthy')]
    """
    fold = Fold(policy)
    for moment in history:
        before = fold.current
        fold.see(moment)
        if before is not None and fold.current is not None and before != fold.current and moment.at > since:
            yield TierChange(moment.at, policy.tiers[before], policy.tiers[fold.current])


def refused(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The spends that a guard refused."""
    return tuple(entry for entry in entries if entry.ending == "refused")


def overridden(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The deploys and experiments that went ahead against a no, because somebody said so."""
    return tuple(
        entry
        for entry in entries
        if entry.ending == "overridden" or (entry.ending != "refused" and _OVERRIDDEN.search(entry.reason))
    )
