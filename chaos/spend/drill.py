"""What chaos says, and does, while a drill is played: nothing that would tell its player the answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from chaos.spend.guards import Refusal
from slotui.clock import to_iso
from slotui.errors import StoreError
from slotui.ledger.operator import operator
from slotui.source.sealed import OF_A_DRILL
from slotui.state import RunningDrill, order_drill, running_drill, running_lab

if TYPE_CHECKING:
    from chaos.spend.client import LeaseSeen


def drill_line(drill: RunningDrill) -> str:
    """That a drill runs, since when on this machine's clock, and whose; not which."""
    since = datetime.fromtimestamp(drill.started).astimezone().strftime("%H:%M")
    where = "what it does is not shown" if drill.clock == "real" else "on a virtual clock: it touches no service"
    return f"a drill is running (since {since}, by {drill.player}); {where}"


def drill_json(drill: RunningDrill) -> dict[str, str]:
    """The same for programs. Its folder is left out: the answer lies there."""
    return {"player": drill.player, "clock": drill.clock, "started": to_iso(drill.started)}


def shown(leases: Iterable[LeaseSeen], drill: RunningDrill | None) -> tuple[LeaseSeen, ...]:
    """The leases that may be told of: all but those of a drill that runs."""
    return tuple(lease for lease in leases if drill is None or not lease.id.startswith(OF_A_DRILL))


def drill_at(target: str | None) -> RunningDrill | None:
    """The drill that runs and that halting `target` would end: any, where no service is named."""
    drill = running_drill()
    return drill if target is None or (drill is not None and _is_in_lab_at(drill, target)) else None


def halt_drill(drill: RunningDrill) -> None:
    """Ask the drill to end. Raises `StoreError`; its faults are leases, which end without it too."""
    try:
        order_drill(Path(drill.folder), {"do": "halt", "by": operator()})
    except StoreError as error:
        raise StoreError(error.what, fix=f"end the drill itself: kill {drill.pid}") from error


def against_a_drill(target: str | None) -> tuple[Refusal, ...]:
    """Why nothing can be spent at `target` now, if a drill is played there: its score would be worth nothing."""
    drill = running_drill()
    if drill is None or target is None or not _is_in_lab_at(drill, target):
        return ()
    return (
        Refusal(
            f"a drill is running here, played by {drill.player}: another fault would spoil it",
            "`chaos halt` ends the drill",
            liftable=False,
        ),
    )


def _is_in_lab_at(drill: RunningDrill, target: str) -> bool:
    lab = running_lab()
    return drill.clock == "real" and lab is not None and lab.checkout_url == target.rstrip("/")
