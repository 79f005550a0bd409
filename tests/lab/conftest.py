"""What the lab's tests share: the lab's SLOs, and a way to see processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psutil
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
        return {child.pid for child in psutil.Process(pid).children(recursive=True) if living(child)}

    return below


def living(process: psutil.Process) -> bool:
    """Whether it runs: a zombie still has a number, and in a container nobody may be there to reap it."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def alive() -> Callable[[set[int]], set[int]]:
    """Those of the process numbers that still run."""

    def still(pids: set[int]) -> set[int]:
        return {pid for pid in pids if psutil.pid_exists(pid) and living(psutil.Process(pid))}

    return still
