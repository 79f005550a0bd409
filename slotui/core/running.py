"""What the open entries of a ledger have cost so far: nobody has measured them yet, and they are no mystery either."""

from __future__ import annotations

from collections.abc import Iterable

from slotui.core.entry import Entry
from slotui.core.reading import FaultSeen
from slotui.core.timeline import Timeline


def running_costs(
    entries: Iterable[Entry], slo: str, record: Timeline, faults: Iterable[FaultSeen], at: float
) -> dict[str, float]:
    """Bad events of `slo` until `at` (UTC seconds) that the open entries stand for, by id.

    Injected errors are bad events, and their service counts them itself. Of anything else it is what `record` has since
    it began, less what is told of otherwise, and no more than was injected; what two of them claim is the earlier
    one's. None outlives its planned end, even if nobody is left to close it. A drill's cost is told when it ends.
    """
    seen = {fault.id: fault for fault in faults}
    found: dict[str, float] = {}
    counted = claimed = float("-inf")
    claimant = ""
    running = (entry for entry in entries if entry.open and entry.spends and entry.kind != "drill")
    for entry in sorted(running, key=lambda entry: entry.started):
        if not entry.concerns(slo):
            continue
        end = at if entry.planned_end is None else min(at, entry.planned_end)
        start, fault = max(entry.started, counted), seen.get(entry.id)
        if fault is not None and fault.kind == "error":
            found[entry.id] = fault.injected * _part(entry, slo)
            if entry.started < claimed:
                found[claimant] = max(0.0, found[claimant] - found[entry.id])
        elif start < end:
            most = float("inf") if fault is None else fault.injected
            found[entry.id] = min(record.between(start, end).bad, most)
            claimant, claimed = entry.id, end
        counted = max(counted, end)
    return found


def _part(entry: Entry, slo: str) -> float:
    """The share of an entry's faults that this SLO was to see: all of them where they hurt most."""
    most = max((estimate.mid for estimate in entry.predicted.values()), default=0.0)
    return entry.predicted[slo].mid / most if slo in entry.predicted and most > 0 else 1.0
