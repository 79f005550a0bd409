"""What lies ahead of a budget, and what was spent since a mark, as JSON values of the board."""

from __future__ import annotations

from typing import Any

from slotui.clock import to_iso
from slotui.core.balance import Balance
from slotui.core.forecast import Forecast
from slotui.view.hindsight_json import whole


def forecast(found: Forecast | None) -> dict[str, Any] | None:
    """Times RFC 3339, shares as fractions; `curve` are the points of a dotted line from now on."""
    if found is None:
        return None
    return {
        "burn": found.burn,
        "gone_at": _time(found.gone_at),
        "back_at": _time(found.back_at),
        "resets_at": _time(found.resets_at),
        "roll_offs": [
            {
                "from": to_iso(one.start),
                "to": to_iso(one.end),
                "leaves_from": to_iso(one.leaves_from),
                "leaves_by": to_iso(one.leaves_by),
                "share": one.share,
            }
            for one in found.roll_offs
        ],
        "curve": [{"at": to_iso(point.at), "remaining_ratio": point.remaining} for point in found.curve],
    }


def balance(found: Balance | None) -> dict[str, Any] | None:
    """The balance since a mark."""
    if found is None:
        return None
    return {
        "since": to_iso(found.start),
        "eligible": whole(found.counts.eligible),
        "bad": whole(found.counts.bad),
        "measured_seconds": whole(found.counts.measured),
        "share": found.share,
    }


def _time(at: float | None) -> str | None:
    return None if at is None else to_iso(at)
