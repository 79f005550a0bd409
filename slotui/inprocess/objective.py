"""An objective in code: record events, take a snapshot of its budget."""

from __future__ import annotations

from operator import index

from slotui.clock import Clock, now
from slotui.core.alerts import AlertStatus, AlertTier
from slotui.core.budget import Budget, burn_rate
from slotui.core.reading import windows_of
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Counts
from slotui.core.window import Calendar
from slotui.duration import HOUR, compact, parse
from slotui.errors import UsageError
from slotui.inprocess.buckets import Buckets
from slotui.inprocess.sharing import SharedBuckets
from slotui.inprocess.snapshot import ObjectiveSnapshot
from slotui.inprocess.store import Store

_LONGEST_PERIOD = 1.05
"""A calendar period against its nominal length: a month has up to 31 days, a day up to 25 hours."""

_FEWEST_BUCKETS = 10
"""Buckets in the shortest window: a window then reaches at most a tenth too far back."""


class Objective:
    """A promise, the events that count towards it, and its error budget.

    Recording takes the same time and no memory however many events there were: they are counted in buckets of
    `resolution`, so a window may reach back that much further than its name says. Thread-safe. With a `store`
    the counts outlive the process and are shared with others; the newest second may be lost with the process.

    >>> checkout = Objective("checkout-availability", target=0.999, window="30d")
    >>> checkout.record(good=True)
    >>> checkout.record_many(good=990, bad=9)
    >>> checkout.snapshot().success_ratio
    0.991
    """

    def __init__(
        self,
        name: str,
        *,
        target: float,
        window: str = "30d",
        service: str = "",
        calendar: Calendar | None = None,
        alerting: tuple[AlertTier, ...] | None = None,
        resolution: str = "30s",
        store: Store | None = None,
        exchange_every: str = "1s",
        clock: Clock = now,
    ) -> None:
        """Durations are as in Prometheus. Without `alerting` the tiers are derived from the window.

        Raises `UsageError` for what cannot be meant; a store that does not answer is tried again, not raised.
        """
        sli = EventSli(Selector("recorded"), bad=Selector("recorded_bad"))
        self.slo = Slo(name, service, target, int(parse(window)), sli, calendar=calendar, alerting=alerting)
        self._windows = windows_of(self.slo)
        bucket = _checked(self.slo, min(self._windows), resolution)
        self._clock = clock
        self._since = clock()
        reach = max(*self._windows, self.slo.window * _LONGEST_PERIOD)
        self._shared: SharedBuckets | None = None
        if store is None:
            self._buckets = Buckets(bucket, reach, self._since)
        else:
            self._buckets = self._shared = SharedBuckets(
                bucket, reach, clock, name=name, store=store, interval=parse(exchange_every)
            )

    @classmethod
    def from_slo(
        cls,
        slo: Slo,
        *,
        resolution: str = "30s",
        store: Store | None = None,
        exchange_every: str = "1s",
        clock: Clock = now,
    ) -> Objective:
        """The objective of a loaded spec: its target, window and alert tiers are kept, its events are yours to record.

        Raises `UsageError` for budgets of another kind: time slices, composites.
        """
        if slo.events is None:
            raise UsageError(
                f"{slo.name}: its budget is counted in {slo.unit}, not in single events",
                fix="choose an SLO with one ratio metric and `budgetingMethod: Occurrences`",
            )
        return cls(
            slo.name,
            target=slo.target,
            window=compact(slo.window),
            service=slo.service,
            calendar=slo.calendar,
            alerting=slo.alerting,
            resolution=resolution,
            store=store,
            exchange_every=exchange_every,
            clock=clock,
        )

    @property
    def name(self) -> str:
        return self.slo.name

    def record(self, *, good: bool) -> None:
        """Count one event that happened now."""
        self._buckets.add(self._clock(), 1, 0 if good else 1)

    def record_many(self, *, good: int = 0, bad: int = 0) -> None:
        """Count events that happened now. Raises `UsageError` for fewer than none, `TypeError` for parts of one."""
        good, bad = index(good), index(bad)
        if good < 0 or bad < 0:
            raise UsageError(
                f"{self.name}: {good} good and {bad} bad events", fix="what was counted cannot be taken back"
            )
        self._buckets.add(self._clock(), good + bad, bad)

    def snapshot(self) -> ObjectiveSnapshot:
        """The budget now. Costs the same however many events there were, and never waits for a store."""
        at = self._clock()
        burns = {window: burn_rate(self._trailing(at - window, at), self.slo.target) for window in self._windows}
        return ObjectiveSnapshot(
            name=self.name,
            service=self.slo.service,
            at=at,
            budget=self._budget(at),
            burn={compact(window): burn for window, burn in burns.items()},
            alerts=tuple(AlertStatus(tier, burns[tier.long], burns[tier.short]) for tier in self.slo.tiers),
            problem=self._shared.problem if self._shared else None,
        )

    def flush(self) -> None:
        """Hand what was recorded to the store now, and take in what others did. Raises `StoreError`."""
        if self._shared:
            self._shared.flush()

    def close(self) -> None:
        """Flush for the last time. Raises `StoreError` if the store does not take it. Happens at exit by itself."""
        if self._shared:
            self._shared.close()

    def _budget(self, at: float) -> Budget:
        period = self.slo.period(at)
        elapsed = None if self.slo.calendar is None else at - period.start
        return Budget(self.slo.target, period.length, self._trailing(period.start, at), elapsed)

    def _trailing(self, start: float, at: float) -> Counts:
        eligible, bad = self._buckets.since(start)
        first = self._shared.first if self._shared else None
        since = self._since if first is None else min(first, self._since)
        return Counts(eligible, bad, at - max(start, since))


def _checked(slo: Slo, shortest: int, resolution: str) -> int:
    """The resolution in seconds. Raises `UsageError` for it, or for what else cannot be meant."""
    if not slo.name:
        raise UsageError("an objective without a name", fix='name it: Objective("checkout-availability", …)')
    if not 0 < slo.target < 1:
        raise UsageError(
            f"{slo.name}: target {slo.target:g} is not between 0 and 1",
            fix="write 99.9 % as 0.999; 100 % has no budget",
        )
    bucket = parse(resolution)
    if bucket < 1 or HOUR % bucket or bucket * _FEWEST_BUCKETS > shortest:
        raise UsageError(
            f"{slo.name}: a window of {compact(shortest)} cannot be counted in buckets of {resolution}",
            fix="a bucket is whole seconds, divides an hour, and fits ten times into the window: 30s for 5m and more",
        )
    return int(bucket)
