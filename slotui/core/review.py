"""The error budget review of a period: what was spent, by whom, on what, who noticed, and what policy made of it.

Amounts are bad events, shares are fractions of the present budget, times are UTC seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from slotui.core.account import Account, account, uncovered
from slotui.core.attribution import Attribution
from slotui.core.board import Board, SloBoard
from slotui.core.calibration import Calibration, calibrate
from slotui.core.decisions import TierChange, overridden, refused, tier_changes
from slotui.core.deploy_cost import DeployCost, deploy_costs
from slotui.core.entry import PLANNED, Entry, Estimate, Reconciliation, reconcile
from slotui.core.excused import Excused
from slotui.core.hindsight import AlertRun
from slotui.core.policy import Policy
from slotui.core.reading import HISTORY_BEYOND_WINDOW, Reading, history_step
from slotui.core.standing import budget_of, moments
from slotui.core.timeline import Counts, Timeline
from slotui.core.unnoticed import Miss, unnoticed
from slotui.core.window import Period

_COMPARABLE = 0.5
"""A period of which less than half was measured is nothing to compare with."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of one SLO beside its board: its reading, its whole record, what policy excused, the causes."""

    reading: Reading
    line: Timeline
    excused: Sequence[Excused] = ()
    causes: Attribution | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """What an experiment was to cost an SLO, and what it did cost."""

    entry: Entry
    estimate: Estimate
    observed: float

    @property
    def inside(self) -> bool:
        """Whether the cost fell inside the predicted interval."""
        return self.estimate.low <= self.observed <= self.estimate.high


@dataclass(frozen=True, slots=True)
class SloReview:
    """One SLO over `period`. `consumed` is what was counted in it, `before` in the period before, where it was.

    `left_then` is the share that was left when the period began. `account` is None without a budget. `runs` are the
    alerts that fired, `silent` what none noticed, of which `unclaimed_silent` bad events are in no entry either.
    """

    board: SloBoard
    period: Period
    consumed: Counts = field(default_factory=Counts)
    before: Counts | None = None
    left_then: float | None = None
    account: Account | None = None
    causes: Attribution | None = None
    runs: tuple[AlertRun, ...] = ()
    silent: tuple[Miss, ...] = ()
    unclaimed_silent: float = 0.0
    deploys: tuple[DeployCost, ...] = ()
    changes: tuple[TierChange, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    doubts: tuple[tuple[Entry, Reconciliation], ...] = ()
    calibration: Calibration | None = None

    @property
    def name(self) -> str:
        return self.board.name

    @property
    def coverage(self) -> float:
        """The measured share of the period."""
        return min(1.0, max(0.0, self.consumed.measured / self.period.length))

    @property
    def spent(self) -> float | None:
        """The share of the budget that the period consumed; None without a budget."""
        return self.share(self.consumed.bad)

    @property
    def spent_before(self) -> float | None:
        """The same of the period before, in shares of the present budget."""
        return None if self.before is None else self.share(self.before.bad)

    @property
    def trend(self) -> float | None:
        """How much more of the budget was spent than in the period before, as a share of it."""
        now, then = self.spent, self.spent_before
        return None if now is None or then is None else now - then

    @property
    def started_over(self) -> float | None:
        """When a calendar budget started over within the period; its account begins there."""
        started = self.account.start if self.account is not None else self.period.start
        return started if started > self.period.start else None

    def share(self, bad: float) -> float | None:
        """Bad events as a share of the present budget."""
        return bad / self.board.allowed if self.board.allowed > 0 else None


@dataclass(frozen=True, slots=True)
class Review:
    """Every SLO over `period`, who spent most first, and what the ledger has of the period."""

    board: Board
    period: Period
    slos: tuple[SloReview, ...]
    entries: tuple[Entry, ...]

    @property
    def refused(self) -> tuple[Entry, ...]:
        """The spends that were refused, oldest first."""
        return refused(self.entries)

    @property
    def overridden(self) -> tuple[Entry, ...]:
        """What went ahead against a no, oldest first."""
        return overridden(self.entries)


def review(board: Board, pasts: Mapping[str, Past], policy: Policy, length: float) -> Review:
    """The review of the `length` seconds up to the board's instant; of an SLO without a past it says nothing."""
    period = Period(board.at - length, board.at)
    slos = [
        _slo_review(slo, pasts[slo.name], board.entries, policy, period)
        if slo.name in pasts and slo.allowed > 0
        else SloReview(slo, period)
        for slo in board.slos
    ]
    ordered = tuple(sorted(slos, key=lambda slo: -1.0 if slo.spent is None else slo.spent, reverse=True))
    inside = tuple(
        entry for entry in board.entries if period.start < (entry.ended or board.at) and entry.started <= board.at
    )
    return Review(board, period, ordered, inside)


def _slo_review(slo: SloBoard, past: Past, entries: Sequence[Entry], policy: Policy, period: Period) -> SloReview:
    start, at = period
    line = past.line.before(at)
    earlier = line.between(start - period.length, start)
    found = unnoticed("", line, slo.slo.target, slo.slo.window, slo.slo.tiers)
    silent = tuple(miss for miss in found.misses if miss.stretch.end > start) if found else ()
    free = [part for miss in silent for part in _free(miss, entries, slo.name, start)]
    return SloReview(
        board=slo,
        period=period,
        # The board's own counts, less or more what was recorded in between: so they agree with it to the event.
        consumed=slo.counts + line.until(slo.period.start) - line.until(start),
        before=earlier if earlier.measured >= _COMPARABLE * period.length else None,
        left_then=_left_at(start, slo, line),
        account=account(slo, line, entries, at, start),
        causes=past.causes,
        runs=tuple(run for run in found.runs if run.start + run.seconds > start) if found else (),
        silent=silent,
        unclaimed_silent=sum(line.between(*part).bad for part in free),
        deploys=deploy_costs(entries, slo.name, line, start, at),
        changes=tuple(_changes(slo, past, line, policy, period)),
        predictions=tuple(_predictions(entries, slo.name, period)),
        doubts=tuple(_doubts(entries, slo.name, period)),
        calibration=calibrate(slo.slo, line),
    )


def _free(miss: Miss, entries: Sequence[Entry], slo: str, start: float) -> Sequence[tuple[float, float]]:
    return uncovered(max(miss.stretch.start, start), miss.stretch.end, entries, slo)


def _left_at(at: float, slo: SloBoard, line: Timeline) -> float | None:
    """What a board of that instant would have shown as left."""
    period = slo.slo.period(at)
    return budget_of(slo.slo, period, line.between(period.start, at), at).remaining_ratio


def _changes(slo: SloBoard, past: Past, line: Timeline, policy: Policy, period: Period) -> Iterator[TierChange]:
    reading = past.reading
    step, first = history_step(slo.slo.window), line.first
    # A reading remembers as much as the present tier needs. A longer period wants older steps before those.
    if reading.history and first is not None and period.length + 2 * step > HISTORY_BEYOND_WINDOW:
        begins = reading.history[0].start
        wanted = max(first, period.start - slo.slo.window)
        older = line.steps(begins - (begins - wanted) // step * step, begins, step) if wanted < begins else []
        reading = replace(reading, history=(*older, *reading.history))
    return tier_changes(policy, moments(slo.slo, reading, period.end, past.excused), period.start)


def _planned_in(entries: Sequence[Entry], period: Period) -> Iterator[Entry]:
    """The planned spends that ended within the period."""
    for entry in entries:
        if entry.kind in PLANNED and entry.ended is not None and period.start < entry.ended <= period.end:
            yield entry


def _predictions(entries: Sequence[Entry], slo: str, period: Period) -> Iterator[Prediction]:
    """Of the spends that ran their whole time: one that was stopped was predicted at its full length."""
    for entry in _planned_in(entries, period):
        estimate, observed = entry.predicted.get(slo), entry.observed.get(slo)
        if entry.ending == "expired" and estimate is not None and observed is not None:
            yield Prediction(entry, estimate, observed)


def _doubts(entries: Sequence[Entry], slo: str, period: Period) -> Iterator[tuple[Entry, Reconciliation]]:
    """The spends during which something else burned too."""
    for entry in _planned_in(entries, period):
        for bill in reconcile(entry):
            if bill.slo == slo and bill.suspicious:
                yield entry, bill
