"""Where an SLO stands in its policy: the recorded history, and the present reading, folded through the tiers.

The instants are whole steps of UTC time (of a calendar window, also the borders of its periods), and now. So a tier
found again later, for the same instant, from the same record, is the one that was found then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slotui.core.budget import Budget, burn_rate
from slotui.core.excused import Excused, excused_line
from slotui.core.policy import Moment, Policy, Standing, standing
from slotui.core.reading import HISTORY_BEYOND_WINDOW, Reading, history_step
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Span, Timeline
from slotui.core.window import Period


def budget_of(slo: Slo, period: Period, counts: Counts, at: float) -> Budget:
    """The budget of a period, of which `at` (UTC seconds) is as far as it has come."""
    return Budget(slo.target, period.length, counts, None if slo.calendar is None else at - period.start)


def standing_of(
    slo: Slo, reading: Reading, policy: Policy, at: float, excused: Sequence[Excused] = ()
) -> Standing | None:
    """The tier that the history of an SLO leads to at `at`; what was `excused` is not counted as spent."""
    if reading.window.measured <= 0 and not reading.history:
        return None
    return standing(policy, moments(slo, reading, at, excused), burns_of(slo, policy, reading, at))


def moments(slo: Slo, reading: Reading, at: float, excused: Sequence[Excused] = ()) -> list[Moment]:
    """What the policy sees of the past at the end of each step, and of now by the exact counts, oldest first.

    A step whose window begins before the history does, while the record reaches further back, is left out: what
    is not known of its window would count as clean.
    """
    line, spent = Timeline(reading.history), excused_line(excused)
    reach = _reach(slo, reading.history, at)
    found = []
    for end in line.ends:
        if end >= at or (slo.calendar is None and end - slo.window < reach):
            continue
        period = slo.period(end)
        if period.start >= reach:
            found.append(_moment(slo, period, line.between(period.start, end), spent, end))
    return [*found, _moment(slo, slo.period(at), reading.window, spent, at)]


def burns_of(slo: Slo, policy: Policy, reading: Reading, at: float) -> Mapping[int, float | None]:
    """The burns that the policy asks for: as exact as the source knows them, else from the steps of its history."""
    asked = {tier.also_while.window for tier in policy.tiers if tier.also_while is not None}
    if not asked:
        return {}
    line = Timeline(reading.history)
    return {
        window: burn_rate(reading.windows.get(window) or line.trailing(window, at), slo.target)
        for window in sorted(asked)
    }


def policy_remaining(budget: Budget, excused: float) -> float | None:
    """What is left if `excused` bad events were never spent; a window measured in part counts its rest as clean."""
    counts = budget.counts
    kept = Counts(counts.eligible, max(0.0, counts.bad - excused), counts.measured)
    found = Budget(budget.target, budget.window, kept, budget.elapsed)
    return found.remaining_ratio if found.full else found.projected_remaining_ratio


def _moment(slo: Slo, period: Period, counts: Counts, spent: Timeline, at: float) -> Moment:
    excused = spent.between(period.start, at).bad if len(spent) else 0.0
    remaining = policy_remaining(budget_of(slo, period, counts, at), excused)
    return Moment(at, remaining, period.end - at if slo.calendar is not None else None)


def _reach(slo: Slo, history: Sequence[Span], at: float) -> float:
    """From when on the history holds whole windows; the beginning of time for a record that begins inside it."""
    first = next((span for span in history if span.measured > 0), None)
    if first is None:
        return at
    begins = at - slo.window - HISTORY_BEYOND_WINDOW + 2 * history_step(slo.window)
    return float("-inf") if first.start > begins else first.start
