"""Carrying out a timetable: begin what is due, skip what is missed or closed, stop when asked, say how it went."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chaos.schedule.child import Child
from chaos.schedule.forecast import closed_by
from chaos.schedule.spending import Spending
from chaos.schedule.timetable import Agenda, Run, Timetable
from chaos.spend.interrupt import Interrupt
from chaos.spend.progress import Talk
from chaos.spend.quote import Quote
from slotui.clock import Clock, Steady, now
from slotui.core.blackout import Blackout
from slotui.core.entry import Entry
from slotui.core.plain import clean
from slotui.duration import rough
from slotui.errors import SlotuiError, StoppedByPerson, StoreError, UsageError
from slotui.ledger.operator import operator
from slotui.ledger.store import Ledger

_LOOK_EVERY = 1.0
"""Seconds between looks at the clocks: short enough to see one that was set, and long enough to cost nothing."""

_LOOK_AT_CHILDREN_EVERY = 0.2

Start = Callable[[Run, str], Child]
"""Begins a run; the second argument is the id that its entry in the ledger will have."""

Price = Callable[[Run], Quote]
"""What a run would cost if it began now."""


@dataclass(frozen=True, slots=True)
class _Going:
    run: Run
    entry: str
    child: Child
    quote: Quote | None


class Life:
    """One timetable from its start to its end. `blackouts` are those of the policy.

    Use it in the main thread: it listens to signals.
    """

    def __init__(
        self,
        timetable: Timetable,
        blackouts: Sequence[Blackout],
        start: Start,
        price: Price,
        ledger: Ledger,
        talk: Talk,
        clock: Clock = now,
    ) -> None:
        self._timetable = timetable
        self._blackouts = blackouts
        self._start = start
        self._price = price
        self._ledger = ledger
        self._talk = talk
        self._wall = clock
        self._steady = Steady(clock)
        self._agenda = Agenda(timetable, self._steady())
        self._spending = Spending()
        self._going: list[_Going] = []
        self._id = secrets.token_hex(3)
        self._begun = self._skipped = self._stops = 0
        self._failures: list[int] = []
        self._halted = False

    def live(self) -> int:
        """Carry it out; the exit code of the first run that did not end as planned, else 0.

        Raises `StoppedByPerson` when asked to stop, or when a run was halted, once the faults are over and accounted.
        """
        with Interrupt() as interrupt:
            while True:
                self._look_after_children()
                self._pass_on(interrupt.asked + self._halted)
                if not self._stops:
                    self._begin_what_is_due()
                if not self._going and (self._stops or self._ahead() is None):
                    break
                interrupt.wait(self._until_next_look())
        self._talk.say(self._summary())
        if self._stops:
            raise StoppedByPerson("the timetable was stopped; no fault of it is on any more")
        return self._failures[0] if self._failures else 0

    def _pass_on(self, asked: int) -> None:
        """Every wish to stop, to every run that goes on."""
        for _ in range(self._stops, asked):
            for going in self._going:
                going.child.stop()
        self._stops = max(self._stops, asked)

    def _ahead(self) -> tuple[Run, float] | None:
        return self._agenda.next(self._wall(), self._steady())

    def _until_next_look(self) -> float:
        if self._going:
            return _LOOK_AT_CHILDREN_EVERY
        ahead = self._ahead()
        if ahead is None:
            return 0.0
        run, left = ahead
        self._talk.passing(f"next: {run.name} in {rough(max(0.0, left))}")
        return min(_LOOK_EVERY, left)

    def _begin_what_is_due(self) -> None:
        for missed in self._agenda.missed(self._wall(), self._steady()):
            busy = self._going and not self._timetable.overlap
            why = f"{self._going[0].run.name} was not over by then" if busy else "its time went by unattended"
            self._skip(missed.first, missed.name, why, missed.last.number - missed.first.number + 1)
        if self._going and not self._timetable.overlap:
            return
        for run in self._agenda.due(self._wall(), self._steady()):
            self._begin(run)

    def _begin(self, run: Run) -> None:
        try:
            quote = self._price(run) if self._is_weighed(run) else None
            why = closed_by(self._timetable, self._blackouts, run, self._wall(), quote)
            why = why or self._spending.no_room(self._timetable, run.routine, quote.plans if quote else None)
            if why is None:
                self._begun += 1
                entry = f"{self._id}-{self._begun}"
                self._talk.say(f"{run.name} begins")
                self._going.append(_Going(run, entry, self._start(run, entry), quote))
        except SlotuiError as error:
            why = error.what
        if why is not None:
            self._skip(run, run.name, why)

    def _is_weighed(self, run: Run) -> bool:
        """Whether its price has to be known here; the run itself is priced again, for its own guards."""
        caps = (self._timetable.cap, run.routine.cap)
        return bool(self._timetable.blackouts or self._blackouts) or any(cap is not None for cap in caps)

    def _look_after_children(self) -> None:
        for going in tuple(self._going):
            code = going.child.exit_code()
            if code is None:
                continue
            self._going.remove(going)
            self._account(going)
            if code:
                self._talk.say(f"{going.run.name} ended with exit {code}")
                self._failures.append(code)
            # Who halts a fault does not want the next one either.
            self._halted = self._halted or (code == StoppedByPerson.exit_code and not self._stops)

    def _account(self, going: _Going) -> None:
        """What the run cost, by the ledger; where that is not measured, the upper end of what was predicted."""
        try:
            entry = self._ledger.find(going.entry)
        except UsageError:
            return  # it was refused before there was anything to write down
        except StoreError as error:
            self._talk.say(f"what {going.run.name} cost cannot be read, and counts as predicted: {error.what}")
            entry = None
        for plan in (going.quote and going.quote.plans) or ():
            price = plan.price
            if price.share is None or not price.allowed or (entry and entry.ending == "refused"):
                continue
            seen = entry.observed.get(price.slo) if entry else None
            share = price.share.high if seen is None else seen / price.allowed
            self._spending.add(going.run.routine, price.slo, share)

    def _skip(self, run: Run, name: str, why: str, count: int = 1) -> None:
        """Say it, and write it down."""
        self._skipped += count
        self._talk.say(f"{name} skipped: {why}")
        at = self._wall()
        entry = Entry(
            id=secrets.token_hex(4),
            kind="note",
            slos=(),
            operator=operator(),
            reason=clean(f"schedule {self._timetable.name}: {name} skipped: {why}"),
            fault=clean(run.routine.name),
            started=at,
            ended=at,
            ending="skipped",
        )
        try:
            self._ledger.open_entry(entry)
        except StoreError as error:
            self._talk.say(f"that could not be written down: {error.what}")

    def _summary(self) -> str:
        runs = f"{self._begun} run{'s' if self._begun != 1 else ''}"
        other = f", {len(self._failures)} of them not as planned" if self._failures else ""
        return f"{runs}{other}, {self._skipped} skipped"
