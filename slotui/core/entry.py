"""A line of the ledger: something that spent, or will spend, error budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

EntryKind = Literal["experiment", "drill", "incident", "deploy", "maintenance", "note"]
PLANNED: frozenset[EntryKind] = frozenset({"experiment", "drill", "maintenance"})


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
    faults; `ending` says how it ended (`expired`, `stopped`, `halted`, `orphaned`, `refused`, …).
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

    @property
    def open(self) -> bool:
        return self.ended is None


@dataclass(frozen=True, slots=True)
class Split:
    """Shares of the allowed bad events that were spent: on purpose, by claimed incidents, and the rest."""

    planned: float
    incident: float
    unexplained: float


def split(entries: tuple[Entry, ...], slo: str, bad: float, allowed: float, since: float) -> Split | None:
    """How the spend of `slo` since `since` (UTC seconds) divides, from the entries that were measured.

    An entry that began before the window counts no more: its events are rolling off with the rest.
    None while nothing is allowed yet (no eligible events).
    """
    if allowed <= 0:
        return None
    planned = incident = 0.0
    for entry in entries:
        cost = entry.observed.get(slo)
        if cost is None or entry.started < since:
            continue
        if entry.kind in PLANNED:
            planned += cost
        elif entry.kind == "incident":
            incident += cost
    return Split(planned / allowed, incident / allowed, (bad - planned - incident) / allowed)
