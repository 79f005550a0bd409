"""A recording as a source: it answers what was answered then."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from slotui.core.entry import Entry
from slotui.core.reading import Reading, Snapshot, windows_of
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Timeline
from slotui.source.recording.reader import Tape, unpacked


class RecordingSource:
    """The refreshes of one file. At an instant between two of them, the earlier is what was known."""

    kind = "replay"
    settle = 0.0

    def __init__(self, path: Path, text: bytes | None = None) -> None:
        self.url = str(path)
        self._tape = Tape(path, unpacked(path) if text is None else text)
        head = self._tape.head
        self.every = head.every
        self.slos = head.slos
        self.policy = head.policy
        # As of the source that was recorded: what was stale then is stale when it is played.
        self.stale_after = head.stale_after

    @property
    def instants(self) -> Sequence[float]:
        """When it was refreshed, in UTC seconds."""
        return self._tape.instants

    def entries(self, at: float) -> tuple[Entry, ...]:
        """The ledger as it stood at the refresh that was the last by `at`, oldest first."""
        return self._tape.frame(self._index(at)).entries

    async def read(self, at: float | None = None) -> Snapshot:
        """What was answered last by `at`, or at the end. Before the first refresh: the first."""
        snapshot = self._tape.frame(self._index(at if at is not None else math.inf)).snapshot
        asked = [(slo, reading) for slo in self.slos if (reading := snapshot.readings.get(slo.name)) is not None]
        return replace(snapshot, readings={slo.name: _whole(slo, reading, snapshot.at) for slo, reading in asked})

    async def count(self, slo: str, start: float, end: float) -> Counts | None:
        """Counts of `(start, end]` from the history that was known at its end; a step that a border cuts is shared."""
        reading = self._tape.frame(self._index(end)).snapshot.readings.get(slo)
        found = Timeline(reading.history).between(start, end) if reading is not None else Counts()
        return found if found.measured > 0 else None

    async def by_cause(self, slo: str, start: float, end: float) -> None:
        """Nothing: answers name no causes."""

    async def latencies(self, slo: str, start: float, end: float) -> None:
        """Nothing: answers have no histogram."""

    async def record(self, slo: str) -> Timeline:
        """The history that was known at the end."""
        reading = self._tape.frame(len(self.instants) - 1).snapshot.readings.get(slo)
        return Timeline(reading.history if reading is not None else ())

    async def close(self) -> None:
        """Nothing is held open."""

    def _index(self, at: float) -> int:
        return max(0, bisect_right(self.instants, at) - 1)


def _whole(slo: Slo, reading: Reading, at: float) -> Reading:
    """With every window that a board shows today: one that nobody asked for then is summed up from the history."""
    missing = set(windows_of(slo)) - reading.windows.keys()
    if not missing:
        return reading
    line = Timeline(reading.history)
    return replace(reading, windows={**reading.windows, **{window: line.trailing(window, at) for window in missing}})
