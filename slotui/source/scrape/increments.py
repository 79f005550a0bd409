"""From two looks at a page to counts: what every counter gained in between, whatever restarted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from slotui.core.sli import EventSli, Gauge, SliceSli, Threshold
from slotui.core.timeline import Span
from slotui.source.scrape.exposition import Page, Sample

LONGEST_STEP = 300.0
"""Seconds between two looks beyond which the time between counts as unmeasured (Prometheus' own lookback)."""

_DUST = 1e-9
"""Of an event: what is left of a difference of weighted counts that are the same."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice of time in the making: what was measured in it, looks or events, and how much of that was bad."""

    start: int
    measured: float = 0
    bad: float = 0


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
    eligible = _sum(sli, eligible_series, gain)
    if sli.good is not None:
        bad = eligible - _sum(sli, page.select(sli.good), gain)
    else:
        bad = _sum(sli, page.select(sli.bad), gain) if sli.bad is not None else 0.0
    # good > total for a moment is two counters read a moment apart: no event is bad because of that.
    return Span(gain.start, gain.end, eligible, min(max(bad, 0.0), eligible), gain.measured)


def cause_spans(sli: EventSli, page: Page, gain: Gain) -> dict[str, Span]:
    """The bad events since the last look by what the cause label says; causes without any are left out."""
    if sli.cause is None:
        return {}
    found = _by(sli.cause, sli, page.select(sli.eligible if sli.bad is None else sli.bad), gain)
    if sli.good is not None:
        good = _by(sli.cause, sli, page.select(sli.good), gain)
        found = {cause: events - good.get(cause, 0.0) for cause, events in found.items()}
    return {cause: Span(gain.start, gain.end, bad, bad, gain.measured) for cause, bad in found.items() if bad > _DUST}


def _by(label: str, sli: EventSli, samples: Iterable[Sample], gain: Gain) -> dict[str, float]:
    parts: dict[str, list[Sample]] = {}
    for sample in samples:
        parts.setdefault(sample.label(label), []).append(sample)
    return {value: _sum(sli, part, gain) for value, part in parts.items()}


def _sum(sli: EventSli, samples: Iterable[Sample], gain: Gain) -> float:
    if sli.weights is None:
        return sum(gain.by_series[sample.series] for sample in samples)
    return sum(gain.by_series[sample.series] * sli.weights.of(dict(sample.labels)) for sample in samples)


def slice_step(sli: SliceSli, page: Page, gain: Gain | None, slice_: Slice | None) -> tuple[Span | None, Slice | None]:
    """One look: the slice that it closed, if any, and the slice now in the making."""
    start = int(page.at // sli.seconds) * sli.seconds
    closed = None
    if slice_ is not None and slice_.start < start:
        if slice_.measured > 0:
            badness = sli.badness(slice_.bad / slice_.measured)
            closed = Span(slice_.start, slice_.start + sli.seconds, 1, badness, sli.seconds)
        slice_ = None
    measured, bad = _measured(sli, page, gain)
    if measured <= 0:
        return closed, slice_
    so_far = slice_ or Slice(start)
    return closed, Slice(start, so_far.measured + measured, so_far.bad + bad)


def _measured(sli: SliceSli, page: Page, gain: Gain | None) -> tuple[float, float]:
    """What one look adds to a slice: events since the last look, or the look itself; and how much of it was bad."""
    match sli.measure:
        case EventSli() as events:
            span = event_span(events, page, gain) if gain is not None else None
            return (0, 0) if span is None else (span.eligible, span.bad)
        case Threshold(gauge=Gauge() as gauge) as threshold:
            value = gauge.value([sample.value for sample in page.select(gauge.selector)], page.at)
            return (0, 0) if value is None else (1, 0 if threshold.meets(value) else 1)
        case _:
            return 0, 0
