"""Composite SLOs over any source: their members are counted, and the counts weighed and added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from slotui.core.composite import Weight, add, add_spans, compose, weighed
from slotui.core.reading import Snapshot
from slotui.core.sli import CompositeSli
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Span, Timeline
from slotui.source.base import Source


def counted(slos: Sequence[Slo]) -> tuple[Slo, ...]:
    """The SLOs that a source can count itself."""
    return tuple(slo for slo in slos if not isinstance(slo.sli, CompositeSli))


def composed(source: Source, slos: Sequence[Slo]) -> Source:
    """The source with the composites among `slos`; as it is where there is none."""
    composites = {slo.name: slo.sli for slo in slos if isinstance(slo.sli, CompositeSli)}
    return ComposedSource(source, composites) if composites else source


class ComposedSource:
    """`source`, which counts the members, and the composites that are made of them."""

    def __init__(self, source: Source, composites: dict[str, CompositeSli]) -> None:
        self._source = source
        self._composites = composites
        self.kind, self.url, self.every = source.kind, source.url, source.every
        self.stale_after, self.settle = source.stale_after, source.settle

    async def read(self, at: float | None = None) -> Snapshot:
        """As the source reads, with the composites' readings beside their members'."""
        snapshot = await self._source.read(at)
        made = {name: compose(sli, snapshot.readings) for name, sli in self._composites.items()}
        return replace(snapshot, readings={**snapshot.readings, **made})

    async def count(self, slo: str, start: float, end: float) -> Counts | None:
        """Of a composite: its members' counts, weighed by their whole window; None when one was not measured."""
        if slo not in self._composites:
            return await self._source.count(slo, start, end)
        weights = await self._weights(slo, end)
        counts = {name: await self._source.count(name, start, end) for name in weights}
        found = {name: one for name, one in counts.items() if one is not None}
        return add(found, weights) if weights and len(found) == len(weights) else None

    async def by_cause(self, slo: str, start: float, end: float) -> Mapping[str, float] | None:
        """Of a composite: its members' causes, weighed; a member that tells none apart is a cause by its own name."""
        if slo not in self._composites:
            return await self._source.by_cause(slo, start, end)
        found: dict[str, float] = {}
        weights = await self._weights(slo, end)
        for name, weight in weights.items():
            for cause, bad in (await self._causes(name, start, end)).items():
                found[cause] = found.get(cause, 0.0) + weight.bad * bad
        return found if weights else None

    async def latencies(self, slo: str, start: float, end: float) -> Mapping[float, float] | None:
        """Of a composite: nothing, its members have thresholds of their own."""
        return None if slo in self._composites else await self._source.latencies(slo, start, end)

    async def _causes(self, member: str, start: float, end: float) -> Mapping[str, float]:
        causes = await self._source.by_cause(member, start, end)
        if causes is not None:
            return causes
        counts = await self._source.count(member, start, end)
        return {member: counts.bad} if counts is not None else {}

    async def record(self, slo: str) -> Timeline:
        """Of a composite: its members' records, weighed and added."""
        if slo not in self._composites:
            return await self._source.record(slo)
        sli = self._composites[slo]
        return compose_record(sli, {member.slo: await self._source.record(member.slo) for member in sli.members})

    async def close(self) -> None:
        await self._source.close()

    async def _weights(self, slo: str, at: float) -> Mapping[str, Weight]:
        sli = self._composites[slo]
        snapshot = await self._source.read(at)
        windows = {member.slo: snapshot.readings[member.slo].window for member in sli.members}
        return weighed(sli, windows)


def compose_record(sli: CompositeSli, lines: Mapping[str, Timeline]) -> Timeline:
    """The record of a composite out of those of its members, by SLO name."""
    weights = weighed(sli, {name: line.until(line.last or 0.0) for name, line in lines.items()})
    return Timeline(add_spans({name: _spans(lines[name]) for name in weights}, weights))


def _spans(line: Timeline) -> list[Span]:
    return [Span(start, end, *_counts(line, start, end)) for start, end in zip(line.starts, line.ends, strict=True)]


def _counts(line: Timeline, start: float, end: float) -> tuple[float, float, float]:
    found = line.between(start, end)
    return found.eligible, found.bad, found.measured
