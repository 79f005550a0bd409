"""What the leases did, as Prometheus series. Each exists at 0 from the grant on, or `increase()` misses its start."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from chaos.plane.lease import LeaseTable
from slotui.clock import Clock, now


class LeaseCollector(Collector):
    """The leases that are on (`chaos_active` 1) and, for a quarter of an hour, those that were (0).

    `chaos_lease_expires_timestamp_seconds` is when the fault ends if nobody renews it any more.
    """

    def __init__(self, leases: LeaseTable, *, clock: Clock = now) -> None:
        self._leases = leases
        self._clock = clock

    def describe(self) -> Iterable[Metric]:
        return self._families()

    def collect(self) -> Iterable[Metric]:
        injected, active, expires = self._families()
        on, monotonic, wall = self._leases.active(), self._leases.clock(), self._clock()
        for lease in (*self._leases.recent(), *on):
            active.add_metric([lease.id], 1.0 if lease.ended is None else 0.0)
            # Faults of one kind and route are one series, however many the lease has of them.
            totals: dict[tuple[str, str], int] = {}
            for dose in lease.doses:
                key = (dose.fault.kind, dose.fault.route)
                totals[key] = totals.get(key, 0) + dose.injected
            for (kind, route), count in totals.items():
                injected.add_metric([lease.id, kind, route], count)
        for lease in on:
            expires.add_metric([lease.id], wall + lease.deadline - monotonic)
        return injected, active, expires

    @staticmethod
    def _families() -> tuple[CounterMetricFamily, GaugeMetricFamily, GaugeMetricFamily]:
        return (
            CounterMetricFamily("chaos_injected", "Faults injected on purpose.", labels=["id", "kind", "route"]),
            GaugeMetricFamily("chaos_active", "1 while the lease of a fault is on, 0 after it.", labels=["id"]),
            GaugeMetricFamily(
                "chaos_lease_expires_timestamp_seconds", "When the fault ends if nobody renews it.", labels=["id"]
            ),
        )
