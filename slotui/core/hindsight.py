"""What a finished record says: when the budget was gone, which alerts would have fired, what nobody would have noticed.

Alerts are evaluated at the end of every step over trailing windows, and only once the long window is full.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from slotui.core.alerts import AlertTier
from slotui.core.budget import Budget
from slotui.core.timeline import Counts, Timeline
from slotui.duration import HOUR, MINUTE

_SMALLEST_SILENT_SHARE = 0.001
"""A stretch that spent less than 0.1 % of the budget unnoticed is noise."""


@dataclass(frozen=True, slots=True)
class AlertRun:
    """A tier that fired without a pause for `seconds`: first and last step, each named by its start (UTC seconds)."""

    tier: AlertTier
    start: float
    end: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """What `(start, end]` cost: `share` of the record's budget, and the highest burn by window inside."""

    start: float
    end: float
    counts: Counts
    share: float | None
    max_burn: dict[int, float | None]


@dataclass(frozen=True, slots=True)
class Hindsight:
    """A record judged against a target. `unweighted` is the mean of step ratios, by step length: how not to do it."""

    rows: int
    budget: Budget
    exhausted_at: float | None
    max_burn: dict[int, float | None]
    alerts: tuple[AlertRun, ...]
    silent: tuple[Stretch, ...]
    unweighted: dict[int, float]


Ratios = Mapping[int, Sequence[float | None]]
"""For each window length, the trailing error ratio at the end of every step."""


def trailing_ratios(line: Timeline, tiers: Iterable[AlertTier], shown: Iterable[int]) -> Ratios:
    """The error ratios that `judge` and `stretch` need, computed once."""
    lengths = {length for tier in tiers for length in (tier.long, tier.short)} | set(shown) | {HOUR}
    return {length: line.trailing_ratios(length) for length in sorted(lengths)}


def judge(line: Timeline, target: float, window: float, tiers: Sequence[AlertTier], ratios: Ratios) -> Hindsight:
    """Judge the last `window` seconds of a record. `exhausted_at` is when the record's whole allowance was gone."""
    counts = line.trailing(window, line.last or 0.0)
    budget = Budget(target, window, counts)
    alerts = alert_runs(line, tiers, target, ratios)
    return Hindsight(
        rows=len(line),
        budget=budget,
        exhausted_at=line.crossing(budget.allowed),
        max_burn={length: _highest(series, target) for length, series in ratios.items()},
        alerts=alerts,
        silent=tuple(unalerted(line, budget, alerts, ratios)),
        unweighted={length: _mean_ratio(line, length) for length in (MINUTE, 5 * MINUTE)},
    )


def stretch(line: Timeline, budget: Budget, start: float, end: float, ratios: Ratios) -> Stretch:
    """What one stretch of a record cost, and how fast it burned by the end of any step inside."""
    counts = line.between(start, end)
    inside = slice(bisect_right(line.ends, start), bisect_right(line.ends, end))
    burns = {length: _highest(series[inside], budget.target) for length, series in ratios.items()}
    share = counts.bad / budget.allowed if budget.allowed > 0 else None
    return Stretch(start, end, counts, share, burns)


def _highest(ratios: Iterable[float | None], target: float) -> float | None:
    known = [ratio for ratio in ratios if ratio is not None]
    return max(known) / (1 - target) if known else None


def alert_runs(line: Timeline, tiers: Sequence[AlertTier], target: float, ratios: Ratios) -> tuple[AlertRun, ...]:
    """Every run of every tier, the most urgent tier first."""
    return tuple(run for tier in tiers for run in _runs_of(line, tier, target, ratios))


def _runs_of(line: Timeline, tier: AlertTier, target: float, ratios: Ratios) -> Iterator[AlertRun]:
    threshold = tier.factor * (1 - target)
    firing = [
        long is not None and short is not None and long > threshold and short > threshold
        for long, short in zip(ratios[tier.long], ratios[tier.short], strict=True)
    ]
    for first, last in _runs(firing):
        yield AlertRun(tier, line.starts[first], line.starts[last], line.ends[last] - line.starts[first])


def _runs(holds: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """First and last index of every run in which a condition holds."""
    index = 0
    for held, run in groupby(holds):
        length = sum(1 for _ in run)
        if held:
            yield index, index + length - 1
        index += length


def burning(line: Timeline, target: float, hourly: Sequence[float | None]) -> Iterator[tuple[float, float]]:
    """Stretches that burned faster than 1x by the hour, by the trailing ratios of one: `(start, end)`, oldest first."""
    fast = [ratio is not None and ratio > 1 - target for ratio in hourly]
    # What lifted the hour's ratio lies within the hour before; stretches that touch are one.
    return _merged((line.ends[first] - HOUR, line.ends[last]) for first, last in _runs(fast))


def unalerted(line: Timeline, budget: Budget, alerts: Sequence[AlertRun], ratios: Ratios) -> Iterator[Stretch]:
    """Stretches that burned faster than 1x by the hour while no tier fired, and cost more than noise."""
    for start, end in burning(line, budget.target, ratios[HOUR]):
        if any(run.start < end and run.end >= start for run in alerts):
            continue
        found = stretch(line, budget, start, end, ratios)
        if found.share is not None and found.share >= _SMALLEST_SILENT_SHARE:
            yield found


def _merged(intervals: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    open_: tuple[float, float] | None = None
    for start, end in intervals:
        if open_ is not None and start <= open_[1]:
            open_ = open_[0], end
            continue
        if open_ is not None:
            yield open_
        open_ = start, end
    if open_ is not None:
        yield open_


def _mean_ratio(line: Timeline, step: float) -> float:
    first, last = line.first, line.last
    if first is None or last is None:
        return 0.0
    ratios = [ratio for span in line.steps(first, last, step) if (ratio := span.counts.error_ratio) is not None]
    return sum(ratios) / len(ratios) if ratios else 0.0


def share_above(found: Stretch, budget: Budget, baseline: float) -> float | None:
    """Share of the budget that a stretch spent above a normal error ratio."""
    if budget.allowed <= 0:
        return None
    return (found.counts.bad - baseline * found.counts.eligible) / budget.allowed
