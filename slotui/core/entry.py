"""A line of the ledger: something that spent, or will spend, error budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import sqrt
from types import MappingProxyType
from typing import Literal

EntryKind = Literal["experiment", "drill", "incident", "deploy", "maintenance", "provider", "note", "alert"]
SPENDS: frozenset[EntryKind] = frozenset({"experiment", "drill"})
PLANNED: frozenset[EntryKind] = frozenset({"experiment", "drill", "maintenance"})
INCIDENTS: frozenset[EntryKind] = frozenset({"incident", "provider"})
EXCLUSIONS: frozenset[EntryKind] = frozenset({"maintenance", "provider"})
"""What every figure is shown without, too: our own announced work, and an outage of somebody we depend on."""

_SUSPICIOUS = 2.0
"""Standard deviations beyond which what was observed is more than what was injected."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Bad events expected: the middle, and the ends of the 95 % interval."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True)
class Entry:
    """One spend. Times are UTC seconds; while `ended` is None the entry is open.

    `predicted` and `observed` are bad events by SLO name; `injected` is the data plane's own count of
    faults; `ending` says how it ended (`expired`, `stopped`, `halted`, `orphaned`, `refused`, …). `about` is the
    id of the entry that an exclusion excludes: such an entry has no cost of its own.
    """

    id: str
    kind: EntryKind
    slos: tuple[str, ...]
    operator: str
    reason: str
    fault: str
    started: float
    planned_end: float | None = None
    predicted: Mapping[str, Estimate] = field(default_factory=dict)
    ended: float | None = None
    injected: int | None = None
    observed: Mapping[str, float] = field(default_factory=dict)
    ending: str | None = None
    about: str | None = None

    @property
    def open(self) -> bool:
        return self.ended is None

    @property
    def spends(self) -> bool:
        """Whether it stands for a stretch of time in which budget went, and not for a moment worth remembering."""
        lasted = self.ended is None or self.ended > self.started
        return self.kind in PLANNED | INCIDENTS and lasted and self.about is None and self.ending != "refused"

    def concerns(self, slo: str) -> bool:
        """Whether it is about the SLO of that name; one that names no SLO is about all of them."""
        return not self.slos or slo in self.slos or slo in self.observed


def as_of(entries: tuple[Entry, ...], at: float) -> tuple[Entry, ...]:
    """What a ledger held at `at` (UTC seconds): nothing that began later, and no end that was still to come.

    >>> fault = Entry("a1", "drill", ("shop",), "kim", "", "5% 500", 100, ended=200, observed={"shop": 130})
    >>> [as_of((fault,), at) for at in (99, 200)] == [(), (fault,)], as_of((fault,), 150)[0].open
    (True, True)
    """
    known = (entry for entry in entries if entry.started <= at)
    return tuple(
        entry
        if entry.ended is None or entry.ended <= at
        else replace(entry, ended=None, injected=None, observed={}, ending=None)
        for entry in known
    )


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What one SLO was to lose, got injected and did lose, in bad events; `unexplained` is observed − injected.

    `suspicious`: that is more than two standard deviations (√injected), so something else burned too.
    """

    slo: str
    predicted: Estimate | None
    injected: int | None
    observed: float | None
    unexplained: float | None
    suspicious: bool


def reconcile(entry: Entry) -> tuple[Reconciliation, ...]:
    """The entry's bill, for each SLO that it predicted, observed or names.

    >>> drill = Entry("a1", "drill", ("shop",), "kim", "", "5% 500", 0, injected=100, observed={"shop": 130})
    >>> [(one.unexplained, one.suspicious) for one in reconcile(drill)]
    [(30, True)]
    """
    found = []
    for slo in dict.fromkeys((*entry.slos, *entry.predicted, *entry.observed)):
        observed, injected = entry.observed.get(slo), entry.injected
        rest = None if observed is None or injected is None else observed - injected
        beyond = rest is not None and rest > _SUSPICIOUS * sqrt(max(1, injected or 0))
        found.append(Reconciliation(slo, entry.predicted.get(slo), injected, observed, rest, beyond))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Split:
    """Shares of the allowed bad events that were spent: on purpose, by claimed incidents, and the rest."""

    planned: float
    incident: float
    unexplained: float


def split(
    entries: tuple[Entry, ...],
    slo: str,
    bad: float,
    allowed: float,
    since: float,
    running: Mapping[str, float] = MappingProxyType({}),
) -> Split | None:
    """How the spend of `slo` since `since` (UTC seconds) divides, from the entries that were measured.

    `running` is what those that are open have cost so far, by id. An entry that began before the window counts no
    more: its events are rolling off with the rest. None while nothing is allowed yet (no eligible events).
    """
    if allowed <= 0:
        return None
    planned = incident = 0.0
    for entry in entries:
        cost = entry.observed.get(slo, running.get(entry.id))
        if cost is None or entry.started < since:
            continue
        if entry.kind in PLANNED:
            planned += cost
        elif entry.kind in INCIDENTS:
            incident += cost
    return Split(planned / allowed, incident / allowed, (bad - planned - incident) / allowed)
