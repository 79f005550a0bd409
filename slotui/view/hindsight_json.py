"""Alert runs and stretches of a finished record as JSON values, the same in `slotui replay` and `slotui alerts`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slotui.clock import to_iso
from slotui.core.hindsight import AlertRun, Stretch
from slotui.duration import MINUTE, compact


def alert_run(run: AlertRun) -> dict[str, Any]:
    """A tier that fired: `from` and `to` name its first and last step by their starts."""
    return {
        "tier": run.tier.severity,
        "long": compact(run.tier.long),
        "short": compact(run.tier.short),
        "factor": run.tier.factor,
        "from": to_iso(run.start),
        "to": to_iso(run.end),
        "minutes": whole(run.seconds / MINUTE),
    }


def stretch(part: Stretch, windows: Iterable[int]) -> dict[str, Any]:
    """What a stretch cost, and its highest burn over each of `windows` (seconds)."""
    return {
        "from": to_iso(part.start),
        "to": to_iso(part.end),
        "eligible": whole(part.counts.eligible),
        "bad": whole(part.counts.bad),
        "share": part.share,
        "max_burn": {compact(length): part.max_burn[length] for length in windows},
    }


def whole(events: float) -> int | float:
    """A whole count as an integer: events come in ones, shared spans in fractions.

    >>> whole(1235.0), whole(0.5)
    (1235, 0.5)
    """
    return int(events) if float(events).is_integer() else events
