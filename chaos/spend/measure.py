"""What an experiment really cost: the bad events of its time, less those that would have been there anyway."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chaos.pricing.quiet import usual_counts
from slotui.core.entry import Entry
from slotui.source.base import Source


async def observed_cost(
    source: Source,
    slos: Iterable[str],
    start: float,
    end: float,
    entries: Sequence[Entry],
    *,
    until: float | None = None,
) -> dict[str, float]:
    """Bad events beyond the baseline from `start` until `end` (UTC seconds), by SLO name.

    Counted with a margin of `settle` to each side: a scrape that spans the start or the end belongs to the
    experiment as a whole, or its first and last seconds would be shared out over time without any fault. The
    margin gives way to what an experiment just before may still cost. `until` is a later end of the count, for
    a time in which nobody may have looked.
    An SLO of which that time was not measured is left out. It may be negative: chance, or errors that
    were answered faster than the customers are used to. `entries` keep other experiments out of the baseline.
    """
    over = [entry.ended + source.settle for entry in entries if entry.ended is not None and entry.ended <= start]
    first, last = min(start, max([start - source.settle, *over])), max(end + source.settle, until or end)
    cost = {}
    for slo in slos:
        during = await source.count(slo, first, last)
        if during is None:
            continue
        usual = await usual_counts(source, slo, first, entries)
        cost[slo] = during.bad - (usual.error_ratio or 0.0) * during.eligible
    return cost
