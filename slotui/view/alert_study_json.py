"""A tier set as JSON: `slotui/alerts/1`. Lengths in seconds, shares as fractions, never and unknown as None."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slotui.clock import to_iso
from slotui.core.alert_study import ERROR_RATIOS, AlertStudy
from slotui.core.alerts import AlertTier
from slotui.core.blind_spots import BlindSpots
from slotui.core.budget import largest_burn
from slotui.core.unnoticed import Miss, Unnoticed
from slotui.duration import compact
from slotui.view.hindsight_json import alert_run, stretch, whole

SCHEMA = "slotui/alerts/1"


def to_json(studies: Sequence[AlertStudy]) -> dict[str, Any]:
    """The studies as plain values, one an SLO."""
    return {"schema": SCHEMA, "slos": [_study(study) for study in studies]}


def _study(study: AlertStudy) -> dict[str, Any]:
    return {
        "name": study.name,
        "target": study.target,
        "window": compact(study.window),
        "largest_burn": largest_burn(study.target),
        "tiers": [_tier(study, index) for index in range(len(study.tiers))],
        "blind_spots": _spots(study.spots),
        "record": _record(study.record) if study.record else None,
        "problem": study.problem,
    }


def _tier(study: AlertStudy, index: int) -> dict[str, Any]:
    found = study.tiers[index]
    answers = [(ratio, row[index]) for ratio, row in zip(ERROR_RATIOS, study.responses, strict=True)]
    return {
        **_named(found.tier),
        "title": found.tier.title,
        "share": found.tier.share,
        "error_ratio": found.needed,
        "possible": found.possible,
        "derivation": found.derivation.value,
        "workbook_factor": found.workbook_factor,
        "one_failure_below": found.one_failure_below,
        "fires_after": {f"{ratio:g}": answer.fires_after for ratio, answer in answers},
        "quiet_after": {f"{ratio:g}": answer.quiet_after for ratio, answer in answers},
    }


def _named(tier: AlertTier) -> dict[str, Any]:
    return {
        "tier": tier.severity,
        "long": compact(tier.long),
        "short": compact(tier.short),
        "factor": tier.factor,
    }


def _spots(spots: BlindSpots) -> dict[str, Any]:
    return {
        "steady": {"burn": spots.steady_burn, "share": spots.steady_share, "gone_after": spots.gone_after},
        "outage": {"seconds": spots.outage.seconds, "share": spots.outage.share} if spots.outage else None,
        "by_burn": [
            {
                "above": band.above,
                "up_to": band.up_to,
                "share": band.share,
                "noticed_by": _named(band.noticed_by) if band.noticed_by else None,
            }
            for band in spots.bands
        ],
        "ceiling": spots.ceiling,
    }


def _record(record: Unnoticed) -> dict[str, Any]:
    return {
        "place": record.place,
        "from": to_iso(record.start),
        "to": to_iso(record.end),
        "step_seconds": whole(record.step),
        "eligible": whole(record.counts.eligible),
        "bad": whole(record.counts.bad),
        "alerts": [alert_run(run) for run in record.runs],
        "silent_spend": [_miss(miss) for miss in record.misses],
        "silent_share": record.share,
        "unjudged": [_named(tier) for tier in record.unjudged],
        "blurred": [_named(tier) for tier in record.blurred],
    }


def _miss(miss: Miss) -> dict[str, Any]:
    near = {**_named(miss.nearest), "burn": miss.burn} if miss.nearest else None
    return {**stretch(miss.stretch, sorted(miss.stretch.max_burn)), "nearest": near}
