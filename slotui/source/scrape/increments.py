"""From two looks at a page to counts: what every counter gained in between, whatever restarted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from slotui.core.slo import EventSli, FreshnessSli
from slotui.core.timeline import Span
from slotui.source.scrape.exposition import Page, Sample

LONGEST_STEP = 300.0
"""Seconds between two looks beyond which the time between counts as unmeasured (Prometheus' own lookback)."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice of time in the making: how often it was looked at, and how often it looked bad."""

    start: int
    looks: int = 0
    bad_looks: int = 0


@dataclass(frozen=True, slots=True)
class Memory:
    """What must be remembered between two looks; it survives restarts in the store.

    `at` is the last look (None: never looked), `started` the process start that it saw.
    """

    at: float | None = None
    started: float | None = None
    counters: Mapping[str, float] = field(default_factory=dict)
    slices: Mapping[str, Slice] = field(default_factory=dict)

    def restarted(self, started: float | None) -> bool:
        """Whether a page whose process began at `started` comes from another process than the last look."""
        return started is not None and self.started is not None and started > self.started + 1


@dataclass(frozen=True, slots=True)
class Gain:
    """What each series gained since the last look, and since when."""

    start: float
    end: float
    measured: float
    by_series: Mapping[str, float]


def gains(memory: Memory, page: Page, samples: Iterable[Sample]) -> Gain | None:
    """Counter gains between the memory and a page; None at the first look, which has nothing to compare.

    A counter below its old value was reset, and one of a process that started since the last look began
    at 0 again however high it stands; both have gained all that they show. A series seen for the first
    time was born between the looks.
    """
    if memory.at is None or page.at <= memory.at:
        return None
    started = page.started()
    restarted = memory.restarted(started)
    by_series = {}
    for sample in samples:
        before = 0.0 if restarted else memory.counters.get(sample.series, 0.0)
        by_series[sample.series] = sample.value - before if sample.value >= before else sample.value
    start = memory.at
    if restarted and started is not None:
        start = min(max(memory.at, started), page.at - 1e-3)
    length = page.at - start
    return Gain(start, page.at, length if length <= LONGEST_STEP else 0.0, by_series)


def event_span(sli: EventSli, page: Page, gain: Gain) -> Span | None:
    """Eligible and bad events since the last look; None when the page has no eligible series at all."""
    eligible_series = page.select(sli.eligible)
    if not eligible_series:
        return None
    eligible = _sum(eligible_series, gain)
    if sli.good is not None:
        bad = eligible - _sum(page.select(sli.good), gain)
    else:
        bad = _sum(page.select(sli.bad), gain) if sli.bad is not None else 0.0
    # good > total for a moment is two counters read a moment apart: no event is bad because of that.
    return Span(gain.start, gain.end, eligible, min(max(bad, 0.0), eligible), gain.measured)


def _sum(samples: Iterable[Sample], gain: Gain) -> float:
    return sum(gain.by_series[sample.series] for sample in samples)


def freshness_step(sli: FreshnessSli, page: Page, slice_: Slice | None) -> tuple[Span | None, Slice | None]:
    """One look at a timestamp gauge: the slice that it closed, if any, and the slice now in the making."""
    start = int(page.at // sli.slice_seconds) * sli.slice_seconds
    closed = None
    if slice_ is not None and slice_.start < start:
        bad = 1 if slice_.bad_looks else 0
        closed = Span(slice_.start, slice_.start + sli.slice_seconds, 1, bad, sli.slice_seconds)
        slice_ = None
    stamps = page.select(sli.updated)
    if not stamps:
        return closed, slice_
    looks = slice_ or Slice(start)
    age = page.at - max(sample.value for sample in stamps)
    return closed, Slice(start, looks.looks + 1, looks.bad_looks + (age > sli.max_age))
