"""What every source can do. The rest of slotui knows sources only by this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from slotui.core.reading import Snapshot
from slotui.core.timeline import Counts, Timeline


class Source(Protocol):
    """A place that counts events. Raises `SourceError` when it cannot answer."""

    @property
    def kind(self) -> str:
        """`prometheus`, `scrape` or `replay`."""

    @property
    def url(self) -> str:
        """Where it reads: an address or a file."""

    @property
    def every(self) -> float:
        """Seconds between refreshes that make sense here."""

    @property
    def stale_after(self) -> float:
        """Age in seconds beyond which the newest measurement is called stale."""

    @property
    def settle(self) -> float:
        """Seconds after which an event that happened now has surely been counted."""

    async def read(self, at: float | None = None) -> Snapshot:
        """Readings of every SLO now, or at a past instant (UTC seconds)."""

    async def count(self, slo: str, start: float, end: float) -> Counts | None:
        """Exact counts of one SLO in `(start, end]`, or None if that stretch was not measured."""

    async def by_cause(self, slo: str, start: float, end: float) -> Mapping[str, float] | None:
        """Bad events of `(start, end]` by what the SLO's cause label says, `unknown` where it says nothing.

        None where the SLO names no cause label, or nothing was measured.
        """

    async def latencies(self, slo: str, start: float, end: float) -> Mapping[float, float] | None:
        """Requests of `(start, end]` that took no longer than each edge (seconds, the last one infinite).

        None where the SLO is not about latency, its histogram is not kept here, or nothing was measured.
        """

    async def record(self, slo: str) -> Timeline:
        """Every count of one SLO that is kept, as fine as it is kept. Raises `SourceError` like `read`."""

    async def close(self) -> None:
        """Let go of connections and files."""
