"""The embedded source: counts from the store, and a look at the service by whoever may collect."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from slotui.clock import Clock, now
from slotui.core.reading import Reading, Snapshot, read_timeline
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Timeline
from slotui.errors import SourceError
from slotui.source.causes import named
from slotui.source.scrape.collector import EVERY, Collector
from slotui.source.scrape.histograms import between
from slotui.source.scrape.store import CountStore, sli_key
from slotui.turns import in_turns


class ScrapeSource:
    """Scrapes `url` into the store at `store` unless another process does; then it only reads along."""

    kind = "scrape"

    def __init__(
        self, url: str, slos: Sequence[Slo], store: Path | str, *, every: float = EVERY, clock: Clock = now
    ) -> None:
        self.url = url
        self.every = every
        self.stale_after = max(30.0, 4 * every)
        self.settle = 2 * every + 1
        self._slos = tuple(slos)
        self._store = CountStore(store)
        self._collector = Collector(url, slos, self._store, clock=clock)
        self._clock = clock
        self._lines = {slo.name: Timeline() for slo in self._slos}

    async def read(self, at: float | None = None) -> Snapshot:
        """Counts up to `at`; while the service does not answer, those there are, with the reason."""
        if at is None and self._collector.claim():
            with suppress(SourceError):  # the reason is in the store, for whoever reads along
                await self._collector.look()
        moment = self._clock() if at is None else at
        await self._catch_up()
        looked = self._store.memory().at if at is None else None
        missing = self._store.missing() if at is None else {}
        faults = self._store.faults() if at is None else ()
        problem = self._store.problem() if at is None else None
        readings = {
            slo.name: self._reading(slo, moment, looked, missing.get(slo.name)) async for slo in in_turns(self._slos)
        }
        return Snapshot(moment, readings, faults, problem)

    async def count(self, slo: str, start: float, end: float) -> Counts | None:
        """Counts of `(start, end]`; None when no second of it was measured."""
        await self._catch_up()
        found = self._lines[slo].between(start, end)
        return found if found.measured > 0 else None

    async def by_cause(self, slo: str, start: float, end: float) -> Mapping[str, float] | None:
        """Bad events of `(start, end]` by cause; None when no second of it was measured."""
        known = next(one for one in self._slos if one.name == slo)
        if known.events is None or known.events.cause is None or await self.count(slo, start, end) is None:
            return None
        lines = self._store.causes(known, after=start)
        return named({cause: Timeline(spans).between(start, end).bad for cause, spans in lines.items()})

    async def latencies(self, slo: str, start: float, end: float) -> Mapping[float, float] | None:
        """Requests of `(start, end]` by the edges of their histogram, between the first and the last look at it."""
        known = next(one for one in self._slos if one.name == slo)
        looks = self._store.histograms(sli_key(known), start, end)
        return between(looks[0], looks[-1]) if looks else None

    async def record(self, slo: str) -> Timeline:
        """Every span in the store: a look each for the last hours, minutes before."""
        await self._catch_up()
        return self._lines[slo]

    async def close(self) -> None:
        await self._collector.close()
        self._store.close()

    async def _catch_up(self) -> None:
        async for slo in in_turns(self._slos):
            line = self._lines[slo.name]
            # A tidied store may have merged the span we know last into a longer one; the rest of it is known.
            last = line.last if line.last is not None else -math.inf
            spans = self._store.spans(sli_key(slo), after=max(last, self._clock() - self._collector.keep))
            line.extend(span if span.start >= last else span._replace(start=last) for span in spans)

    def _reading(self, slo: Slo, at: float, looked: float | None, missing: str | None) -> Reading:
        reading = read_timeline(slo, self._lines[slo.name], at)
        if missing is not None:
            return replace(reading, problem=missing)
        # The last look is newer than the last span: a first look has none yet, a slice ends after many.
        seen = max((moment for moment in (reading.seen_at, looked) if moment is not None), default=None)
        return replace(reading, seen_at=seen)
