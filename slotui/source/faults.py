"""Which faults a service says are on, from the chaos metrics that any source can see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from slotui.core.reading import FaultSeen

ACTIVE = "chaos_active"
INJECTED = "chaos_injected_total"
EXPIRES = "chaos_lease_expires_timestamp_seconds"
METRICS = (ACTIVE, INJECTED, EXPIRES)


def faults_seen(samples: Iterable[tuple[str, Mapping[str, str], float]]) -> tuple[FaultSeen, ...]:
    """Active faults from `(metric, labels, value)` samples, in the order of their ids."""
    active: set[str] = set()
    kinds: dict[str, set[str]] = {}
    injected: dict[str, float] = {}
    expires: dict[str, float] = {}
    for metric, labels, value in samples:
        fault = labels.get("id", "")
        if metric == ACTIVE and value > 0:
            active.add(fault)
        elif metric == INJECTED:
            kinds.setdefault(fault, set()).add(labels.get("kind", "fault"))
            injected[fault] = injected.get(fault, 0) + value
        elif metric == EXPIRES:
            expires[fault] = value
    return tuple(
        FaultSeen(
            fault, " and ".join(sorted(kinds.get(fault, {"fault"}))), round(injected.get(fault, 0)), expires.get(fault)
        )
        for fault in sorted(active)
    )
