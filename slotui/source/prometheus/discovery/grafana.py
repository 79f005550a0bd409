"""SLOs recorded by Grafana SLO. Its ratio SLOs divide summed rates; of a free-form one only the ratio is known."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from slotui import duration
from slotui.core.found import FoundSlo, Told, Tool
from slotui.core.plain import clean
from slotui.errors import UsageError
from slotui.source.prometheus.discovery.candidate import Candidate, burn, fraction, left, turned, window
from slotui.source.prometheus.discovery.inventory import Inventory
from slotui.spec.events import good_events_of

_INFO = "grafana_slo_info"
_OBJECTIVE = "grafana_slo_objective"
_SECONDS = "grafana_slo_objective_window_seconds"
_WINDOW = "grafana_slo_sli_window"
_FIVE_MINUTES = "grafana_slo_sli_5m"
_GOOD = "grafana_slo_success_rate_5m"
_TOTAL = "grafana_slo_total_rate_5m"
_ID = "grafana_slo_uuid"

METRICS = (_INFO, _OBJECTIVE, _SECONDS, _WINDOW, _FIVE_MINUTES, _TOTAL)


def found(inventory: Inventory) -> Iterator[FoundSlo]:
    """Every SLO of the inventory that Grafana SLO records."""
    information = inventory.labelled(_INFO, _ID)
    for key, labels in inventory.labelled(_OBJECTIVE, _ID).items():
        named = {**labels, **information.get(key, {})}
        target = fraction(inventory.highest(_OBJECTIVE, _ID, key))
        recent = inventory.lowest(_FIVE_MINUTES, _ID, key)
        told = Told(
            left(inventory.lowest(_WINDOW, _ID, key), target),
            None if recent is None else burn(1 - recent, target),
            weighted=True if inventory.values(_TOTAL, _ID, key) else None,
            firing=inventory.alerts(_ID, key, "grafana_slo_severity"),
        )
        name = named.get("grafana_slo_name") or named.get("grafana_slo_title") or key
        service = named.get("grafana_slo_service") or name
        kept = {
            clean(name): clean(value) for name, value in labels.items() if not name.startswith(("grafana_slo_", "__"))
        }
        seconds = inventory.highest(_SECONDS, _ID, key) or _parsed(labels.get("grafana_slo_window", ""))
        candidate = Candidate(Tool.GRAFANA, key, (name,), service, target, window(seconds), told, kept)
        pairs = product(inventory.expressions(_GOOD, _ID, key), inventory.expressions(_TOTAL, _ID, key))
        yield turned(candidate, inventory, good_events_of, pairs)


def _parsed(text: str) -> float | None:
    try:
        return duration.parse(text)
    except UsageError:
        return None
