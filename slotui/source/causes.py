"""Who spent the budget, asked of any source."""

from __future__ import annotations

from collections.abc import Mapping

from slotui.core.attribution import UNKNOWN_CAUSE, Attribution, attribute
from slotui.core.board import SloBoard
from slotui.core.sli import CompositeSli
from slotui.core.timeline import Counts
from slotui.duration import HOUR
from slotui.source.base import Source

_SHORT = 2 * HOUR
"""Seconds up to which every source counts a stretch to the event at once."""


def named(by_value: Mapping[str, float]) -> dict[str, float]:
    """Counts by cause out of counts by the cause label's value.

    >>> named({"payment": 2, "": 1})
    {'payment': 2, 'unknown': 1}
    """
    found: dict[str, float] = {}
    for value, bad in by_value.items():
        cause = value or UNKNOWN_CAUSE
        found[cause] = found.get(cause, 0) + bad
    return found


async def attribution(source: Source, slo: SloBoard, at: float, since: float | None = None) -> Attribution | None:
    """The bad events of an SLO by cause: of its budget's period up to `at`, or of `(since, at]` (UTC seconds).

    None where nothing was measured, or the SLO has no causes to tell apart. Raises `SourceError`.
    """
    start = slo.period.start if since is None else since
    counts = slo.counts if since is None else await _counted(source, slo, start, at)
    if counts is None or counts.measured <= 0:
        return None
    causes = await source.by_cause(slo.name, start, at)
    return None if causes is None else attribute(causes, counts.bad, slo.allowed)


async def _counted(source: Source, slo: SloBoard, start: float, end: float) -> Counts | None:
    """Counts of `(start, end]` that agree with the board's: its own, less or more what was recorded in between."""
    if end - start <= _SHORT or isinstance(slo.slo.sli, CompositeSli):
        return await source.count(slo.name, start, end)
    line = await source.record(slo.name)
    return slo.counts + line.until(slo.period.start) - line.until(start)
