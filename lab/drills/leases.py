"""The faults of a drill in the lab, each kept on by a lease that is over within seconds if nobody renews it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from chaos.faults.kinds import LeaseRequest
from chaos.plane.lease import UnknownLease
from chaos.spend.client import LeaseEnded, LeaseSeen, TargetUnreachable
from lab.drills.doses import doses_of
from lab.drills.scenario import Fault
from slotui.errors import SlotuiError
from slotui.source.sealed import OF_A_DRILL

_WORTH_IT = 1.0
"""Seconds of a fault that have to be left for another lease."""


class Injector(Protocol):
    """What is asked of a `chaos.spend.client.ControlPlane`. Blocking: called from threads."""

    def grant(self, request: LeaseRequest) -> LeaseSeen: ...

    def renew(self, lease_id: str) -> LeaseSeen: ...

    def release(self, lease_id: str) -> LeaseSeen: ...


@dataclass(frozen=True, slots=True)
class _On:
    """A lease: of its fault, `gone` seconds were over when it was granted, at `since` on the steady clock."""

    fault: Fault
    lease: str
    gone: float
    since: float


class Leases:
    """The leases of one drill. A fault may need several: after a pause, or where one lapsed.

    `longest` is the longest one that the service grants, in seconds. `halted` is whether somebody else ended one.
    """

    def __init__(
        self,
        injector: Injector,
        drill: str,
        operator: str,
        *,
        longest: float,
        steady: Callable[[], float] = monotonic,
    ) -> None:
        self.halted = False
        self._injector = injector
        self._drill = drill
        self._operator = operator
        self._longest = longest
        self._steady = steady
        self._granted = 0
        self._on: dict[str, _On] = {}
        self._seen: dict[str, dict[str, LeaseSeen]] = {}
        # One at a time: a lease that is released while it is renewed would look as if somebody else had ended it.
        self._turn = asyncio.Lock()

    @property
    def on(self) -> frozenset[str]:
        """The names of the faults that are on, as far as is known here."""
        return frozenset(self._on)

    def seen(self) -> Mapping[str, tuple[LeaseSeen, ...]]:
        """The last account of each lease so far, by the fault's name."""
        return {name: tuple(leases.values()) for name, leases in self._seen.items()}

    async def start(self, fault: Fault, gone: float) -> None:
        """Turn a fault on of which `gone` seconds are over. Raises what the service says when it refuses."""
        async with self._turn:
            await self._grant(fault, gone)

    async def stop(self, name: str) -> None:
        """Turn the fault of that name off. Where the service is silent, it turns it off itself within five seconds."""
        async with self._turn:
            await self._release(name)

    async def stop_all(self) -> None:
        """Turn everything off."""
        async with self._turn:
            for name in tuple(self._on):
                await self._release(name)

    async def renew(self) -> None:
        """Keep on what is on; notice what somebody else has ended."""
        async with self._turn:
            for name, on in tuple(self._on.items()):
                try:
                    self._note(name, await asyncio.to_thread(self._injector.renew, on.lease))
                except LeaseEnded as over:
                    self._note(name, over.lease)
                    if over.lease.ending in ("halted", "released"):
                        del self._on[name]
                        self.halted = True
                    else:
                        await self._go_on(on)
                except UnknownLease:  # the service has restarted since
                    await self._go_on(on)
                except TargetUnreachable:
                    continue  # the next one may arrive in time

    async def _go_on(self, on: _On) -> None:
        """Another lease for what is left of a fault whose lease lapsed, or was as long as the service grants."""
        gone = on.gone + self._steady() - on.since
        if on.fault.until - on.fault.at - gone < _WORTH_IT:
            del self._on[on.fault.name]
            return
        with suppress(TargetUnreachable):  # then at the next renewal
            await self._grant(on.fault, gone)

    async def _grant(self, fault: Fault, gone: float) -> None:
        left, doses = fault.until - fault.at - gone, doses_of(fault, gone)
        if left <= 0 or not doses:
            return
        self._granted += 1
        request = LeaseRequest(
            id=f"{OF_A_DRILL}{self._drill}-{self._granted}",
            faults=list(doses),
            ttl=min(left, self._longest),
            operator=self._operator,
        )
        # Where the answer is lost the lease may be on all the same: nobody renews it.
        self._note(fault.name, await asyncio.to_thread(self._injector.grant, request))
        self._on[fault.name] = _On(fault, request.id, gone, self._steady())

    async def _release(self, name: str) -> None:
        on = self._on.pop(name, None)
        if on is None:
            return
        try:
            lease = await asyncio.to_thread(self._injector.release, on.lease)
        except SlotuiError:
            return  # unreachable or unknown: either way it is over within five seconds
        self._note(name, lease)
        self.halted = self.halted or lease.ending == "halted"

    def _note(self, name: str, lease: LeaseSeen) -> None:
        self._seen.setdefault(name, {})[lease.id] = lease
