"""A small source with a past, and a recording of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from slotui.core.entry import Entry, Estimate
from slotui.core.policy import DEFAULT_POLICY
from slotui.core.reading import FaultSeen, Snapshot
from slotui.duration import DAY
from slotui.source.recording.form import FORMAT, SCHEMA, Frame, Head
from slotui.source.recording.writer import Recorder
from slotui.source.replay import ReplaySource, replay_slo

START = 1_763_769_600.0  # 2025-11-22T00:00:00Z
FAULT = Entry(
    "e1", "experiment", ("shop",), "ana", "does it hold", "5% errors", START + 100_000, START + 100_600,
    predicted={"shop": Estimate(30, 40, 50)},
)  # fmt: skip


@pytest.fixture(scope="session")
def counted(tmp_path_factory: pytest.TempPathFactory) -> ReplaySource:
    """Two days of minutes with an outage in them."""
    file = tmp_path_factory.mktemp("counts") / "shop.csv"
    rows = [f"{START + 60 * i:.0f},{900 + i % 7},{60 if 1650 < i < 1700 else i % 3}" for i in range(2880)]
    file.write_text("\n".join(["timestamp,total,bad", *rows]))
    return ReplaySource(file, replay_slo(file, 0.999, DAY))


@pytest.fixture(scope="session")
def frames(counted: ReplaySource) -> list[Frame]:
    """Refreshes of the outage, five seconds apart; a fault is on in some, and in one the source did not answer."""
    found = []
    for number in range(250):
        at = START + 99_900 + 5 * number
        snapshot = asyncio.run(counted.read(at))
        if 30 <= number < 90:
            snapshot = Snapshot(at, snapshot.readings, (FaultSeen("e1", "error", number),))
        if number == 200:
            snapshot = Snapshot(at, found[-1].snapshot.readings, problem="it hangs")
        found.append(Frame(snapshot, (FAULT,) if number >= 30 else ()))
    return found


@pytest.fixture
def recorded(counted: ReplaySource, frames: list[Frame], tmp_path: Path) -> Callable[..., Path]:
    """Write some of the refreshes to a file."""

    def write(count: int = 250, name: str = "shop.slr") -> Path:
        head = Head(f"{SCHEMA}{FORMAT}", "scrape", "http://shop/metrics", 5.0, 30.0, counted.slos, DEFAULT_POLICY)
        with Recorder(tmp_path / name, head) as recorder:
            for frame in frames[:count]:
                recorder.add(frame)
        return tmp_path / name

    return write
