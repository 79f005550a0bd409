"""When a spend that is on must end early: too much spent, too little left, something else burning, nothing to be seen.

It is asked at every renewal with the service's own count, and at every look at the metrics with theirs. What it
answers is the sentence that ends the spend, or None.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chaos.pricing.plan import Plan
from chaos.pricing.quiet import usual_counts
from chaos.spend.client import LeaseSeen
from slotui.core.budget import Budget
from slotui.core.entry import Entry
from slotui.core.figures import cost, percent
from slotui.core.reading import Snapshot
from slotui.core.slo import Slo
from slotui.core.standing import budget_of
from slotui.core.timeline import Counts
from slotui.duration import rough
from slotui.source.base import Source

FEWEST_UNEXPLAINED = 10
"""Bad events beyond the fault's own that are worth an alarm at all."""

_SIGMAS = 2.0

_SHARE_UNEXPLAINED = 0.1
"""And this share of what was injected: a fault of thousands is not known to ten."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the caller set, as shares of the full-window budget; None where nothing was set."""

    max_spend: float | None = None
    floor: float | None = None


@dataclass(frozen=True, slots=True)
class Stake:
    """One SLO that is spent from. `faults` are the places in the lease of the faults that hit it.

    `certain`: each of their hits is a bad event, so the service's count is a measurement too. `usual` is the
    traffic before, by whose error ratio the bad events without any fault are reckoned.
    """

    slo: Slo
    plan: Plan
    faults: tuple[int, ...]
    certain: bool
    usual: Counts

    def injected(self, lease: LeaseSeen) -> int:
        """How many requests its faults have hit so far."""
        return sum(lease.faults[place].injected for place in self.faults if place < len(lease.faults))


class Tripwire:
    """Watches one spend. Times are UTC seconds, told by the caller."""

    def __init__(self, source: Source, stakes: Sequence[Stake], limits: Limits, entries: Sequence[Entry]) -> None:
        self._source = source
        self._stakes = tuple(stakes)
        self._limits = limits
        self._entries = tuple(entry for entry in entries if entry.spends)
        self._usual = {stake.slo.name: stake.usual for stake in stakes}
        self._injected: list[tuple[float, Mapping[str, int]]] = []
        self._measured: dict[str, float] = {}
        self._seen_at: float | None = None
        self.started = 0.0

    async def begin(self, at: float) -> None:
        """The fault starts `at`: reckon what is usual, from the last quiet minutes. Raises `SourceError`."""
        self.started = self._seen_at = at
        for stake in self._stakes:
            usual = await usual_counts(self._source, stake.slo.name, at, self._entries)
            if usual.eligible > 0:
                self._usual[stake.slo.name] = usual

    @property
    def spent(self) -> Mapping[str, float]:
        """Bad events so far by SLO: as the metrics have them, or by the service's count where that is ahead."""
        return {stake.slo.name: self._spent(stake) for stake in self._stakes}

    def heard(self, lease: LeaseSeen, at: float) -> str | None:
        """The service's own account of the lease."""
        self._injected.append((at, {stake.slo.name: stake.injected(lease) for stake in self._stakes}))
        return self._beyond_limits({})

    async def looked(self, snapshot: Snapshot, at: float) -> str | None:
        """What the metrics say. Raises `SourceError` when they stop in the middle of it."""
        budgets = {}
        for stake in self._stakes:
            name = stake.slo.name
            reading = snapshot.readings.get(name)
            if reading is None or reading.seen_at is None:
                continue
            self._seen_at = max(self._seen_at or 0.0, reading.seen_at)
            budgets[name] = budget_of(stake.slo, stake.slo.period(at), reading.window, at)
            during = await self._source.count(name, self.started, at)
            if during is not None:
                self._measured[name] = during.bad - self._usual_bad(name, during)[0]
            why = await self._unexplained(name, at)
            if why is not None:
                return why
        return self.blind(at) or self._beyond_limits(budgets)

    def blind(self, at: float) -> str | None:
        """Why the spend ends when nothing new was measured for too long; also asked when a look failed."""
        age = at - (self._seen_at or at)
        if not self._stakes or age <= self._source.stale_after:
            return None
        return f"nothing was measured for {rough(age)}: nobody sees what this costs"

    def _spent(self, stake: Stake) -> float:
        name = stake.slo.name
        measured = max(0.0, self._measured.get(name, 0.0))
        if not stake.certain or not self._injected:
            return measured
        good = 1 - (self._usual[name].error_ratio or 0.0)
        return max(measured, self._injected[-1][1][name] * good)

    def _beyond_limits(self, budgets: Mapping[str, Budget]) -> str | None:
        for stake in self._stakes:
            name, price = stake.slo.name, stake.plan.price
            if not price.allowed:
                continue
            share = self._spent(stake) / price.allowed
            most, least = self._limits.max_spend, self._limits.floor
            if most is not None and share >= most:
                return f"{cost(share)} of the budget of {name} is spent, and --max-spend allows {cost(most)}"
            known = [] if price.left is None else [price.left - share]
            if (budget := budgets.get(name)) is not None:
                left = budget.remaining_ratio if budget.full else budget.projected_remaining_ratio
                known += [] if left is None else [left]
            if least is not None and known and min(known) < least:
                return f"{percent(min(known))} of the budget of {name} is left, below --floor {percent(least)}"
        return None

    async def _unexplained(self, name: str, at: float) -> str | None:
        """Bad events that neither the fault nor chance explains, over the time that has settled."""
        until = at - self._source.settle
        if until - self.started < self._source.every:
            return None
        found = await self._source.count(name, self.started, until)
        if found is None:
            return None
        usual, deviation = self._usual_bad(name, found)
        explained = self._injected_by(name, until + self._source.every)
        beyond = found.bad - usual - explained
        least = max(FEWEST_UNEXPLAINED, _SIGMAS * deviation, _SHARE_UNEXPLAINED * explained)
        if beyond <= least:
            return None
        return (
            f"{name} burns more than the fault explains: {found.bad:.0f} bad in {rough(until - self.started)}, "
            f"{explained} of them injected and about {usual:.0f} usual; something else is wrong"
        )

    def _usual_bad(self, name: str, during: Counts) -> tuple[float, float]:
        """Bad events that would be there without any fault, and their standard deviation."""
        usual = self._usual[name]
        bad = (usual.error_ratio or 0.0) * during.eligible
        # Chance twice: in this stretch, and in the one by which it is judged.
        return bad, math.sqrt(bad * (1 + during.eligible / usual.eligible)) if usual.eligible > 0 else 0.0

    def _injected_by(self, name: str, at: float) -> int:
        """The service's count at the first renewal from `at` on: a scrape may hold what came a little later."""
        later = (counts[name] for moment, counts in self._injected if moment >= at)
        return next(later, self._injected[-1][1][name] if self._injected else 0)
