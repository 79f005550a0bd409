"""Budgets as Prometheus series. What is not known is a series that is absent, never NaN."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from slotui.inprocess.objective import Objective


@dataclass(frozen=True, slots=True)
class Exposed:
    """What is exported of one SLO; `burn` is by window (`"1h"`)."""

    name: str
    service: str
    target: float
    success_ratio: float | None
    budget_remaining: float | None
    burn: Mapping[str, float | None]
    breached: bool | None


class ObjectiveCollector(Collector):
    """Series of objectives, taken anew at each scrape: `REGISTRY.register(ObjectiveCollector(checkout, search))`."""

    def __init__(self, *objectives: Objective) -> None:
        self._objectives = objectives

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return families(())

    def collect(self) -> Iterable[GaugeMetricFamily]:
        snapshots = (objective.snapshot() for objective in self._objectives)
        return families(
            Exposed(
                snapshot.name,
                snapshot.service,
                snapshot.target,
                snapshot.success_ratio,
                snapshot.budget_remaining,
                snapshot.burn,
                snapshot.breached,
            )
            for snapshot in snapshots
        )


def families(exposed: Iterable[Exposed]) -> Iterator[GaugeMetricFamily]:
    """The five metrics, each with the series of every SLO that has a value for it."""
    target = GaugeMetricFamily("slo_target", "Share of good events that is promised, 0 to 1.", labels=_SLO)
    success = GaugeMetricFamily("slo_success_ratio", "Good share of the events in the SLO's window.", labels=_SLO)
    remaining = GaugeMetricFamily(
        "slo_error_budget_remaining", "Share of the error budget that is left; negative: overspent.", labels=_SLO
    )
    burn = GaugeMetricFamily(
        "slo_burn_rate", "Speed of spending over a window; 1 spends the budget by its end.", labels=[*_SLO, "window"]
    )
    breached = GaugeMetricFamily("slo_breached", "1 while the success ratio is below the target.", labels=_SLO)
    for slo in exposed:
        labels = [slo.name, slo.service]
        target.add_metric(labels, slo.target)
        for family, value in (
            (success, slo.success_ratio),
            (remaining, slo.budget_remaining),
            (breached, slo.breached),
        ):
            if value is not None:
                family.add_metric(labels, float(value))
        for window, rate in slo.burn.items():
            if rate is not None:
                burn.add_metric([*labels, window], rate)
    yield from (target, success, remaining, burn, breached)


_SLO = ["slo", "service"]
