"""Faults as leases: a fault ends by itself unless somebody keeps asking for it.

The table is pure: it is told the time by a monotonic clock (seconds), which it asks on every request, so
that ending a fault needs no timer, no thread and no controller. All of it runs in one event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from time import monotonic
from typing import Literal

from chaos.faults.kinds import DelayingFault, FailingFault, Fault, LatencyFault, LeaseRequest, SlowBodyFault, StaleFault
from chaos.faults.matching import RequestHead
from chaos.faults.sampling import Sampler, sampler
from slotui.errors import RefusedError, SlotuiError

LeaseEnding = Literal["expired", "lapsed", "released", "halted"]
"""`expired`: its time was up. `lapsed`: nobody renewed it. `released`: by its holder. `halted`: by anybody."""

KEEP_ENDED = 900.0
"""Seconds for which an ended lease still tells what it did: long enough for any scraper to see it."""

LOOK_AGAIN = 0.25
"""Seconds after which whoever waits for a fault asks whether it is still on: a long wait ends with its lease."""

_MOST_KEPT = 100


@dataclass(frozen=True, slots=True)
class Ceilings:
    """What the service grants at most, whoever asks: a rate, a length in seconds, a number of leases at a time."""

    max_rate: float = 1.0
    max_ttl: float = 6 * 3600.0
    max_active: int = 4


class UnknownLease(SlotuiError):
    """No lease of that id: never granted, long over, or the service has restarted since."""


class LeaseOver(SlotuiError):
    """The lease ended before; `lease` says how."""

    def __init__(self, lease: Lease) -> None:
        super().__init__(f"lease {lease.id} is over: {lease.ending}")
        self.lease = lease


class LeaseTaken(SlotuiError):
    """A lease of that id exists already."""


class CeilingError(RefusedError):
    """More than the service grants to anybody."""


class Dose:
    """One fault of a lease, and how often it met a request (or an update) and hit it."""

    __slots__ = ("_random", "_sampler", "fault", "injected", "matched")

    def __init__(self, fault: Fault, place: int) -> None:
        self.fault = fault
        self.matched = 0
        self.injected = 0
        # Two faults of one seed must not pick the same requests, so the place in the lease counts too.
        self._random = Random() if fault.seed is None else Random(f"{fault.seed}/{place}")
        self._sampler: Sampler = sampler(fault.mode, self._random)

    def hits(self, rate: float) -> bool:
        """Whether the fault takes a request that it matches, when its rate is `rate` now; counts it."""
        self.matched += 1
        if not self._sampler.hit(rate):
            return False
        self.injected += 1
        return True

    def seconds(self, fault: DelayingFault) -> float:
        """A delay of `fault`, drawn."""
        return fault.quantile(self._random.random()) if fault.jitter else fault.delay


class Lease:
    """A granted request. Times are of the table's monotonic clock."""

    __slots__ = ("doses", "ended", "ending", "expires", "granted", "renewed", "request")

    def __init__(self, request: LeaseRequest, now: float) -> None:
        self.request = request
        self.doses = tuple(Dose(fault, place) for place, fault in enumerate(request.faults))
        self.granted = now
        self.renewed = now
        self.expires = now + request.ttl
        self.ended: float | None = None
        self.ending: LeaseEnding | None = None

    @property
    def id(self) -> str:
        return self.request.id

    @property
    def deadline(self) -> float:
        """When it ends if nobody renews it any more."""
        return min(self.expires, self.renewed + self.request.renew_within)

    def hit_by(self, dose: Dose, now: float) -> bool:
        """Whether one of its doses takes a matching request that comes `now`."""
        return dose.hits(dose.fault.rate_at(now - self.granted, self.request.ttl))

    def end(self, at: float, how: LeaseEnding) -> None:
        self.ended, self.ending = at, how


@dataclass(frozen=True, slots=True)
class Failure:
    """What comes in place of the application's answer, and the lease it comes from."""

    fault: FailingFault
    lease: Lease


@dataclass(frozen=True, slots=True)
class Delay:
    """Seconds to wait, as long as the lease lives."""

    seconds: float
    lease: Lease


class LeaseTable:
    """The leases of one service. Every look at it ends first what has run out."""

    def __init__(self, ceilings: Ceilings, *, clock: Callable[[], float] = monotonic) -> None:
        self.ceilings = ceilings
        self.clock = clock
        self._on: dict[str, Lease] = {}
        self._over: dict[str, Lease] = {}

    @property
    def idle(self) -> bool:
        """Whether no lease is on: the cheap question that every request asks first."""
        return not self._on

    def grant(self, request: LeaseRequest) -> Lease:
        """A new lease. Raises CeilingError, or LeaseTaken for an id in use or just over."""
        now = self._sweep()
        ceilings = self.ceilings
        rate = max(fault.peak for fault in request.faults)
        if rate > ceilings.max_rate:
            raise CeilingError(f"a rate of {rate:g} is above the service's ceiling of {ceilings.max_rate:g}")
        if request.ttl > ceilings.max_ttl:
            raise CeilingError(f"{request.ttl:g} s are more than the service's ceiling of {ceilings.max_ttl:g} s")
        if len(self._on) >= ceilings.max_active:
            raise CeilingError(f"{len(self._on)} leases are on, the service's ceiling", fix="wait, or: chaos halt")
        if request.id in self._on or request.id in self._over:
            raise LeaseTaken(f"lease {request.id} exists already")
        lease = self._on[request.id] = Lease(request, now)
        return lease

    def renew(self, lease_id: str) -> Lease:
        """Keep a lease for another `renew_within`. Raises LeaseOver, UnknownLease: an end is an end."""
        now = self._sweep()
        lease = self._on.get(lease_id)
        if lease is None:
            raise LeaseOver(self._ended(lease_id))
        lease.renewed = now
        return lease

    def release(self, lease_id: str) -> Lease:
        """End a lease; one that is over already is told as it ended. Raises UnknownLease."""
        now = self._sweep()
        if lease_id not in self._on:
            return self._ended(lease_id)
        return self._end(lease_id, now, "released")

    def halt(self) -> tuple[Lease, ...]:
        """End everything."""
        now = self._sweep()
        return tuple(self._end(lease_id, now, "halted") for lease_id in tuple(self._on))

    def active(self) -> tuple[Lease, ...]:
        """The leases that are on now, oldest first."""
        self._sweep()
        return tuple(self._on.values())

    def recent(self) -> tuple[Lease, ...]:
        """The leases that ended not long ago, oldest first."""
        self._sweep()
        return tuple(self._over.values())

    def lives(self, lease: Lease) -> bool:
        """Whether this lease is on now."""
        self._sweep()
        return lease.ended is None

    def delays(self, head: RequestHead) -> list[Delay]:
        """The delays that the faults now on give to a request before it goes its way."""
        return self._drawn(head, LatencyFault)

    def slow_bodies(self, head: RequestHead) -> list[Delay]:
        """The delays that the faults now on give to the body of an answer."""
        return self._drawn(head, SlowBodyFault)

    def failure(self, head: RequestHead) -> Failure | None:
        """The first failure that the faults now on give to a request; it can fail only once."""
        now = self._sweep()
        for lease, dose in self._doses():
            fault = dose.fault
            if isinstance(fault, FailingFault) and fault.matches(head) and lease.hit_by(dose, now):
                return Failure(fault, lease)
        return None

    def withheld(self, what: str) -> Lease | None:
        """The lease of a fault that withholds an update of `what` which is due now, or None: go ahead."""
        now = self._sweep()
        for lease, dose in self._doses():
            fault = dose.fault
            if isinstance(fault, StaleFault) and fault.what == what and lease.hit_by(dose, now):
                return lease
        return None

    def _drawn(self, head: RequestHead, kind: type[DelayingFault]) -> list[Delay]:
        now = self._sweep()
        drawn = []
        for lease, dose in self._doses():
            fault = dose.fault
            if isinstance(fault, kind) and fault.matches(head) and lease.hit_by(dose, now):
                drawn.append(Delay(dose.seconds(fault), lease))
        return drawn

    def _doses(self) -> Iterator[tuple[Lease, Dose]]:
        return ((lease, dose) for lease in self._on.values() for dose in lease.doses)

    def _sweep(self) -> float:
        now = self.clock()
        for lease in tuple(self._on.values()):
            if now >= lease.deadline:
                how: LeaseEnding = "expired" if lease.deadline == lease.expires else "lapsed"
                self._end(lease.id, lease.deadline, how)
        while self._over:
            oldest = next(iter(self._over.values()))
            if len(self._over) <= _MOST_KEPT and oldest.ended is not None and now < oldest.ended + KEEP_ENDED:
                break
            del self._over[oldest.id]
        return now

    def _end(self, lease_id: str, at: float, how: LeaseEnding) -> Lease:
        lease = self._over[lease_id] = self._on.pop(lease_id)
        lease.end(at, how)
        return lease

    def _ended(self, lease_id: str) -> Lease:
        lease = self._over.get(lease_id)
        if lease is None:
            raise UnknownLease(f"no lease {lease_id}: never granted, long over, or the service has restarted since")
        return lease
