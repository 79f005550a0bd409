"""The whole histograms behind latency SLOs, now and then: how slow requests are, beyond the objective's own bucket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.source.scrape.exposition import Page
from slotui.source.scrape.store import sli_key

Histogram = Mapping[float, float]
"""Requests up to each edge in seconds, the last one infinite, since some start."""


def histograms(slos: Sequence[Slo], page: Page) -> dict[str, Histogram]:
    """By `sli_key`, what the page says of each latency SLO's requests."""
    found: dict[str, Histogram] = {}
    for slo in slos:
        good = slo.sli.good if isinstance(slo.sli, EventSli) else None
        if good is None or not good.metric.endswith("_bucket"):
            continue
        buckets = Selector(good.metric, tuple(matcher for matcher in good.matchers if matcher.label != "le"))
        counts: dict[float, float] = {}
        for sample in page.select(buckets):
            edge = float(dict(sample.labels).get("le", "nan"))
            counts[edge] = counts.get(edge, 0.0) + sample.value
        if counts:
            found[sli_key(slo)] = counts
    return found


def between(first: Histogram, last: Histogram) -> Histogram | None:
    """The requests between two looks; None where there were none, or the counters began anew.

    >>> inf = float("inf")
    >>> between({0.1: 4, inf: 5}, {0.1: 6, inf: 9})
    {0.1: 2, inf: 4}
    """
    if first.keys() != last.keys():
        return None
    counts = {edge: last[edge] - first[edge] for edge in sorted(last)}
    return counts if min(counts.values()) >= 0 and max(counts.values()) > 0 else None
