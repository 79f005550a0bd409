"""A review as JSON: `slotui/review/1`, additions only. Times RFC 3339, shares as fractions, unknown as null."""

from __future__ import annotations

from typing import Any

from slotui.clock import to_iso
from slotui.core.account import Account, Spending
from slotui.core.actions import Action, actions
from slotui.core.attribution import Attribution
from slotui.core.calibration import Calibration
from slotui.core.decisions import TierChange
from slotui.core.deploy_cost import DeployCost
from slotui.core.policy import PolicyTier
from slotui.core.review import Prediction, Review, SloReview
from slotui.core.unnoticed import Miss
from slotui.view.board_json import source_json
from slotui.view.calibration import verdict
from slotui.view.hindsight_json import alert_run, stretch
from slotui.view.ledger_json import entry_json

SCHEMA = "slotui/review/1"


def to_json(review: Review) -> dict[str, Any]:
    """The document that `slotui report --output json` prints; amounts are bad events."""
    return {
        "schema": SCHEMA,
        "at": to_iso(review.board.at),
        "period": {"from": to_iso(review.period.start), "to": to_iso(review.period.end)},
        "source": source_json(review.board.source),
        "policy": review.board.policy_name or None,
        "slos": [_slo(slo) for slo in review.slos],
        "refused": [entry_json(entry) for entry in review.refused],
        "overridden": [entry_json(entry) for entry in review.overridden],
        "actions": [_action(action) for action in actions(review)],
    }


def _slo(slo: SloReview) -> dict[str, Any]:
    known = slo.account is not None
    return {
        "name": slo.name,
        "target": slo.board.slo.target,
        "window": slo.board.slo.window_label,
        "problem": slo.board.problem,
        "tier": slo.board.tier_name,
        "coverage": slo.coverage if known else None,
        "eligible": slo.consumed.eligible if known else None,
        "bad": slo.consumed.bad if known else None,
        "allowed": slo.board.allowed if known else None,
        "spent_ratio": slo.spent,
        "spent_before_ratio": slo.spent_before,
        "remaining_ratio": {"start": slo.left_then, "end": slo.board.remaining},
        "account": None if slo.account is None else _account(slo.account),
        "causes": None if slo.causes is None else _causes(slo.causes),
        "deploys": [_deploy(one, slo) for one in slo.deploys],
        "alerts": [alert_run(run) for run in slo.runs],
        "silent": [_silent(miss, slo) for miss in slo.silent],
        "tier_changes": [_change(change) for change in slo.changes],
        "predictions": [_prediction(one) for one in slo.predictions],
        "calibration": None if slo.calibration is None else _calibration(slo.calibration),
    }


def _account(account: Account) -> dict[str, Any]:
    return {
        "from": to_iso(account.start),
        "opening": account.opening,
        "granted": account.granted,
        "rolled_off": account.rolled_off,
        "left": account.left,
        "left_without_excluded": account.left_without,
        "spent": _spending(account.spent),
        "spent_without_excluded": _spending(account.kept),
        "stretches": [
            {
                "kind": posting.entry.kind if posting.entry is not None else posting.kind,
                "from": to_iso(posting.start),
                "to": to_iso(posting.end),
                "bad": posting.bad,
                "entry": posting.entry.id if posting.entry is not None else None,
            }
            for posting in account.postings
            if posting.kind != "mark"
        ],
    }


def _spending(spending: Spending) -> dict[str, float]:
    return {
        "planned": spending.planned,
        "incident": spending.incident,
        "unexplained": spending.unexplained,
        "total": spending.total,
    }


def _causes(found: Attribution) -> dict[str, Any]:
    return {
        "bad": found.bad,
        "causes": [{"cause": one.cause, "bad": one.bad, "budget_ratio": one.of_budget} for one in found.causes],
        "untold": found.rest.bad if found.rest is not None else 0,
    }


def _deploy(one: DeployCost, slo: SloReview) -> dict[str, Any]:
    return {
        "entry": entry_json(one.entry),
        "seconds": one.seconds,
        "bad": one.counts.bad,
        "usual": one.expected,
        "extra": one.extra,
        "budget_ratio": slo.share(one.extra),
        "stands_out": one.stands_out,
    }


def _silent(miss: Miss, slo: SloReview) -> dict[str, Any]:
    nearest = miss.nearest
    return {
        **stretch(miss.stretch, sorted(miss.stretch.max_burn)),
        "share": slo.share(miss.stretch.counts.bad),
        "nearest": None if nearest is None else {"alert": nearest.key, "factor": nearest.factor, "burn": miss.burn},
    }


def _change(change: TierChange) -> dict[str, Any]:
    return {"at": to_iso(change.at), "before": _tier(change.before), "after": _tier(change.after)}


def _tier(tier: PolicyTier) -> dict[str, Any]:
    return {"name": tier.name, "deploys": tier.deploys, "experiments": tier.experiments}


def _prediction(one: Prediction) -> dict[str, Any]:
    return {
        "entry": one.entry.id,
        "low": one.estimate.low,
        "mid": one.estimate.mid,
        "high": one.estimate.high,
        "observed": one.observed,
        "inside": one.inside,
    }


def _calibration(found: Calibration) -> dict[str, Any]:
    return {
        "finding": found.finding.value,
        "sentence": verdict(found),
        "windows": len(found.judged),
        "suggestion": found.suggestion.target if found.suggestion is not None else None,
    }


def _action(action: Action) -> dict[str, Any]:
    return {
        "kind": action.kind.value,
        "slo": action.slo,
        "budget_ratio": action.cost or None,
        "what": action.what,
        "command": action.command or None,
    }
