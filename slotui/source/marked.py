"""What a snapshot may hold beside its readings: the spend that policy excuses, and the counts since a mark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from slotui.core.balance import Mark
from slotui.core.excused import Excused, Spends, pieces, stretches
from slotui.core.policy import Policy
from slotui.core.reading import Snapshot
from slotui.core.slo import Slo
from slotui.core.timeline import Span
from slotui.source.base import Source


class Marks:
    """Counts stretches of a source, for the boards of one feed. What is over and settled is counted once."""

    def __init__(self, source: Source, slos: Iterable[Slo], policy: Policy, since: float | None = None) -> None:
        self._source = source
        self._slos = tuple(slos)
        self._policy = policy
        self._since = since
        self._settled: dict[tuple[str, float, float], float] = {}

    async def put_on(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with what was excused, and counted since the mark, up to its instant. Raises `SourceError`."""
        if not self._policy.exceptions and self._since is None:
            return snapshot
        mark = await self._mark(self._since, snapshot.at) if self._since is not None else None
        # An answer that was recorded has what was excused with it, as it was counted then.
        return replace(snapshot, excused=snapshot.excused or await self._excused(snapshot), mark=mark or snapshot.mark)

    async def _excused(self, snapshot: Snapshot) -> Spends:
        """What the policy's exceptions spent of each SLO so far, as far back as its history goes."""
        found = {}
        for slo in self._slos:
            reading = snapshot.readings.get(slo.name)
            if reading is None or not reading.history:
                continue
            begins, steps = reading.history[0].start, reading.history
            found[slo.name] = [
                Excused(exception, await self._spans(slo.name, pieces(start, end, steps), snapshot.at))
                for exception, start, end in stretches(self._policy.exceptions, slo.name, begins, snapshot.at)
            ]
        return found

    async def _spans(self, slo: str, parts: Iterable[tuple[float, float, Span | None]], at: float) -> tuple[Span, ...]:
        """The bad events of each part: as the history has them, or where a border cuts a step, counted."""
        spans = []
        for start, end, step in parts:
            bad = step.bad if step is not None else await self._bad(slo, start, end, at)
            spans.append(Span(start, end, 0, bad, 0))
        return tuple(spans)

    async def _bad(self, slo: str, start: float, end: float, at: float) -> float:
        key = slo, start, end
        if key not in self._settled:
            counts = await self._source.count(slo, start, end)
            bad = counts.bad if counts is not None else 0.0
            if at < end + self._source.settle:
                return bad
            self._settled[key] = bad
        return self._settled[key]

    async def _mark(self, since: float, at: float) -> Mark:
        if since >= at:
            return Mark(since)
        counts = {slo.name: await self._source.count(slo.name, since, at) for slo in self._slos}
        return Mark(since, {name: found for name, found in counts.items() if found is not None})
