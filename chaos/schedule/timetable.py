"""A timetable of faults, and what of it is due. Pure: every clock is told."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from itertools import count, islice, pairwise, takewhile
from math import inf

from chaos.spend.order import Order
from slotui.core.blackout import Blackout
from slotui.core.cron import Cron

GRACE = 30.0
"""Seconds that a run may begin late, as after one that took a little longer; later than that it is missed."""


@dataclass(frozen=True, slots=True)
class Offsets:
    """Seconds since the start of the timetable: `first`, and from then on `every` so many, if it comes again."""

    first: float
    every: float | None = None

    def after_start(self) -> Iterator[float]:
        """Every offset, the first one first."""
        if self.every is None:
            return iter((self.first,))
        step = self.every
        return (self.first + index * step for index in count())


@dataclass(frozen=True, slots=True)
class Until:
    """No run begins from here on: so many seconds after the start, or at a moment (UTC seconds)."""

    seconds: float = inf
    moment: float = inf

    def at(self, start: float) -> float:
        """The moment, for a timetable that starts at `start`."""
        return min(start + self.seconds, self.moment)


ALWAYS = Until()


@dataclass(frozen=True, slots=True)
class Routine:
    """One entry of a timetable: when, which fault, how often, for how much of the budget at most.

    `words` are the options of `chaos inject` as they were written, `order` what they mean. Each run begins up to
    `jitter` seconds late, by chance. `cap` is a share of each SLO's full-window budget, over the timetable's life.
    """

    name: str
    when: Offsets | Cron
    order: Order
    words: Mapping[str, str]
    jitter: float = 0.0
    most: int | None = None
    until: Until = ALWAYS
    cap: float | None = None

    def times(self, start: float, seed: int) -> Iterator[float]:
        """When its runs are due, in UTC seconds, for a timetable that starts at `start`; the same for the same seed."""
        end = self.until.at(start)
        return islice(takewhile(lambda due: due < end, self._shaken(start, seed)), self.most)

    def _shaken(self, start: float, seed: int) -> Iterator[float]:
        for base, following in pairwise(self._bases(start)):
            # Chance hangs on the time itself, so that a second start of the file draws the same; a run never
            # comes after the one that follows it.
            key = base if isinstance(self.when, Cron) else base - start
            chance = random.Random(f"{seed} {self.name} {key:.3f}").random()
            yield base + chance * min(self.jitter, following - base)

    def _bases(self, start: float) -> Iterator[float]:
        """The times as written, and infinity after the last."""
        if isinstance(self.when, Cron):
            yield from self.when.after(start)
        else:
            yield from (start + offset for offset in self.when.after_start())
        yield inf


@dataclass(frozen=True, slots=True)
class Timetable:
    """Routines, and what holds for all of them. `seed` is that of the jitter; `cap` as in a routine, for all runs."""

    name: str
    routines: tuple[Routine, ...]
    seed: int = 0
    cap: float | None = None
    overlap: bool = False
    until: Until = ALWAYS
    blackouts: tuple[Blackout, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a routine: its `number` from 1, and when it is `due` (UTC seconds)."""

    routine: Routine
    number: int
    due: float

    @property
    def name(self) -> str:
        """`payments #3`."""
        return f"{self.routine.name} #{self.number}"

    @property
    def seconds(self) -> float:
        """How long its fault lasts."""
        return self.routine.order.seconds


@dataclass(frozen=True, slots=True)
class Missed:
    """Runs of one routine, in a row, whose time went by."""

    first: Run
    last: Run

    @property
    def name(self) -> str:
        """`payments #3`, or `payments #3-#8`."""
        return self.first.name if self.first == self.last else f"{self.first.name}-#{self.last.number}"


def runs(timetable: Timetable, start: float) -> Iterator[Run]:
    """Every run of a timetable that starts at `start` (UTC seconds), soonest first."""
    return merge(*(_runs_of(routine, timetable, start) for routine in timetable.routines), key=lambda run: run.due)


class Agenda:
    """What of a timetable is still to come. It is asked again and again what is due; what it told, it forgets.

    Cron times are held against the `wall` clock. Offsets are held against a `steady` one, which reads the same at
    the start and which no setting of the clock moves.
    """

    def __init__(self, timetable: Timetable, start: float) -> None:
        self._overlap = timetable.overlap
        self._coming = [_Coming(_runs_of(routine, timetable, start)) for routine in timetable.routines]

    def missed(self, wall: float, steady: float) -> list[Missed]:
        """The runs whose time went by: more than GRACE late, or overtaken by the next run of their routine."""
        found = (coming.missed(_clock_of(coming, wall, steady)) for coming in self._coming)
        return [one for one in found if one is not None]

    def due(self, wall: float, steady: float) -> list[Run]:
        """The runs to begin now; one at a time, the one that has waited longest, unless they may overlap."""
        ready = [
            (coming.head.due - at, coming)
            for coming in self._coming
            if coming.head is not None and coming.head.due <= (at := _clock_of(coming, wall, steady))
        ]
        ready.sort(key=lambda one: one[0])
        return [run for _, coming in ready[: None if self._overlap else 1] if (run := coming.pop()) is not None]

    def next(self, wall: float, steady: float) -> tuple[Run, float] | None:
        """The next run and the seconds until then; None when the timetable is through."""
        ahead = [
            (coming.head.due - _clock_of(coming, wall, steady), coming.head)
            for coming in self._coming
            if coming.head is not None
        ]
        if not ahead:
            return None
        left, run = min(ahead, key=lambda one: one[0])
        return run, left


class _Coming:
    """The runs of one routine that are still to come."""

    def __init__(self, runs: Iterator[Run]) -> None:
        self._runs = runs
        self.head = next(runs, None)
        self._after = next(runs, None)

    def pop(self) -> Run | None:
        taken, self.head, self._after = self.head, self._after, next(self._runs, None)
        return taken

    def missed(self, at: float) -> Missed | None:
        first = last = None
        while self.head is not None and self._went_by(self.head, at):
            last = self.pop()
            first = first or last
        return Missed(first, last) if first is not None and last is not None else None

    def _went_by(self, head: Run, at: float) -> bool:
        return at - head.due > GRACE or (self._after is not None and self._after.due <= at)


def _clock_of(coming: _Coming, wall: float, steady: float) -> float:
    return wall if coming.head is not None and isinstance(coming.head.routine.when, Cron) else steady


def _runs_of(routine: Routine, timetable: Timetable, start: float) -> Iterator[Run]:
    end = timetable.until.at(start)
    due = takewhile(lambda at: at < end, routine.times(start, timetable.seed))
    return (Run(routine, number, at) for number, at in enumerate(due, 1))
