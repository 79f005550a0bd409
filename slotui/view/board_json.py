"""A Board as JSON: `slotui/board/1`. Scripts depend on it, so keys are only ever added."""

from __future__ import annotations

import math
from typing import Any

from slotui.clock import to_iso
from slotui.core.alerts import AlertStatus
from slotui.core.board import ActiveFault, Board, SloBoard, SourceStatus
from slotui.core.entry import Split
from slotui.duration import compact
from slotui.view.forecast_json import balance, forecast
from slotui.view.policy_json import standing

SCHEMA = "slotui/board/1"


def to_json(board: Board) -> dict[str, Any]:
    """The board as plain values: times RFC 3339, lengths in seconds, shares as fractions, unknown as None.

    `ledger` at the top is that of the SLO the verdict speaks of, the first one; each SLO carries its own.
    """
    worst = board.slos[0] if board.slos else None
    return {
        "schema": SCHEMA,
        "at": to_iso(board.at),
        "verdict": board.verdict.sentence,
        "source": source_json(board.source),
        "slos": [_slo(slo) for slo in board.slos],
        "chaos": [_fault(fault) for fault in board.faults],
        "ledger": {**_split(worst.split if worst else None), "slo": worst.name if worst else None},
        "policy": {"name": board.policy_name or None, "sentence": board.verdict.policy or None},
    }


def source_json(source: SourceStatus) -> dict[str, Any]:
    """Where numbers come from, and how far they can be trusted."""
    return {
        "kind": source.kind,
        "url": source.url,
        "state": source.state,
        "age_seconds": _known(source.age),
        "error": source.error,
    }


def _slo(slo: SloBoard) -> dict[str, Any]:
    # Zero of zero is a fact once somebody looked; before that it is not known.
    looked = slo.seen_at is not None or slo.counts.measured > 0
    return {
        "name": slo.name,
        "service": slo.slo.service,
        "target": slo.slo.target,
        "window": slo.slo.window_label,
        "state": slo.state.value,
        "eligible": _count(slo.counts.eligible) if looked else None,
        "bad": _count(slo.counts.bad) if looked else None,
        "allowed": _known(slo.allowed) if looked else None,
        "remaining_ratio": _known(slo.remaining),
        "coverage": _known(slo.coverage),
        "exhausts_in_seconds": _known(slo.exhausts_in),
        "tier": slo.tier_name,
        "burn": {compact(window): _known(slo.burns[window]) for window in sorted(slo.burns)},
        "alerts": [_alert(status) for status in slo.alerts],
        "projected_remaining_ratio": _known(slo.projected_remaining),
        "period": {"start": _time(slo.period.start), "end": _time(slo.period.end)},
        "resets_at": _time(slo.period.end) if slo.slo.calendar else None,
        "seen_at": _time(slo.seen_at),
        "problem": slo.problem,
        "ledger": _split(slo.split),
        "policy": standing(slo),
        "forecast": forecast(slo.forecast),
        "balance": balance(slo.balance),
    }


def _alert(status: AlertStatus) -> dict[str, Any]:
    return {
        "tier": status.tier.severity,
        "long": compact(status.tier.long),
        "short": compact(status.tier.short),
        "factor": status.tier.factor,
        "firing": status.firing,
        "since": _time(status.since) if status.firing else None,
    }


def _fault(fault: ActiveFault) -> dict[str, Any]:
    return {
        "id": fault.id,
        "kind": fault.kind,
        "fault": fault.summary,
        "operator": fault.operator,
        "slo": fault.slo,
        "injected": fault.injected,
        "started": _time(fault.started),
        "planned_end": _time(fault.planned_end),
        "cost": _known(fault.cost),
        "planned_cost": _known(fault.planned_cost),
    }


def _split(split: Split | None) -> dict[str, float | None]:
    return {
        "planned": _known(split.planned) if split else None,
        "incident": _known(split.incident) if split else None,
        "unexplained": _known(split.unexplained) if split else None,
    }


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _count(value: float) -> float | None:
    """Whole counts as integers: events come in ones, shared spans in fractions."""
    return int(value) if math.isfinite(value) and value == int(value) else _known(value)


def _time(at: float | None) -> str | None:
    return None if at is None else to_iso(at)
