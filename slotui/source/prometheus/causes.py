"""Bad events by cause: as the generated rules recorded them, else from the counters."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from slotui.core.counting import BAD_BY_CAUSE, CAUSE, STEP, bad_by_cause_expr
from slotui.core.sli import EventSli
from slotui.core.timeline import Span, Timeline
from slotui.duration import MINUTE
from slotui.source.prometheus.api import Api, Series
from slotui.source.prometheus.counters import gained_by
from slotui.source.prometheus.history import new_part

Causes = dict[str, float]
"""Bad events by the cause label's value."""


async def counted_causes(api: Api, slo: str, sli: EventSli, start: float, end: float) -> Causes | None:
    """Of `(start, end]`, in five-minute counts where rules recorded them; None where nothing was counted.

    What came since the last count is asked for too, and what lies before the first one: three requests at most.
    """
    reach = max(1, round(end - start))
    lines = _lines(await api.query(f'{BAD_BY_CAUSE}{{slo="{slo}"}}[{reach}s]', end))
    if not lines:
        return await _computed(api, sli, start, end) or None
    since, until = _known(lines.values(), end)
    found = {cause: line.between(start, until).bad for cause, line in lines.items()}
    if until < end:
        _add(found, await _computed(api, sli, max(start, until), end))
    if since - start > STEP:
        _add(found, await _computed(api, sli, start, since))
    return found


def _lines(recorded: Sequence[Series]) -> dict[str, Timeline]:
    lines = {}
    for series in recorded:
        line = lines[series.labels.get(CAUSE, "")] = Timeline()
        for at, bad in series.points:
            line.extend(new_part(line, Span(at - STEP, at, bad, bad, STEP)))
    return lines


def _known(lines: Collection[Timeline], end: float) -> tuple[float, float]:
    """From when to when counts were recorded; for what came after, the counters need a minute at least."""
    since = min(line.starts[0] for line in lines)
    newest = max((line.ends for line in lines), key=lambda ends: ends[-1])
    return since, next((at for at in reversed(newest[-3:]) if at == end or at <= end - MINUTE), since)


async def _computed(api: Api, sli: EventSli, start: float, end: float) -> Causes:
    answer = await api.query(bad_by_cause_expr(sli, end - start, exact=True), end)
    return {series.labels.get(CAUSE, ""): series.value for series in answer}


def sampled_causes(sli: EventSli, eligible: Sequence[Series], other: Sequence[Series], start: float) -> Causes:
    """The same from raw samples of the eligible events, and of the good or the bad ones."""
    assert sli.cause is not None  # noqa: S101 - whoever asks has looked
    others = gained_by(sli.cause, other, start, sli.weights)
    if sli.good is None:
        return others
    events = gained_by(sli.cause, eligible, start, sli.weights)
    return {cause: max(0.0, count - others.get(cause, 0.0)) for cause, count in events.items()}


def _add(found: Causes, more: Causes) -> None:
    for cause, bad in more.items():
        found[cause] = found.get(cause, 0.0) + bad
