"""The gate's decision as JSON: `slotui/gate/1`. Pipelines depend on it, so keys are only ever added."""

from __future__ import annotations

from typing import Any

from slotui.clock import to_iso
from slotui.core.board import SourceStatus
from slotui.core.gate import Decision, Ruling
from slotui.view.policy_json import excused

SCHEMA = "slotui/gate/1"


def to_json(decision: Decision, exit_code: int) -> dict[str, Any]:
    """`slotui/gate/1`: times RFC 3339, shares as fractions, unknown as None. Keys are only ever added."""
    approval = decision.approval
    return {
        "schema": SCHEMA,
        "at": to_iso(decision.at),
        "for": decision.purpose,
        "decision": "overridden" if approval else decision.answer.value,
        "exit_code": exit_code,
        "sentence": decision.sentence,
        "source": _source(decision.source),
        "slos": [_slo(ruling) for ruling in decision.rulings],
        "override": None
        if approval is None
        else {
            "approved_by": approval.name,
            "reason": approval.reason,
            "who_may": list(decision.approvers),
            "ledger_entry": approval.entry,
        },
    }


def _source(source: SourceStatus | None) -> dict[str, Any] | None:
    if source is None:
        return None
    return {
        "kind": source.kind,
        "url": source.url,
        "state": source.state,
        "age_seconds": source.age,
        "error": source.error,
    }


def _slo(ruling: Ruling) -> dict[str, Any]:
    slo = ruling.slo
    return {
        "name": slo.name,
        "decision": ruling.answer.value,
        "tier": slo.tier_name,
        "remaining_ratio": slo.remaining,
        "coverage": slo.coverage,
        "policy_remaining_ratio": slo.policy_remaining,
        "grounds": [
            {
                "decision": ground.answer.value,
                "why": ground.why,
                "ends": ground.ends or None,
                "who_may_override": ground.approver or None,
            }
            for ground in ruling.grounds
        ],
        "excused": excused(slo),
    }
