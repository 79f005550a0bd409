"""From counts to a Board: budget, burn, alerts, policy and verdict, in that order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from slotui.core.alerts import AlertStatus
from slotui.core.balance import balance
from slotui.core.board import ActiveFault, Board, SloBoard, SourceStatus
from slotui.core.budget import Budget, burn_rate, exhausts_in
from slotui.core.burn_down import burn_down
from slotui.core.entry import Entry, split
from slotui.core.excused import excused_line, within
from slotui.core.forecast import forecast
from slotui.core.policy import Policy
from slotui.core.reading import FaultSeen, Reading, Snapshot
from slotui.core.running import running_costs
from slotui.core.slo import Slo
from slotui.core.standing import Folds, budget_of, policy_remaining, standing_of
from slotui.core.states import SEVERITY, SloState, SourceState, Trend
from slotui.core.timeline import Counts
from slotui.core.verdict import verdict
from slotui.core.window import Period
from slotui.duration import HOUR, MINUTE

_RECENT = 5 * MINUTE
_TREND_BAND = 0.10
"""A five-minute burn within 10 % of the hour's is called flat."""


def assemble(
    snapshot: Snapshot,
    slos: Sequence[Slo],
    policy: Policy,
    entries: tuple[Entry, ...],
    source: SourceStatus,
) -> Board:
    """The Board of one snapshot. An SLO without a reading is shown as `no-data`, never left out."""
    return board_of([slo_board(slo, snapshot, policy, entries) for slo in slos], snapshot, policy, entries, source)


def board_of(
    boards: Sequence[SloBoard],
    snapshot: Snapshot,
    policy: Policy,
    entries: tuple[Entry, ...],
    source: SourceStatus,
) -> Board:
    """The Board of one snapshot, from those of its SLOs: the cheap half of `assemble`."""
    ordered = tuple(sorted(boards, key=_urgency))
    faults = tuple(_active(fault, entries, ordered) for fault in snapshot.faults)
    return Board(
        at=snapshot.at,
        verdict=verdict(ordered, source),
        source=source,
        slos=ordered,
        faults=faults,
        entries=entries,
        policy_name=policy.name,
        tiers=policy.tiers,
        blackouts=policy.blackouts,
        exceptions=policy.exceptions,
    )


def source_status(kind: str, url: str, snapshot: Snapshot, stale_after: float) -> SourceStatus:
    """How far a snapshot can be trusted: stale beyond `stale_after` seconds, or when the source says why."""
    seen = [reading.seen_at for reading in snapshot.readings.values() if reading.seen_at is not None]
    if not seen and snapshot.problem:
        return SourceStatus(kind, url, "down", None, snapshot.problem)
    age = max(0.0, snapshot.at - max(seen)) if seen else None
    old = age is not None and age > stale_after
    state: SourceState = "stale" if old or snapshot.problem else "live"
    return SourceStatus(kind, url, state, age, snapshot.problem)


def aged(board: Board, now: float, error: str | None, retry_in: float | None) -> Board:
    """The same numbers later, when no new ones could be had: marked stale, with their age and the reason."""
    age = None if board.source.age is None else board.source.age + (now - board.at)
    state: SourceState = "stale" if board.slos and board.source.state != "down" else "down"
    source = replace(board.source, state=state, age=age, error=error, retry_in=retry_in)
    return replace(board, at=now, source=source, verdict=verdict(board.slos, source))


def nothing_yet(slos: Sequence[Slo], kind: str, url: str, now: float, error: str, retry_in: float | None) -> Board:
    """The Board before the first answer of a source that cannot be reached: down, and no number invented."""
    source = SourceStatus(kind, url, "down", None, error, retry_in)
    boards = tuple(_without_reading(slo, "the source has not answered yet", now) for slo in slos)
    return Board(now, verdict(boards, source), source, boards)


def slo_board(
    slo: Slo, snapshot: Snapshot, policy: Policy, entries: tuple[Entry, ...], folds: Folds | None = None
) -> SloBoard:
    """One SLO of a Board. It takes milliseconds: whoever has thousands of them makes a few at a time.

    `folds` are kept from one refresh to the next by whoever makes it again and again; they save time, and only that.
    """
    reading, at = snapshot.readings.get(slo.name), snapshot.at
    if reading is None or (reading.seen_at is None and not reading.history):
        return _without_reading(slo, (reading and reading.problem) or "nothing measured yet", at)
    period = slo.period(at)
    budget = budget_of(slo, period, reading.window, at)
    burns = {window: burn_rate(counts, slo.target) for window, counts in reading.windows.items()}
    alerts = tuple(
        AlertStatus(tier, burns[tier.long], burns[tier.short], reading.firing_since.get(tier.key)) for tier in slo.tiers
    )
    excused = tuple(snapshot.excused.get(slo.name, ()))
    running = running_costs(entries, slo.name, reading.recent, snapshot.faults, at)
    return SloBoard(
        slo=slo,
        period=period,
        state=_state(reading, budget, alerts),
        counts=budget.counts,
        allowed=budget.allowed,
        remaining=budget.remaining_ratio,
        projected_remaining=budget.projected_remaining_ratio,
        coverage=budget.coverage,
        exhausts_in=_gone_in(slo, period, budget, burns[HOUR], at),
        burns=burns,
        trend=_trend(burns[_RECENT], burns[HOUR]),
        alerts=alerts,
        standing=standing_of(slo, reading, policy, at, excused, folds),
        chart=burn_down(reading.history, budget, period.start),
        split=split(entries, slo.name, budget.counts.bad, budget.allowed, period.start, running),
        seen_at=reading.seen_at,
        problem=reading.problem,
        excused=within(excused, period),
        policy_remaining=policy_remaining(budget, excused_line(excused).between(period.start, at).bad),
        forecast=forecast(reading.history, budget, period, burns[HOUR], at),
        balance=balance(snapshot.mark, slo.name, budget.allowed),
        windows=reading.windows,
        recent=reading.recent,
    )


def _gone_in(slo: Slo, period: Period, budget: Budget, burn: float | None, at: float) -> float | None:
    gone = exhausts_in(budget.remaining_ratio, burn, period.length)
    # A calendar budget that outlasts its period is never gone: the next one is a new one.
    return None if gone and slo.calendar is not None and at + gone > period.end else gone


def _without_reading(slo: Slo, problem: str, at: float) -> SloBoard:
    tiers = slo.tiers
    return SloBoard(
        slo=slo,
        period=slo.period(at),
        state=SloState.NO_DATA,
        counts=Counts(),
        allowed=0.0,
        remaining=None,
        projected_remaining=None,
        coverage=0.0,
        exhausts_in=None,
        burns={window: None for tier in tiers for window in (tier.short, tier.long)},
        trend="flat",
        alerts=tuple(AlertStatus(tier, None, None) for tier in tiers),
        standing=None,
        chart=(),
        split=None,
        seen_at=None,
        problem=problem,
    )


def _state(reading: Reading, budget: Budget, alerts: Iterable[AlertStatus]) -> SloState:
    firing = {status.tier.severity for status in alerts if status.firing}
    if reading.windows[_RECENT].measured <= 0:
        return SloState.NO_DATA
    if "page" in firing:
        return SloState.PAGE
    if budget.remaining_ratio is not None and budget.remaining_ratio <= 0:
        return SloState.SPENT
    if "ticket" in firing:
        return SloState.TICKET
    return SloState.QUIET if reading.windows[HOUR].eligible <= 0 else SloState.OK


def _trend(recent: float | None, hour: float | None) -> Trend:
    if recent is None or hour is None or abs(recent - hour) <= _TREND_BAND * max(hour, 1.0):
        return "flat"
    return "up" if recent > hour else "down"


def _urgency(board: SloBoard) -> tuple[int, float, float, str]:
    gone = board.exhausts_in if board.exhausts_in is not None else float("inf")
    left = board.remaining if board.remaining is not None else float("inf")
    return SEVERITY.index(board.state), gone, left, board.name


def _active(fault: FaultSeen, entries: Iterable[Entry], boards: Sequence[SloBoard]) -> ActiveFault:
    entry = next((entry for entry in entries if entry.id == fault.id), None)
    if entry is None:
        return ActiveFault(fault.id, fault.kind, fault.injected)
    by_name: Mapping[str, SloBoard] = {board.name: board for board in boards}
    name = max(entry.predicted, key=lambda slo: entry.predicted[slo].mid, default=None)
    allowed = by_name[name].allowed if name is not None and name in by_name else 0.0
    planned = entry.predicted[name].mid / allowed if name and allowed > 0 else None
    return ActiveFault(
        fault.id,
        fault.kind,
        fault.injected,
        summary=entry.fault,
        operator=entry.operator,
        started=entry.started,
        planned_end=entry.planned_end,
        slo=name,
        # Every injected error is a bad event; of delayed requests only those that end up too slow are.
        cost=fault.injected / allowed if allowed > 0 and fault.kind == "error" else None,
        planned_cost=planned,
    )
