"""What the lab's tests share: the lab's SLOs, and a way to see processes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from slotui.core.slo import Slo
from slotui.spec.load import load_slos


@pytest.fixture(scope="session")
def slos() -> dict[str, Slo]:
    """The lab's SLOs by name."""
    import lab

    return {slo.name: slo for slo in load_slos([Path(lab.__file__).parent / "slos"])}


@pytest.fixture
def descendants() -> Callable[[int], set[int]]:
    """All living processes below a process."""

    def below(pid: int) -> set[int]:
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
        rows = [line.split() for line in listed.stdout.splitlines()]
        parents = {int(row[0]): int(row[1]) for row in rows if not row[2].startswith("Z")}
        found: set[int] = set()
        frontier = {pid}
        while frontier:
            frontier = {child for child, parent in parents.items() if parent in frontier} - found
            found |= frontier
        return found

    return below
