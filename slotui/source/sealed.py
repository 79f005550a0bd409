"""A source that keeps a drill's secret: what the drill injects is counted, but not told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from slotui.core.reading import Snapshot
from slotui.core.timeline import Counts, Timeline
from slotui.source.base import Source
from slotui.state import running_drill

OF_A_DRILL = "drill-"
"""What the ids of a drill's leases begin with."""


class SealedSource:
    """`source`, which while a drill is played does not say which of its faults are on."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.kind, self.url, self.every = source.kind, source.url, source.every
        self.stale_after, self.settle = source.stale_after, source.settle

    async def read(self, at: float | None = None) -> Snapshot:
        """As the source reads, without the faults of a drill that runs. Those of others are shown."""
        snapshot = await self._source.read(at)
        # Asked only where there is something to hide: it costs a look at the disk.
        if not any(fault.id.startswith(OF_A_DRILL) for fault in snapshot.faults) or running_drill() is None:
            return snapshot
        return replace(
            snapshot, faults=tuple(fault for fault in snapshot.faults if not fault.id.startswith(OF_A_DRILL))
        )

    async def count(self, slo: str, start: float, end: float) -> Counts | None:
        """As the source counts."""
        return await self._source.count(slo, start, end)

    async def by_cause(self, slo: str, start: float, end: float) -> Mapping[str, float] | None:
        """As the source says: a player may ask which part failed."""
        return await self._source.by_cause(slo, start, end)

    async def latencies(self, slo: str, start: float, end: float) -> Mapping[float, float] | None:
        """As the source says."""
        return await self._source.latencies(slo, start, end)

    async def record(self, slo: str) -> Timeline:
        """As the source has it."""
        return await self._source.record(slo)

    async def close(self) -> None:
        await self._source.close()
