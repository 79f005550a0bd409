"""The bank account of one SLO: what there was, what was spent by whom, what came back, and what is left.

Amounts are bad events. They add up: opening + granted + rolled off − spent is what is left, to the event.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from slotui.core.board import SloBoard
from slotui.core.entry import EXCLUSIONS, PLANNED, Entry
from slotui.core.forecast import RollOff
from slotui.core.hindsight import burning
from slotui.core.standing import budget_of
from slotui.core.timeline import Timeline
from slotui.duration import HOUR, MINUTE

PostingKind = Literal["planned", "incident", "unclaimed", "mark"]
Interval = tuple[float, float]
"""`(start, end]` in UTC seconds."""

_WORTH_CLAIMING = 0.01
"""A stretch that cost less than 1 % of the budget is left among the rest."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One line: what `(start, end]` cost, and how much of that lies in what is excluded.

    An entry's cost is what was measured when it ended, or the record's count where nobody did (`measured` is
    off). A stretch that burned and that no entry stands for is `unclaimed`, and has none. A `mark` costs nothing.
    """

    kind: PostingKind
    start: float
    end: float
    bad: float = 0.0
    excluded: float = 0.0
    entry: Entry | None = None
    measured: bool = True


@dataclass(frozen=True, slots=True)
class Spending:
    """Bad events by who answers for them."""

    planned: float
    incident: float
    unexplained: float

    @property
    def total(self) -> float:
        """All of them."""
        return self.planned + self.incident + self.unexplained


@dataclass(frozen=True, slots=True)
class Account:
    """The account of `slo` in `(start, at]`; `allowed` bad events are the present budget.

    `granted` is what the budget grew by since `start`, with its traffic; `rolled_off` is what left the window since.
    `rest` was spent too slowly, or in pieces too small, to be a stretch. `kept` is the spending without what is
    excluded, and `ahead` the largest bad stretches that will leave the window.
    """

    slo: SloBoard
    start: float
    at: float
    allowed: float
    opening: float
    granted: float
    rolled_off: float
    postings: tuple[Posting, ...]
    rest: float
    spent: Spending
    kept: Spending
    ahead: tuple[RollOff, ...] = ()

    @property
    def left(self) -> float:
        """Bad events left to spend; negative: overspent."""
        return self.opening + self.granted + self.rolled_off - self.spent.total

    @property
    def left_without(self) -> float:
        """The same, if what is excluded had never been spent."""
        return self.left + self.spent.total - self.kept.total

    @property
    def unclaimed(self) -> tuple[Posting, ...]:
        """The stretches that nobody claimed, oldest first."""
        return tuple(posting for posting in self.postings if posting.kind == "unclaimed")


def account(slo: SloBoard, line: Timeline, entries: Sequence[Entry], at: float, since: float | None) -> Account | None:
    """The account at `at`, from the record of its counts: of the whole window, or of what happened `since`.

    A whole window opens with all that is allowed; of a calendar window nothing before the present period counts.
    None without a budget, as without eligible events.
    """
    if slo.allowed <= 0:
        return None
    start = slo.period.start if since is None else since
    opening, granted, rolled_off, before = slo.allowed, 0.0, 0.0, 0.0
    if slo.slo.calendar is not None:
        start = max(start, slo.period.start)
    if since is not None and start != slo.period.start:
        period = slo.slo.period(start)
        then = budget_of(slo.slo, period, line.between(period.start, start), start)
        before, opening, granted = then.counts.bad, then.allowed - then.counts.bad, slo.allowed - then.allowed
        rolled_off = line.between(period.start, slo.period.start).bad
    spent = slo.counts.bad - before + rolled_off
    own = [entry for entry in entries if entry.concerns(slo.name) and entry.started < at]
    excluded = _within(((entry.started, entry.ended or at) for entry in own if entry.kind in EXCLUSIONS), start, at)
    postings = [found for entry in own if (found := _posting(entry, slo.name, line, start, at, excluded)) is not None]
    postings += _unclaimed(slo, line, own, start, at, excluded)
    planned = sum(posting.bad for posting in postings if posting.kind == "planned")
    incident = sum(posting.bad for posting in postings if posting.kind == "incident")
    whole = Spending(planned, incident, spent - planned - incident)
    return Account(
        slo=slo,
        start=start,
        at=at,
        allowed=slo.allowed,
        opening=opening,
        granted=granted,
        rolled_off=rolled_off,
        postings=tuple(sorted(postings, key=lambda posting: posting.start)),
        rest=spent - sum(posting.bad for posting in postings),
        spent=whole,
        kept=_kept(whole, postings, _bad(line, excluded)),
        ahead=slo.forecast.roll_offs if slo.forecast is not None else (),
    )


def uncovered(start: float, end: float, entries: Iterable[Entry], slo: str) -> list[Interval]:
    """The parts of `(start, end]` that no entry about the SLO stands for yet.

    >>> drill = Entry("a1", "drill", ("shop",), "kim", "", "", started=10, ended=20)
    >>> uncovered(0, 30, [drill], "shop"), uncovered(0, 30, [drill], "search")
    ([(0, 10), (20, 30)], [(0, 30)])
    """
    free, left = [], start
    taken = ((entry.started, entry.ended or end) for entry in entries if entry.spends and entry.concerns(slo))
    for first, last in _within(taken, start, end):
        if first > left:
            free.append((left, first))
        left = last
    return [*free, (left, end)] if left < end else free


def _posting(
    entry: Entry, slo: str, line: Timeline, start: float, at: float, excluded: Sequence[Interval]
) -> Posting | None:
    """What an entry is on the account; None for what was over before it begins."""
    ended = at if entry.ended is None else min(entry.ended, at)
    if not entry.spends:
        return Posting("mark", entry.started, ended, entry=entry) if entry.started >= start else None
    inside = _within([(entry.started, ended)], start, at)
    if not inside:
        return None
    counted, known = _bad(line, inside), entry.observed.get(slo)
    # Of a cost that was measured as a whole, the part on this account is what the record says that it is.
    whole = line.between(entry.started, ended).bad
    part = counted / whole if whole > 0 else 1.0
    bad = counted if known is None else known * part
    apart = _bad(line, [cut for left, right in inside for cut in _within(excluded, left, right)])
    share = apart / counted if counted > 0 else 0.0
    kind: PostingKind = "planned" if entry.kind in PLANNED else "incident"
    return Posting(kind, entry.started, ended, bad, bad * share, entry, measured=known is not None)


def _unclaimed(
    slo: SloBoard, line: Timeline, entries: Sequence[Entry], start: float, at: float, excluded: Sequence[Interval]
) -> Iterator[Posting]:
    """The stretches in which the budget burned, less what an entry stands for."""
    target, least = slo.slo.target, _WORTH_CLAIMING * slo.allowed
    for first, last in burning(line, target, line.trailing_ratios(HOUR)):
        for free in uncovered(max(first, start), min(last, at), entries, slo.name):
            for found in _stretches(line, target, free, least):
                yield Posting("unclaimed", *found, line.between(*found).bad, _bad(line, _within(excluded, *found)))


def _stretches(line: Timeline, target: float, bounds: Interval, least: float) -> Iterator[Interval]:
    """What cost `least` bad events or more: the core of a stretch, and apart from it what smouldered on beside."""
    if line.between(*bounds).bad < least:
        return
    core = _core(line, target, bounds)
    if core is None or line.between(*core).bad < least:
        return
    yield core
    for left, right in ((bounds[0], core[0]), (core[1], bounds[1])):
        if left < right:
            yield from _stretches(line, target, (left, right), least)


def _core(line: Timeline, target: float, bounds: Interval) -> Interval | None:
    """From the first step that burned faster than 1x, and than half the mean, to the last; in whole minutes."""
    start, end = bounds
    threshold = max(1 - target, (line.between(start, end).error_ratio or 0.0) / 2)
    fast = []
    for index in range(bisect_right(line.ends, start), len(line)):
        left, right = max(start, line.starts[index]), min(end, line.ends[index])
        if left >= right:
            break
        ratio = line.between(left, right).error_ratio
        if ratio is not None and ratio > threshold:
            fast.append((left, right))
    if not fast:
        return None
    first, last = math.floor(fast[0][0] / MINUTE) * MINUTE, math.ceil(fast[-1][1] / MINUTE) * MINUTE
    return max(start, float(first)), min(end, float(last))


def _kept(spent: Spending, postings: Iterable[Posting], excluded: float) -> Spending:
    """The spending without its excluded part, each share of it taken from whom it belongs to."""
    planned = incident = 0.0
    for posting in postings:
        if posting.kind == "planned":
            planned += posting.excluded
        elif posting.kind == "incident":
            incident += posting.excluded
    rest = excluded - planned - incident
    return Spending(spent.planned - planned, spent.incident - incident, spent.unexplained - rest)


def _within(intervals: Iterable[Interval], start: float, end: float) -> list[Interval]:
    """The parts inside `(start, end]`, oldest first, those that meet joined."""
    found: list[Interval] = []
    for first, last in sorted(intervals):
        left, right = max(first, start), min(last, end)
        if left >= right:
            continue
        if found and left <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], right)
        else:
            found.append((left, right))
    return found


def _bad(line: Timeline, intervals: Iterable[Interval]) -> float:
    return sum(line.between(*interval).bad for interval in intervals)
