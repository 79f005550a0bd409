"""What drills are tried on: a service that can be failed without a network, and a drill that was played."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chaos.faults.kinds import LeaseRequest
from chaos.plane.lease import Ceilings, Lease, LeaseOver, LeaseTable
from chaos.spend.client import About, LeaseEnded, LeaseSeen, Tally, TargetUnreachable
from lab.drills.record import Line, Record, Sample
from lab.drills.scenario import (
    Deploy,
    ExpectedAlert,
    Fault,
    Hint,
    Message,
    Par,
    Remedy,
    RightDecision,
    RightHypothesis,
    Scenario,
    World,
)
from lab.drills.tape import Event


@dataclass
class Service:
    """A real table of leases on a clock of its own, spoken to as over the wire."""

    now: float = 1000.0
    up: bool = True
    closed: bool = False
    asked: list[LeaseRequest] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.table = LeaseTable(Ceilings(max_ttl=400.0), clock=lambda: self.now)

    def about(self) -> About:
        return About("lab", "checkout", self.table.ceilings)

    def leases(self) -> tuple[LeaseSeen, ...]:
        return tuple(map(self._told, (*self.table.active(), *self.table.recent())))

    def close(self) -> None:
        self.closed = True

    def grant(self, request: LeaseRequest) -> LeaseSeen:
        self.asked.append(request)
        return self._answer(lambda: self.table.grant(request))

    def renew(self, lease_id: str) -> LeaseSeen:
        return self._answer(lambda: self.table.renew(lease_id))

    def release(self, lease_id: str) -> LeaseSeen:
        return self._answer(lambda: self.table.release(lease_id))

    def meet(self, requests: int) -> None:
        """So many requests come in."""
        for lease in self.table.active():
            for dose in lease.doses:
                dose.matched += requests
                dose.injected += requests

    @property
    def on(self) -> list[str]:
        return [lease.id for lease in self.table.active()]

    def _answer(self, ask: Callable[[], Lease]) -> LeaseSeen:
        if not self.up:
            raise TargetUnreachable("nobody there")
        try:
            return self._told(ask())
        except LeaseOver as over:
            raise LeaseEnded(str(over), self._told(over.lease)) from over

    def _told(self, lease: Lease) -> LeaseSeen:
        tallies = tuple(Tally(dose.fault.kind, "*", None, dose.matched, dose.injected) for dose in lease.doses)
        injected = sum(tally.injected for tally in tallies)
        ended = None if lease.ended is None else self.now - lease.ended
        return LeaseSeen(
            lease.id, lease.request.operator, tallies, injected, injected, lease.expires - self.now, lease.ending, ended
        )


@pytest.fixture
def service() -> Service:
    """Nothing is on at it yet."""
    return Service()


CHECKOUT, PAYMENT, LATENCY = "checkout-availability", "payment-availability", "checkout-latency"
STARTS = datetime(2026, 3, 3, 12, 13, 20, tzinfo=UTC).timestamp()
SCENARIO = Scenario(
    name="lunch",
    title="Tuesday, lunch time",
    teaches="fast burn",
    objective="To page within minutes, and to blame no bystander.",
    brief="It is noon, and the shop is full.",
    roles=("on-call", "facilitator"),
    lasts=1500,
    speed=10,
    real_time=True,
    world=World(STARTS, 50, 38 * 86400),
    faults=(Fault("processor", 180, 1500, "payment", failing=0.4, ended_by=("fail-over-payment",)),),
    blindness=(),
    messages=(Message(240, "support", "Four calls in two minutes."),),
    deploys=(Deploy(60, "checkout 2026.03.1"),),
    alerts=(ExpectedAlert(CHECKOUT, "page_1h_5m", 400), ExpectedAlert(CHECKOUT, "page_6h_30m", 1400)),
    hypotheses=(RightHypothesis((CHECKOUT, PAYMENT), "payment"),),
    decisions=(RightDecision("page", CHECKOUT),),
    remedies=(Remedy("fail-over-payment", "the second processor", 120), Remedy("restart-cart", "cart anew", 60)),
    par=Par(120, 180, 240, 300, 540, 0.2),
    hints=(Hint("look at payment", 4),),
    questions=("Which number told you first?",),
)
UNTOUCHED = (
    Event(0, "started", "machine"),
    Event(60, "deploy", "machine", choice="checkout 2026.03.1"),
    Event(180, "fault-on", "machine", choice="processor"),
    Event(240, "message", "support", text="Four calls in two minutes."),
    Event(290, "alert", "machine", CHECKOUT, "page_1h_5m"),
)
BY_THE_BOOK = (
    *UNTOUCHED,
    Event(330, "acknowledge", "kim", CHECKOUT, policy="healthy"),
    Event(400, "hypothesis", "kim", PAYMENT, "payment", policy="healthy"),
    Event(420, "decision", "kim", CHECKOUT, "page", policy="caution"),
    Event(450, "mitigation", "kim", choice="fail-over-payment"),
    Event(460, "communication", "kim", text="Payments go through the second processor."),
    Event(570, "remedy-done", "machine", choice="fail-over-payment", text="the second processor"),
    Event(570, "fault-off", "kim", choice="processor", text="fail-over-payment"),
    Event(700, "recovered", "machine", CHECKOUT, "processor", value=520),
    Event(701, "recovered", "machine", PAYMENT, "processor", value=521),
    Event(760, "quiet", "machine", CHECKOUT, "page_1h_5m"),
    Event(800, "done", "kim"),
    Event(800, "ended", "machine", choice="done"),
)
BILL = (
    Line(CHECKOUT, 0.999, 130000, 0.9, 0.75, (25000, 26400, 27800), 19480, 19510, 30),
    Line(PAYMENT, 0.9995, 65000, 0.8, 0.5, (25000, 26400, 27800), 19480, 19490, 12),
    Line(LATENCY, 0.95, 6500000, 0.97, 0.97, None, None, None, 40),
)


def _sample(at: float) -> Sample:
    """Curves that fall straight while the fault is on; the metrics of checkout have a gap of half a minute."""
    done, on = max(0.0, min(1.0, (at - 180) / 390)), 180 < at < 570
    gap = 300 <= at <= 320
    return Sample(
        at,
        {CHECKOUT: None if gap else 0.9 - 0.15 * done, PAYMENT: 0.8 - 0.3 * done, LATENCY: 0.97},
        {CHECKOUT: None if gap else 400.0 if on else 0.2, PAYMENT: 800.0 if on else 0.3, LATENCY: 0.3},
    )


def _record(events: tuple[Event, ...], fields: Mapping[str, Any]) -> Record:
    record = Record(
        id="20260303-121320-lunch-c0de",
        scenario=SCENARIO,
        player="kim",
        team="payments",
        played=STARTS + 86400,
        starts=STARTS,
        clock="virtual",
        speed=10,
        commitment="c" * 64,
        salt="5a17",
        events=events,
        samples=tuple(_sample(float(at)) for at in range(0, 801, 10)),
        bill=BILL,
    )
    scenario = fields.get("scenario", {})
    return replace(record, **{**fields, "scenario": replace(SCENARIO, **scenario)})


Played = Callable[..., Record]


@pytest.fixture
def played() -> Played:
    """A record of a drill that was played by the book, with `more` events, without those that are `less`, and with
    other `scenario` fields or fields of the record."""

    def make(*more: Event, less: Callable[[Event], bool] = lambda _: False, **fields: Any) -> Record:
        kept = (event for event in BY_THE_BOOK if not less(event))
        return _record(tuple(sorted((*kept, *more), key=lambda event: event.at)), fields)

    return make


@pytest.fixture
def asleep() -> Played:
    """The same drill, slept through."""

    def make(*more: Event, **fields: Any) -> Record:
        ends = (
            Event(1500, "fault-off", "machine", choice="processor", text="by itself"),
            Event(1500, "ended", "machine", choice="time"),
        )
        events = tuple(sorted((*UNTOUCHED, *more, *ends), key=lambda event: event.at))
        whole = [replace(BILL[0], injected=33150, observed=33180), replace(BILL[1], injected=33150, observed=33162)]
        return _record(events, {"bill": (*whole, BILL[2]), **fields})

    return make
