"""Where an SLO stands in its policy: the recorded history, and the present reading, folded through the tiers.

The instants are whole steps of UTC time (of a calendar window, also the borders of its periods), and now. So a tier
found again later, for the same instant, from the same record, is the one that was found then.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import chain

from slotui.core.budget import Budget, burn_rate
from slotui.core.excused import Excused, excused_line
from slotui.core.policy import Fold, Moment, Policy, Standing
from slotui.core.reading import HISTORY_BEYOND_WINDOW, Reading, history_step
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Span, Timeline
from slotui.core.window import Period


@dataclass(frozen=True, slots=True)
class Folded:
    """A policy folded through the whole steps of a history, and all that this came `of`.

    The steps are there as a digest: those of thousands of SLOs would be much to keep.
    """

    of: tuple[object, ...]
    fold: Fold


Folds = dict[str, Folded]
"""What is remembered from one refresh to the next, by SLO name: most of a history is the same then."""


def budget_of(slo: Slo, period: Period, counts: Counts, at: float) -> Budget:
    """The budget of a period, of which `at` (UTC seconds) is as far as it has come."""
    return Budget(slo.target, period.length, counts, None if slo.calendar is None else at - period.start)


def standing_of(
    slo: Slo,
    reading: Reading,
    policy: Policy,
    at: float,
    excused: Sequence[Excused] = (),
    folds: Folds | None = None,
) -> Standing | None:
    """The tier that the history of an SLO leads to at `at`; what was `excused` is not counted as spent.

    `folds` changes nothing but the time it takes: a past that is the same as the last time is not folded again.
    """
    if reading.window.measured <= 0 and not reading.history:
        return None
    folds = {} if folds is None else folds
    of = (slo, policy, tuple(excused), _reach(slo, reading.history, at), _digest(reading.history, at))
    known = folds.get(slo.name)
    if known is None or known.of != of:
        past = Fold(policy)
        for moment in _past(slo, reading.history, at, excused):
            past.see(moment)
        known = folds[slo.name] = Folded(of, past)
    fold = replace(known.fold)
    fold.see(_now(slo, reading, at, excused))
    return fold.standing(burns_of(slo, policy, reading, at))


def moments(slo: Slo, reading: Reading, at: float, excused: Sequence[Excused] = ()) -> list[Moment]:
    """What the policy sees of the past at the end of each step, and of now by the exact counts, oldest first.

    A step whose window begins before the history does, while the record reaches further back, is left out: what
    is not known of its window would count as clean.
    """
    return [*_past(slo, reading.history, at, excused), _now(slo, reading, at, excused)]


def _past(slo: Slo, history: Sequence[Span], at: float, excused: Sequence[Excused]) -> Iterator[Moment]:
    line, spent = Timeline(history), excused_line(excused)
    reach = _reach(slo, history, at)
    for end in line.ends:
        if end >= at or (slo.calendar is None and end - slo.window < reach):
            continue
        period = slo.period(end)
        if period.start >= reach:
            yield _moment(slo, period, line.between(period.start, end), spent, end)


def _now(slo: Slo, reading: Reading, at: float, excused: Sequence[Excused]) -> Moment:
    return _moment(slo, slo.period(at), reading.window, excused_line(excused), at)


def _digest(history: Sequence[Span], at: float) -> bytes:
    """Of the steps that are whole at `at`: no moment before it is made of anything else."""
    whole = array("d", chain.from_iterable(step for step in history if step.end < at))
    return blake2b(whole.tobytes(), digest_size=16).digest()


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
    if excused or counts.bad < 0:
        kept = Counts(counts.eligible, max(0.0, counts.bad - excused), counts.measured)
        budget = Budget(budget.target, budget.window, kept, budget.elapsed)
    return budget.remaining_ratio if budget.full else budget.projected_remaining_ratio


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
