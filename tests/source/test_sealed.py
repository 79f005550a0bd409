"""What a drill injects is counted, and while it is played not told."""

from __future__ import annotations

import os
from pathlib import Path

from slotui.core.reading import FaultSeen, Snapshot
from slotui.core.timeline import Counts, Timeline
from slotui.source.sealed import SealedSource
from slotui.state import RunningDrill, announce_drill, hold_drill_lock

OURS, THEIRS = FaultSeen("drill-ab12-1", "dependency", 40), FaultSeen("9f3a21c4", "error", 7)


class Shop:
    """A source at which a fault of a drill is on, and one of somebody else."""

    kind, url, every, stale_after, settle = "scrape", "http://shop", 1.0, 60.0, 3.0
    closed = False

    async def read(self, at: float | None = None) -> Snapshot:
        return Snapshot(at or 100.0, {}, (OURS, THEIRS))

    async def count(self, slo: str, start: float, end: float) -> Counts | None:
        return Counts(10, 1, end - start) if slo == "shop" else None

    async def by_cause(self, slo: str, _start: float, _end: float) -> dict[str, float] | None:
        return {slo: 1.0}

    async def latencies(self, _slo: str, start: float, end: float) -> dict[float, float] | None:
        return {end - start: 10.0}

    async def record(self, _slo: str) -> Timeline:
        return Timeline()

    async def close(self) -> None:
        self.closed = True


async def test_while_a_drill_is_played_its_faults_are_not_told() -> None:
    source = SealedSource(Shop())
    with hold_drill_lock():
        announce_drill(RunningDrill(os.getpid(), str(Path.cwd()), "real", "kim", 0.0))
        assert (await source.read()).faults == (THEIRS,)
        assert (await source.read(50.0)).faults == (THEIRS,)
    assert (await source.read()).faults == (OURS, THEIRS)


async def test_all_else_is_as_the_source_says() -> None:
    shop = Shop()
    source = SealedSource(shop)
    assert (source.kind, source.url, source.every, source.stale_after, source.settle) == (
        "scrape", "http://shop", 1.0, 60.0, 3.0,
    )  # fmt: skip
    assert await source.count("shop", 0, 5) == Counts(10, 1, 5)
    assert await source.count("other", 0, 5) is None
    assert await source.by_cause("shop", 0, 5) == {"shop": 1.0}
    assert await source.latencies("shop", 0, 5) == {5: 10.0}
    assert len(await source.record("shop")) == 0
    await source.close()
    assert shop.closed
