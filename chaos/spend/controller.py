"""Holding a lease from the intent in the ledger to the measured cost, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from time import monotonic
from typing import Literal

from chaos.faults.kinds import LeaseRequest
from chaos.plane.lease import UnknownLease
from chaos.spend import alive
from chaos.spend.client import ControlPlane, LeaseEnded, LeaseSeen, TargetUnreachable
from chaos.spend.interrupt import Interrupt
from chaos.spend.measure import observed_cost
from chaos.spend.tripwire import Tripwire
from slotui.clock import Clock, Steady, now
from slotui.core.entry import Entry
from slotui.duration import rough
from slotui.errors import RefusedError, SlotuiError, StoreError, UsageError
from slotui.ledger.store import Ledger
from slotui.source.base import Source

RENEW_EVERY = 1.0
"""Seconds; the service lets go after five."""

_LONGEST_READ = 1.5
"""Seconds that a look at the metrics may take while a lease waits to be renewed."""

_LARGEST_STEP = 2.0
"""Seconds by which the clock may be set during a spend: what keeps it right moves it by less."""

Ending = Literal["expired", "stopped", "halted", "guard", "lost", "refused"]
"""`guard`: a tripwire ended it. The others are the service's word for it, or a person's."""
Progress = Callable[[LeaseSeen], None]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The closed entry, the service's last account of the lease, and why it ended.

    `settled` is False when somebody did not wait for the metrics: the cost is then at least what was observed.
    """

    entry: Entry
    lease: LeaseSeen | None
    ending: Ending
    why: str
    settled: bool = True


@dataclass(frozen=True, slots=True)
class _End:
    lease: LeaseSeen
    ending: Ending
    why: str


class Controller:
    """Spends one entry. `runner` runs the source's coroutines; the lease is renewed between them.

    `slice_seconds` is the longest slice of the SLOs that are spent from: it is judged when it ends.
    """

    def __init__(
        self,
        control: ControlPlane,
        ledger: Ledger,
        source: Source,
        runner: asyncio.Runner,
        *,
        tripwire: Tripwire,
        progress: Progress,
        say: Say,
        slice_seconds: float = 0.0,
        clock: Clock = now,
    ) -> None:
        self._control = control
        self._ledger = ledger
        self._source = source
        self._runner = runner
        self._tripwire = tripwire
        self._progress = progress
        self._say = say
        self._settles_in = source.settle + slice_seconds
        self._clock = Steady(clock)

    def spend(self, entry: Entry, request: LeaseRequest) -> Outcome:
        """Write the intent, hold the lease, measure, close the entry.

        Raises what the service said when it refused the lease; the refusal is in the ledger then. Raises
        RefusedError when the ledger cannot be written: no fault starts before its intent is on the disk.
        """
        with Interrupt() as interrupt, self._held(entry):
            try:
                lease = self._control.grant(request)
            except SlotuiError:
                self._let_go(request.id)
                self._ledger.close_entry(entry.id, ended=self._clock(), injected=0, observed={}, ending="refused")
                raise
            started = self._clock()
            end = self._hold(lease, request, started, interrupt)
            ended = self._ended_at(end.lease)
            # Requests that were delayed at the end are answered, and counted, after it.
            counted = max(ended, started) + _slowest(request)
            settled = self._settle(counted, interrupt)
            observed = self._observed(entry, started, counted, end)
            if end.lease.ending is None:
                end = self._asked_again(end)
                ended = min(ended, self._ended_at(end.lease))
            # The last count before a line went dead is too low to reconcile anything with.
            injected = None if end.lease.ending is None else end.lease.injected
            self._ledger.close_entry(entry.id, ended=ended, injected=injected, observed=observed, ending=end.ending)
        closed = replace(entry, ended=ended, injected=injected, observed=observed, ending=end.ending)
        return Outcome(closed, end.lease, end.ending, end.why, settled)

    def _ended_at(self, lease: LeaseSeen) -> float:
        return self._clock() - (lease.ended_ago or 0.0)

    def _asked_again(self, end: _End) -> _End:
        """The end with the service's last account of the lease, if it can be had by now."""
        try:
            return replace(end, lease=self._control.release(end.lease.id))
        except SlotuiError:
            return replace(end, why=f"{end.why}; at least {end.lease.injected} were injected")

    @contextmanager
    def _held(self, entry: Entry) -> Iterator[None]:
        """The entry, written down and held for the time of the block."""
        with ExitStack() as stack:
            try:
                stack.enter_context(alive.holding(self._ledger.path, entry.id))
                self._look()
                self._ledger.open_entry(entry)
            except StoreError as error:
                raise RefusedError(f"refused: no fault without a ledger: {error.what}", fix=error.fix) from error
            yield

    def _hold(self, lease: LeaseSeen, request: LeaseRequest, started: float, interrupt: Interrupt) -> _End:
        """Renew until the time is up, somebody or a guard stops it, or the service is gone."""
        heard = looked = monotonic()
        self._begin(started)
        self._progress(lease)
        while True:
            if interrupt.wait(min(RENEW_EVERY, lease.seconds_left + 0.01)):
                return self._released(lease, "stopped", "stopped by a signal")
            try:
                lease = self._control.renew(request.id)
            except LeaseEnded as over:
                return _ended(over.lease)
            except UnknownLease:
                return _End(lease, "lost", "the service restarted: it knows no such lease any more")
            except (TargetUnreachable, UsageError) as error:
                if monotonic() - heard >= request.renew_within:
                    return _End(lease, "lost", error.what)
                continue
            heard = monotonic()
            why = self._tripwire.heard(lease, self._clock())
            self._progress(lease)
            why = why or self._clock_was_set()
            if why is None and monotonic() - looked >= self._source.every:
                looked = monotonic()
                why = self._watch()
            if why is not None:
                return self._released(lease, "guard", why)

    def _clock_was_set(self) -> str | None:
        """Why the spend ends when the clock of this machine no longer fits the metrics' own."""
        step = self._clock.step()
        if abs(step) <= _LARGEST_STEP:
            return None
        return f"the clock was set {'forward' if step > 0 else 'back'} by {rough(abs(step))}: nobody can tell the cost"

    def _begin(self, started: float) -> None:
        try:
            self._runner.run(asyncio.wait_for(self._tripwire.begin(started), _LONGEST_READ))
        except (SlotuiError, TimeoutError):
            return  # what was usual is known from the price, if less well

    def _watch(self) -> str | None:
        """Look at the metrics; why the spend has to end, if it has to."""
        try:
            return self._runner.run(asyncio.wait_for(self._watched(), _LONGEST_READ))
        except (SlotuiError, TimeoutError):
            return self._tripwire.blind(self._clock())

    async def _watched(self) -> str | None:
        return await self._tripwire.looked(await self._source.read(), self._clock())

    def _released(self, lease: LeaseSeen, ending: Ending, why: str) -> _End:
        try:
            final = self._control.release(lease.id)
        except (UnknownLease, TargetUnreachable, UsageError) as error:
            self._say(f"could not release the lease ({error.what}): it ends by itself")
            return _End(lease, ending, why)
        return _End(final, ending, why) if final.ending == "released" else _ended(final)

    def _let_go(self, lease_id: str) -> None:
        """After a grant whose answer was lost, the lease may be on all the same."""
        try:
            self._control.release(lease_id)
        except SlotuiError:
            return  # unreachable or unknown: either way it is over in `renew_within`

    def _settle(self, counted: float, interrupt: Interrupt) -> bool:
        """Wait until the source has surely counted the last request; False if somebody would not wait."""
        until = counted + self._settles_in
        left = max(0.0, until - self._clock())
        self._say(f"fault over; measuring in {left:.0f} s, when the metrics have settled (Ctrl-C: now)")
        self._look()
        while (left := until - self._clock()) > 0:
            if interrupt.wait(min(left, self._source.every)):
                return False
            self._look()
        return True

    def _look(self) -> None:
        """A source that scrapes by itself sees only what it looks at; the others do not mind."""
        try:
            self._runner.run(asyncio.wait_for(self._source.read(), _LONGEST_READ))
        except (SlotuiError, TimeoutError):
            return  # the lease matters more; the cost is measured after it

    def _observed(self, entry: Entry, started: float, ended: float, end: _End) -> dict[str, float]:
        if (why := self._clock_was_set()) is not None:
            self._say(f"the cost stays unknown: {why}")
            return {}
        others = tuple(other for other in self._ledger.entries() if other.id != entry.id and other.spends)
        try:
            self._runner.run(self._source.read())
            # Whoever was frozen did not look either: the next look is the one now, and it spans all that time.
            until = self._clock() if end.ending == "lost" else ended + self._settles_in
            return self._runner.run(observed_cost(self._source, entry.slos, started, ended, others, until=until))
        except SlotuiError as error:
            self._say(f"the cost stays unknown: {error.what}")
            return {}


def _slowest(request: LeaseRequest) -> float:
    """The longest delay of the faults, in seconds."""
    return max(fault.longest for fault in request.faults)


def _ended(lease: LeaseSeen) -> _End:
    match lease.ending:
        case "expired":
            return _End(lease, "expired", "its time was up")
        case "halted":
            return _End(lease, "halted", "halted by somebody else")
        case "released":
            return _End(lease, "halted", "released by somebody else")
    return _End(lease, "lost", "the service heard nothing from here for too long, and ended the fault")
