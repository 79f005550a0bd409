"""A calibration as JSON: `slotui/calibration/1`. Times RFC 3339, lengths in seconds, shares as fractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slotui.clock import to_iso
from slotui.core.calibration import Calibration, PastWindow, Trial
from slotui.view.calibration import verdict
from slotui.view.hindsight_json import alert_run, whole

SCHEMA = "slotui/calibration/1"

Missing = Mapping[str, Sequence[tuple[float, float, str]]]
"""By SLO name the chunks (start and end in UTC seconds) that could not be downloaded, and why."""


def to_json(found: Sequence[Calibration], missing: Missing) -> dict[str, Any]:
    """The calibrations as plain values, one an SLO."""
    return {"schema": SCHEMA, "slos": [_calibration(one, missing) for one in found]}


def _calibration(found: Calibration, missing: Missing) -> dict[str, Any]:
    return {
        "name": found.slo.name,
        "target": found.slo.target,
        "window": found.slo.window_label,
        "record": {"from": to_iso(found.record.start), "to": to_iso(found.record.end)},
        "coverage": found.coverage,
        "missing": [
            {"from": to_iso(start), "to": to_iso(end), "why": why}
            for start, end, why in missing.get(found.slo.name, ())
        ],
        "windows": [_window(window) for window in found.windows],
        "finding": found.finding.value,
        "sentence": verdict(found),
        "needed_seconds": found.needed,
        "present": _trial(found.trial),
        "suggestion": _trial(found.suggestion),
    }


def _window(window: PastWindow) -> dict[str, Any]:
    return {
        "from": to_iso(window.period.start),
        "to": to_iso(window.period.end),
        "eligible": whole(window.counts.eligible),
        "bad": whole(window.counts.bad),
        "spent": window.spent,
        "coverage": window.coverage,
        "judged": window.judged,
    }


def _trial(trial: Trial | None) -> dict[str, Any] | None:
    if trial is None:
        return None
    return {
        "target": trial.target,
        "spent": {"lowest": trial.lowest, "median": trial.median, "highest": trial.highest},
        "exhausted": trial.exhausted,
        "pages": trial.fired("page"),
        "tickets": trial.fired("ticket"),
        "alerts": [alert_run(run) for run in trial.runs],
    }
