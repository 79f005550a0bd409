"""SLOs recorded by rules of Sloth. It keeps ratios, no counts, and averages them over the period unweighted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from slotui.core.found import FoundSlo, Told, Tool
from slotui.core.plain import clean
from slotui.duration import DAY
from slotui.source.prometheus.discovery.candidate import Candidate, fraction, turned, window
from slotui.source.prometheus.discovery.inventory import Inventory
from slotui.spec.events import events_of_error_ratio
from slotui.spec.percentage import target_of
from slotui.spec.sloth import WINDOW

_INFO = "sloth_slo_info"
_OBJECTIVE = "slo:objective:ratio"
_DAYS = "slo:time_period:days"
_REMAINING = "slo:period_error_budget_remaining:ratio"
_BURN = "slo:current_burn_rate:ratio"
_ERRORS = "slo:sli_error:ratio_rate5m"
_ID = "sloth_id"

METRICS = (_INFO, _OBJECTIVE, _DAYS, _REMAINING, _BURN)


def found(inventory: Inventory) -> Iterator[FoundSlo]:
    """Every SLO of the inventory that Sloth records."""
    for key, labels in inventory.labelled(_INFO, _ID).items():
        service, name = labels.get("sloth_service", ""), labels.get("sloth_slo", "")
        days = inventory.highest(_DAYS, _ID, key)
        candidate = Candidate(
            Tool.SLOTH,
            key,
            (service, name) if service and name else (key,),
            service,
            fraction(inventory.highest(_OBJECTIVE, _ID, key)) or _percent(labels.get("sloth_objective", "")),
            WINDOW if days is None else window(days * DAY),
            Told(
                inventory.lowest(_REMAINING, _ID, key),
                inventory.highest(_BURN, _ID, key),
                weighted=False,
                firing=inventory.alerts(_ID, key, "sloth_severity"),
            ),
            {clean(name): clean(value) for name, value in labels.items() if not name.startswith(("sloth_", "__"))},
        )
        ratios = product(inventory.expressions(_ERRORS, _ID, key))
        yield turned(candidate, inventory, events_of_error_ratio, ratios)


def _percent(text: str) -> float | None:
    try:
        return target_of(float(text))
    except ValueError:
        return None
