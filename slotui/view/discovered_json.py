"""SLOs of other tools as JSON; additions only. What is not known is null."""

from __future__ import annotations

from typing import Any

from slotui.clock import to_iso
from slotui.core.found import Discovery, FoundSlo
from slotui.duration import compact

SCHEMA = "slotui/discovery/1"
_WEIGHTING = {True: "events", False: "unweighted", None: None}


def to_json(discovery: Discovery) -> dict[str, Any]:
    """The document that `slotui discover --output json` prints."""
    return {
        "schema": SCHEMA,
        "at": to_iso(discovery.at),
        "url": discovery.url,
        "slos": [_slo(found) for found in discovery.found],
    }


def _slo(found: FoundSlo) -> dict[str, Any]:
    told = found.told
    return {
        "tool": str(found.tool),
        "id": found.id,
        "name": found.name,
        "service": found.service,
        "target": found.target,
        "window": None if found.window is None else compact(found.window),
        "remaining_ratio": told.remaining,
        "weighting": _WEIGHTING[told.weighted],
        "burn": told.burn,
        "firing": list(told.firing),
        "counted": _counted(found),
        "not_counted": found.uncounted or None,
    }


def _counted(found: FoundSlo) -> dict[str, Any] | None:
    if found.slo is None or found.budget is None:
        return None
    budget = found.budget
    return {
        "name": found.slo.name,
        "eligible": budget.counts.eligible,
        "bad": budget.counts.bad,
        "allowed": budget.allowed,
        "remaining_ratio": budget.remaining_ratio,
        "coverage": budget.coverage,
    }
