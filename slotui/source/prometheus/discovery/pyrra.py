"""SLOs recorded by Pyrra's `--generic-rules`. Its availability divides counts, so each event weighs the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from slotui.core.found import FoundSlo, Told, Tool
from slotui.core.plain import clean
from slotui.source.prometheus.discovery.candidate import Candidate, burn, fraction, left, turned, window
from slotui.source.prometheus.discovery.inventory import Inventory
from slotui.spec.events import events_of

_OBJECTIVE = "pyrra_objective"
_WINDOW = "pyrra_window"
_AVAILABILITY = "pyrra_availability"
_REQUESTS = "pyrra_requests:rate5m"
_ERRORS = "pyrra_errors:rate5m"
_ID = "slo"

METRICS = (_OBJECTIVE, _WINDOW, _AVAILABILITY, _REQUESTS, _ERRORS)


def found(inventory: Inventory) -> Iterator[FoundSlo]:
    """Every SLO of the inventory that Pyrra records."""
    for key, labels in inventory.labelled(_OBJECTIVE, _ID).items():
        target = fraction(inventory.highest(_OBJECTIVE, _ID, key))
        seconds = window(inventory.highest(_WINDOW, _ID, key))
        errors, requests = inventory.highest(_ERRORS, _ID, key), inventory.highest(_REQUESTS, _ID, key)
        told = Told(
            left(inventory.lowest(_AVAILABILITY, _ID, key), target),
            burn(errors / requests, target) if errors is not None and requests else None,
            weighted=True,
            firing=inventory.alerts(_ID, key, "severity"),
        )
        service = labels.get("service", "")
        kept = {clean(name): clean(value) for name, value in labels.items() if name not in (_ID, "__name__")}
        candidate = Candidate(Tool.PYRRA, key, (key,), service or key, target, seconds, told, kept)
        pairs = product(inventory.expressions(_ERRORS, _ID, key), inventory.expressions(_REQUESTS, _ID, key))
        yield turned(candidate, inventory, events_of, pairs)
