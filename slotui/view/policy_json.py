"""What policy makes of an SLO, as JSON values, the same on the board and at the gate."""

from __future__ import annotations

from typing import Any

from slotui.clock import to_iso
from slotui.core.board import SloBoard
from slotui.duration import compact


def standing(slo: SloBoard) -> dict[str, Any] | None:
    """Why its tier holds: the share it is judged by, since when, or the burn that holds it; None for `hold`."""
    found = slo.standing
    if found is None:
        return None
    held = found.burning
    return {
        "remaining_ratio": slo.policy_remaining,
        "since": None if found.since is None else to_iso(found.since),
        "held_by_burn": None if held is None else {"over": held.over, "window": compact(held.window)},
        "excused": excused(slo),
    }


def excused(slo: SloBoard) -> list[dict[str, Any]]:
    """The spend that the tier is judged without, oldest first; `share` is of the allowed bad events."""
    return [
        {
            "kind": one.exception.kind,
            "from": to_iso(one.start),
            "to": to_iso(one.end),
            "bad": one.bad,
            "share": one.bad / slo.allowed if slo.allowed > 0 else None,
            "reason": one.exception.reason,
            "approver": one.exception.approver,
        }
        for one in slo.excused
    ]
