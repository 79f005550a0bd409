"""What a source answers: counts by window, the history behind them, and how old they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from slotui.core.alerts import AlertTier, derive_tiers
from slotui.core.balance import Mark
from slotui.core.excused import Spends
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Span, Timeline
from slotui.duration import DAY, HOUR, MINUTE

HISTORY_BEYOND_WINDOW = 8 * DAY
"""Seconds of history before the window: the longest memory of the default policy (7 days), and a day."""

RECENT = DAY
"""Seconds before now that a reading knows as finely as its source: more would be much to keep of thousands of SLOs."""

_STEPS_PER_WINDOW = 360
_LOOKS_PER_WINDOW = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """One SLO at one instant: counts of its own window so far, and of `windows` by their seconds.

    `recent` is the last day in the source's own spans. `seen_at` is the newest measurement; None with a `problem`,
    there is none.
    """

    window: Counts
    windows: Mapping[int, Counts]
    history: tuple[Span, ...]
    seen_at: float | None
    firing_since: Mapping[str, float] = field(default_factory=dict)
    problem: str | None = None
    recent: Timeline = field(default_factory=Timeline, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FaultSeen:
    """A fault that the service itself reports as active, with what it has injected so far."""

    id: str
    kind: str
    injected: int
    lease_expires: float | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One refresh of a source: readings by SLO name, and the faults that are on.

    `problem` says why nothing newer could be counted, where the source still has what it counted before.
    `excused` is what policy does not count, and `mark` a moment since when it was counted too.
    """

    at: float
    readings: Mapping[str, Reading]
    faults: tuple[FaultSeen, ...] = ()
    problem: str | None = None
    excused: Spends = field(default_factory=dict)
    mark: Mark | None = None


def windows_of(slo: Slo) -> tuple[int, ...]:
    """Every window, in seconds, that a Board shows for this SLO, shortest first."""
    windows = {5 * MINUTE, HOUR} if slo.calendar else {5 * MINUTE, HOUR, slo.window}
    # Those of the derived tiers too: a composite that this SLO is part of may be alerted on by them.
    for tier in (*slo.tiers, *derive_tiers(slo.window)):
        windows |= {tier.long, tier.short}
    return tuple(sorted(windows))


def history_step(window: float) -> float:
    """Seconds per step of a reading's history: enough for a wide chart, few enough to redraw each tick."""
    return float(max(MINUTE, round(window / _STEPS_PER_WINDOW)))


def read_timeline(slo: Slo, line: Timeline, at: float, windows: Mapping[int, Counts] | None = None) -> Reading:
    """A reading out of one SLO's timeline; `windows` replaces sums that a source knows more exactly."""
    sums = {window: line.trailing(window, at) for window in windows_of(slo)}
    sums.update(windows or {})
    own = line.between(slo.period(at).start, at) if slo.calendar else sums[slo.window]
    first = line.first
    if first is None or first >= at:
        return Reading(own, sums, (), None, problem="nothing measured yet")
    since = {tier.key: began for tier in slo.tiers if (began := _firing_since(tier, slo.target, line, at)) is not None}
    seen_at, recent = min(line.last or at, at), line.part(at - RECENT, at)
    return Reading(own, sums, _history(slo, line, at, first), seen_at, since, recent=recent)


def _history(slo: Slo, line: Timeline, at: float, first: float) -> tuple[Span, ...]:
    step = history_step(slo.window)
    left = max(first, at - slo.window - HISTORY_BEYOND_WINDOW)
    # Whole steps of UTC time, or of the period: whoever looks a little later sees the same steps, and one more.
    base = 0.0 if slo.calendar is None else slo.calendar.period(left).start
    left = base + (left - base) // step * step
    spans: list[Span] = []
    while left < at:
        # A step ends with its period, or the first errors of a month would be counted to the one before.
        border = at if slo.calendar is None else min(at, slo.calendar.period(left + 1e-3).end)
        spans += line.steps(left, border, step)
        left = border
    if len(spans) > 1 and spans[-1].measured <= 0 and spans[-1].end - spans[-1].start < step:
        spans.pop()  # just begun, and not yet looked at: that is no hole
    return tuple(spans)


def _firing_since(tier: AlertTier, target: float, line: Timeline, at: float) -> float | None:
    """Since when the tier has fired, to the second; None when it is silent.

    It looks back for at most two long windows, a minute at a time, or a sixtieth of a short window where that is more:
    no pause that is shorter than that ends an alert, and one that has fired for days costs no refresh its time.
    """
    threshold, windows = tier.factor * (1 - target), (tier.long, tier.short)
    if not line.exceeds(threshold, windows, at):
        return None
    step = max(MINUTE, tier.short / _LOOKS_PER_WINDOW)
    began = at
    while began > at - 2 * tier.long and line.exceeds(threshold, windows, began - step):
        began -= step
    silent = began - step
    while began - silent > 1:
        middle = (silent + began) / 2
        silent, began = (silent, middle) if line.exceeds(threshold, windows, middle) else (middle, began)
    return began
