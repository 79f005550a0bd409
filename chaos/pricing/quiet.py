"""The time without a spend, in which a service shows what is usual."""

from __future__ import annotations

from collections.abc import Sequence

from slotui.core.entry import Entry
from slotui.core.timeline import Counts
from slotui.duration import HOUR, MINUTE
from slotui.source.base import Source

BASELINE = 10 * MINUTE
"""Seconds before an experiment whose bad ratio is taken for the ordinary one."""

_FARTHEST = 2 * HOUR
_SHORTEST = MINUTE

Stretch = tuple[float, float]


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


async def usual_counts(source: Source, slo: str, at: float, entries: Sequence[Entry]) -> Counts:
    """Counts of an SLO in the quiet stretches before `at`, empty where there were none. Raises `SourceError`."""
    usual = Counts()
    for start, end in quiet_stretches(at, entries, source.settle):
        usual += await source.count(slo, start, end) or Counts()
    return usual


def _take(found: list[Stretch], left: float, right: float, wanted: float) -> float:
    """Add up to `wanted` seconds of a quiet stretch; returns what is still wanted."""
    if wanted <= 0 or right - left < _SHORTEST:
        return wanted
    left = max(left, right - wanted)
    found.append((left, right))
    return wanted - (right - left)
