"""What an experiment really cost: the bad events of its time, less those that would have been there anyway."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from slotui.core.entry import Entry
from slotui.core.timeline import Counts
from slotui.duration import HOUR, MINUTE
from slotui.source.base import Source

BASELINE = 10 * MINUTE
"""Seconds before an experiment whose bad ratio is taken for the ordinary one."""

_FARTHEST = 2 * HOUR
_SHORTEST = MINUTE

Stretch = tuple[float, float]


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
    before = quiet_stretches(first, entries, source.settle)
    cost = {}
    for slo in slos:
        during = await source.count(slo, first, last)
        if during is None:
            continue
        usual = Counts()
        for left, right in before:
            usual += await source.count(slo, left, right) or Counts()
        cost[slo] = during.bad - (usual.error_ratio or 0.0) * during.eligible
    return cost


def quiet_stretches(start: float, entries: Sequence[Entry], settle: float) -> tuple[Stretch, ...]:
    """The last ten minutes before `start` in which the ledger knows of no spend, newest first.

    Looks back two hours at most; pieces shorter than a minute are left out, as too coarsely measured.
    """
    # By their ends, the last first: between two neighbours of that order nothing else is busy.
    busy = sorted(
        (((start if entry.ended is None else entry.ended) + settle, entry.started) for entry in entries), reverse=True
    )
    found: list[Stretch] = []
    wanted, right = float(BASELINE), start
    for right_busy, left_busy in busy:
        if right_busy < right:
            wanted = _take(found, max(right_busy, start - _FARTHEST), right, wanted)
        right = min(right, left_busy)
    _take(found, start - _FARTHEST, right, wanted)
    return tuple(found)


def _take(found: list[Stretch], left: float, right: float, wanted: float) -> float:
    """Add up to `wanted` seconds of a quiet stretch; returns what is still wanted."""
    if wanted <= 0 or right - left < _SHORTEST:
        return wanted
    left = max(left, right - wanted)
    found.append((left, right))
    return wanted - (right - left)
