"""Is a target too loose or too tight? What it would have come to in the windows that are over.

A budget is there to be spent: a target that leaves more than 80 % of it at the end of every window asks for less than
users get anyway, and one that is exhausted every time asks for more than the service can do. Between 30 and 70 % is
healthy.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from slotui.core.budget import Budget
from slotui.core.hindsight import AlertRun, Ratios, alert_runs, trailing_ratios
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Timeline
from slotui.core.window import Period

ENOUGH = 3
"""Windows below which "every window" says little."""
_MEASURED = 0.5
"""Below half of a window measured, it is not judged."""
_LOOSE, _TIGHT = 0.2, 1.0
_HEALTHY_FROM, _HEALTHY_TO = 0.3, 0.7
_AIM = 0.5
_LEAST_ALLOWED = 10
"""A budget of fewer bad events than this is luck, and no target to suggest."""
_SENSIBLE = (0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99995, 0.99999)
"""Targets that people agree on."""


class Finding(StrEnum):
    """What the past says about a target."""

    TOO_LOOSE = "too-loose"
    TOO_TIGHT = "too-tight"
    HEALTHY = "healthy"
    UNEVEN = "uneven"  # exhausted at times, not always: incidents, not the target
    ROOMY = "rather-loose"
    SNUG = "rather-tight"
    UNKNOWN = "too-little-history"


@dataclass(frozen=True, slots=True)
class PastWindow:
    """A window that is over: what was counted in it, how much of it was measured, what share of the budget it spent.

    `judged` is whether enough of it was measured; a window without eligible events spent None.
    """

    period: Period
    counts: Counts
    coverage: float
    spent: float | None

    @property
    def judged(self) -> bool:
        return self.spent is not None and self.coverage >= _MEASURED


@dataclass(frozen=True, slots=True)
class Trial:
    """A target tried on the past: the spent share of the lowest, the median and the highest window, and its alerts."""

    target: float
    lowest: float
    median: float
    highest: float
    exhausted: int
    runs: tuple[AlertRun, ...]

    def fired(self, severity: str) -> int:
        """How often an alert of this severity would have fired."""
        return sum(1 for run in self.runs if run.tier.severity == severity)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The answer for one SLO. `needed` is how many seconds of history are missing for one.

    `trial` is the present target on the past; `suggestion` the sensible target whose median window would have been
    nearest to half spent, None where there is none. `record` is what there is, with its measured share `coverage`.
    """

    slo: Slo
    record: Period
    coverage: float
    windows: tuple[PastWindow, ...]
    finding: Finding
    needed: float = 0.0
    trial: Trial | None = None
    suggestion: Trial | None = None

    @property
    def judged(self) -> tuple[PastWindow, ...]:
        """The windows that count."""
        return tuple(window for window in self.windows if window.judged)


def calibrate(slo: Slo, line: Timeline, since: float | None = None) -> Calibration | None:
    """Judge a target by the whole windows of a record, or of its part after `since`; None for an empty one."""
    first, last = line.first, line.last
    if first is None or last is None:
        return None
    record = Period(first if since is None else max(first, since), last)
    coverage = min(1.0, line.between(*record).measured / record.length) if record.length > 0 else 0.0
    windows = tuple(reversed([_window(slo, line, period) for period in _periods(slo, record, _step(line))]))
    judged = [window for window in windows if window.judged]
    if len(judged) < ENOUGH:
        needed = (ENOUGH - len(judged)) * slo.window
        return Calibration(slo, record, coverage, windows, Finding.UNKNOWN, needed)
    ratios = trailing_ratios(line, slo.tiers, ())
    trial = _trial(slo, slo.target, judged, line, ratios)
    fitting = _fitting(judged)
    suggestion = None if fitting is None else _trial(slo, fitting, judged, line, ratios)
    return Calibration(slo, record, coverage, windows, _finding(judged, trial), 0.0, trial, suggestion)


def _periods(slo: Slo, record: Period, step: float) -> Iterator[Period]:
    """The whole windows of a record, newest first; rolling ones are laid end to end."""
    period = slo.period(record.end)
    if period.end > record.end:
        period = slo.period(period.start)  # of a calendar, the present one is not over
    while period.start >= record.start - step:
        yield period
        period = slo.period(period.start)


def _window(slo: Slo, line: Timeline, period: Period) -> PastWindow:
    counts = line.between(*period)
    budget = Budget(slo.target, period.length, counts)
    return PastWindow(period, counts, budget.coverage, budget.spent_ratio)


def _step(line: Timeline) -> float:
    return line.ends[0] - line.starts[0]


def _finding(judged: Sequence[PastWindow], trial: Trial) -> Finding:
    if trial.highest < _LOOSE:
        return Finding.TOO_LOOSE
    if trial.exhausted == len(judged):
        return Finding.TOO_TIGHT
    if trial.exhausted:
        return Finding.UNEVEN
    if trial.median < _HEALTHY_FROM:
        return Finding.ROOMY
    return Finding.SNUG if trial.median > _HEALTHY_TO else Finding.HEALTHY


def _trial(slo: Slo, target: float, judged: Sequence[PastWindow], line: Timeline, ratios: Ratios) -> Trial:
    spent = [_ratio(window) / (1 - target) for window in judged]
    runs = tuple(run for run in alert_runs(line, slo.tiers, target, ratios) if run.end >= judged[0].period.start)
    exhausted = sum(1 for share in spent if share >= _TIGHT)
    return Trial(target, min(spent), median(spent), max(spent), exhausted, runs)


def _ratio(window: PastWindow) -> float:
    return window.counts.error_ratio or 0.0


def _fitting(judged: Sequence[PastWindow]) -> float | None:
    """The sensible target whose median window comes nearest to half spent, counted in factors; None for no fit."""
    ratio = median(_ratio(window) for window in judged)
    events = median(window.counts.eligible for window in judged)
    if ratio <= 0:
        return None
    possible = [target for target in _SENSIBLE if (1 - target) * events >= _LEAST_ALLOWED and ratio < 1 - target]
    return min(possible, key=lambda target: abs(math.log(ratio / (1 - target) / _AIM)), default=None)
