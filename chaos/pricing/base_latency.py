"""How slow a service is without any fault, from its own histogram: a delay is only bad on top of that."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

from chaos.pricing.quiet import quiet_stretches
from slotui.core.entry import Entry
from slotui.core.sli import EventSli, Selector
from slotui.duration import rough
from slotui.source.base import Source


@dataclass(frozen=True, slots=True)
class Share:
    """A share of requests, and the bounds between which it must lie."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True)
class BaseLatency:
    """Upper edges of the buckets in seconds, the last one infinite, and the counts up to each.

    `of` says for people which requests were counted.
    """

    edges: tuple[float, ...]
    upto: tuple[float, ...]
    of: str = field(default="", compare=False)

    def above(self, seconds: float) -> Share:
        """The share slower than `seconds`: straight between the edges of a bucket, bounded by its two ends.

        >>> BaseLatency((0.1, 0.2, float("inf")), (50, 75, 100)).above(0.15)
        Share(low=0.25, mid=0.375, high=0.5)
        """
        total = self.upto[-1]
        if seconds <= 0:
            return Share(1.0, 1.0, 1.0)
        right = bisect_left(self.edges, seconds)
        left_edge, left_count = (self.edges[right - 1], self.upto[right - 1]) if right else (0.0, 0.0)
        high, low = 1 - left_count / total, 1 - self.upto[right] / total
        if self.edges[right] == seconds:
            return Share(low, low, low)
        if self.edges[right] == float("inf"):
            return Share(low, (low + high) / 2, high)
        inside = (seconds - left_edge) / (self.edges[right] - left_edge)
        return Share(low, high + (low - high) * inside, high)

    def spoiled(self, delays: Sequence[float], threshold: float) -> Share:
        """The share of requests that become slower than `threshold` seconds and were not, by delays equally likely."""
        slow = self.above(threshold)
        # Rounded: 0.4 - 0.3 is the edge at 0.1 on paper, and a hair above it in binary.
        shares = [self.above(round(threshold - seconds, 9)) for seconds in delays]
        return Share(
            max(0.0, sum(share.low for share in shares) / len(shares) - slow.high),
            max(0.0, sum(share.mid for share in shares) / len(shares) - slow.mid),
            max(0.0, sum(share.high for share in shares) / len(shares) - slow.low),
        )


async def measured_base_latency(source: Source, slo: str, at: float, entries: Sequence[Entry]) -> BaseLatency | None:
    """How slow requests were in the last ten minutes before `at` without a spend; None where the source cannot tell.

    Raises `SourceError`.
    """
    found = []
    for start, end in quiet_stretches(at, entries, source.settle):
        if counts := await source.latencies(slo, start, end):
            found.append((counts, end - start))
    # Where edges came and went, the stretches that know most of them: sums of unlike ones would be of neither.
    most = max((len(counts) for counts, _ in found), default=0)
    alike = [(counts, lasted) for counts, lasted in found if len(counts) == most]
    total: dict[float, float] = {}
    for counts, _ in alike:
        for edge, count in counts.items():
            total[edge] = total.get(edge, 0.0) + count
    return _of_counts(total, f"those of the last {rough(sum(lasted for _, lasted in alike))} without a spend")


def finer(measured: BaseLatency | None, told: BaseLatency | None) -> BaseLatency | None:
    """The one that tells latencies apart better; in doubt the measured one, which knows of no spend."""
    if measured is None or told is None:
        return measured or told
    return told if len(told.edges) > len(measured.edges) else measured


def read_base_latency(page: str, sli: EventSli) -> BaseLatency | None:
    """The histogram behind a latency SLI on a `/metrics` page, or None where it has seen no request."""
    if sli.good is None:
        return None
    buckets = Selector(sli.good.metric, tuple(matcher for matcher in sli.good.matchers if matcher.label != "le"))
    counts: dict[float, float] = {}
    try:
        for family in text_string_to_metric_families(page):
            for sample in family.samples:
                if "le" in sample.labels and buckets.accepts(sample.name, sample.labels):
                    edge = float(sample.labels["le"])
                    counts[edge] = counts.get(edge, 0.0) + sample.value
    except ValueError:
        return None
    return _of_counts(counts, "the service's histogram since its start")


def _of_counts(counts: Mapping[float, float], of: str) -> BaseLatency | None:
    edges = tuple(sorted(counts))
    if not edges or edges[-1] != float("inf") or counts[edges[-1]] <= 0:
        return None
    return BaseLatency(edges, tuple(counts[edge] for edge in edges), of)
