"""The blind spots of a tier set in what was recorded: spends that fired nothing, and how near each came."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from slotui.core.alerts import AlertTier
from slotui.core.budget import Budget
from slotui.core.hindsight import AlertRun, Ratios, Stretch, alert_runs, trailing_ratios, unalerted
from slotui.core.timeline import Counts, Timeline


@dataclass(frozen=True, slots=True)
class Miss:
    """A stretch that no tier noticed. `burn` is the highest that both windows of `nearest` reached together."""

    stretch: Stretch
    nearest: AlertTier | None
    burn: float | None


@dataclass(frozen=True, slots=True)
class Unnoticed:
    """The last window of a record, judged by a tier set. Times are UTC seconds, `step` is seconds a row.

    `unjudged` are the tiers whose long window was never full; `blurred` those whose short window is
    shorter than a row, so that a burst inside one is spread over all of it. `share` sums the misses.
    """

    place: str
    start: float
    end: float
    step: float
    counts: Counts
    runs: tuple[AlertRun, ...]
    misses: tuple[Miss, ...]
    share: float
    unjudged: tuple[AlertTier, ...]
    blurred: tuple[AlertTier, ...]


def unnoticed(place: str, line: Timeline, target: float, window: float, tiers: Sequence[AlertTier]) -> Unnoticed | None:
    """What the last `window` seconds of a record spent while every tier was silent; None for an empty record.

    A stretch counts that burned faster than 1x by the hour, and cost more than noise.
    """
    first, last = line.first, line.last
    if first is None or last is None:
        return None
    ratios = trailing_ratios(line, tiers, ())
    budget = Budget(target, window, line.trailing(window, last))
    runs = alert_runs(line, tiers, target, ratios)
    silent = unalerted(line, budget, runs, ratios)
    border = last - window
    misses = tuple(_miss(line, part, target, tiers, ratios) for part in silent if part.end > border)
    step = _usual_step(line)
    return Unnoticed(
        place=place,
        start=max(first, border),
        end=last,
        step=step,
        counts=budget.counts,
        runs=tuple(run for run in runs if run.end > border),
        misses=misses,
        share=sum(miss.stretch.share or 0.0 for miss in misses),
        unjudged=tuple(tier for tier in tiers if last - first < tier.long),
        blurred=tuple(tier for tier in tiers if tier.short < step),
    )


def _miss(line: Timeline, part: Stretch, target: float, tiers: Sequence[AlertTier], ratios: Ratios) -> Miss:
    inside = slice(bisect_right(line.ends, part.start), bisect_right(line.ends, part.end))
    nearest, most = None, None
    for tier in tiers:
        # A tier fires when both are above at once: that the long one was, hours after the short one, is no near miss.
        both = [
            min(long, short) / (1 - target)
            for long, short in zip(ratios[tier.long][inside], ratios[tier.short][inside], strict=True)
            if long is not None and short is not None
        ]
        highest = max(both, default=None)
        if highest is not None and (nearest is None or most is None or highest / tier.factor > most / nearest.factor):
            nearest, most = tier, highest
    return Miss(part, nearest, most)


def _usual_step(line: Timeline) -> float:
    lengths = sorted(end - start for start, end in zip(line.starts, line.ends, strict=True))
    return lengths[len(lengths) // 2]
