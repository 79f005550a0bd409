"""Faults as the chaos metrics tell them."""

from __future__ import annotations

from slotui.core.reading import FaultSeen
from slotui.source.faults import faults_seen


def test_active_faults_with_all_their_kinds_and_counts() -> None:
    samples = [
        ("chaos_active", {"id": "b"}, 1.0),
        ("chaos_active", {"id": "a"}, 1.0),
        ("chaos_active", {"id": "over"}, 0.0),
        ("chaos_injected_total", {"id": "a", "kind": "latency", "route": "/x"}, 3.0),
        ("chaos_injected_total", {"id": "a", "kind": "error", "route": "/x"}, 4.0),
        ("chaos_injected_total", {"id": "over", "kind": "error", "route": "/x"}, 9.0),
        ("chaos_lease_expires_timestamp_seconds", {"id": "a"}, 17.0),
        ("up", {"id": "a"}, 1.0),
    ]
    assert faults_seen(samples) == (FaultSeen("a", "error and latency", 7, 17.0), FaultSeen("b", "fault", 0, None))
