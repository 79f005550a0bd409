"""The real-time stage on a lab without processes: its shop, its injector and its metrics share one clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chaos.spend import alive
from chaos.spend.orphans import close_orphans
from lab.drills.live import RENEW_EVERY, UNWATCHED, LiveStage
from lab.drills.load import find_scenario, load_scenario
from lab.drills.scenario import Blindness, Deploy, Fault
from lab.drills.stage import AlertChange
from lab.drills.virtual import VirtualSource
from lab.supervisor import POLICY, SLOS
from slotui.cli.options import Opened
from slotui.core.entry import Entry
from slotui.core.reading import Snapshot
from slotui.core.timeline import Span, Timeline
from slotui.duration import DAY, HOUR
from slotui.errors import LabError, RefusedError, SourceError
from slotui.ledger.store import Ledger
from slotui.spec.load import load_policy, load_slos

if TYPE_CHECKING:
    from tests.lab.drills.conftest import Service

START = 100 * DAY
AVAILABILITY, PAYMENT, CART = "checkout-availability", "payment-availability", "cart-availability"
RATE = 50
FAULT = Fault("processor", at=60, until=660, cause="payment", failing=0.4, ended_by=("fail-over-payment",))
LUNCH = replace(load_scenario(find_scenario("tuesday-lunch")), faults=(FAULT,), lasts=900.0)


class Metrics(VirtualSource):
    """Counts in memory, which may fall silent, or take their time (`dawdle`) to answer."""

    silent = False
    closed = False
    dawdle: Callable[[], None] = staticmethod(lambda: None)

    async def read(self, at: float | None = None) -> Snapshot:
        if self.silent:
            raise SourceError("nobody answers")
        answer = await super().read(at)
        self.dawdle()
        return answer

    async def close(self) -> None:
        self.closed = True


@dataclass
class Lab:
    """A month of calm, and then what the tests let happen."""

    service: Service
    ledger: Path
    lines: dict[str, Timeline] = field(default_factory=dict)
    ticks: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    def __post_init__(self) -> None:
        self.slos = load_slos([SLOS])
        self.service.now = START
        hours = [START - 32 * DAY + hour * HOUR for hour in range(32 * 24)]
        calm = [Span(at, at + HOUR, RATE * HOUR, 0, HOUR) for at in hours]
        self.lines = {slo.name: Timeline(calm) for slo in self.slos}
        self.source = Metrics(self.slos, self.lines, lambda: self.service.now)
        self.stage = self.another()

    def another(self, override: str | None = None) -> LiveStage:
        opened = Opened(self.source, self.slos, load_policy(POLICY), self.ledger)
        clock = lambda: self.service.now  # noqa: E731
        return LiveStage(self.service, opened, override=override, clock=clock, steady=clock, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        """The stage's keeper waits for a tick of the test; whoever else waits is done at once."""
        if seconds == RENEW_EVERY:
            await self.ticks.acquire()
        else:
            self.service.now += seconds

    def live(self, seconds: float, **trouble: int) -> None:
        """The shop sells for a while. Each fault hits four in ten; `trouble` are bad events of nobody's making."""
        start = self.service.now
        hit = round(seconds * RATE * 0.4) if self.service.on else 0
        self.service.meet(hit)
        self.service.now += seconds
        for name, line in self.lines.items():
            bad = (hit if name in (AVAILABILITY, PAYMENT) else 0) + trouble.get(name.replace("-", "_"), 0)
            line.extend([Span(start, self.service.now, RATE * seconds, bad, seconds)])

    def entries(self, kind: str) -> list[Entry]:
        return [entry for entry in Ledger(self.ledger).entries() if entry.kind == kind]


@pytest.fixture
async def lab(service: Service, tmp_path: Path) -> AsyncIterator[Lab]:
    lab = Lab(service, tmp_path / "ledger.sqlite")
    yield lab
    await lab.stage.close()


async def until(condition: Callable[[], bool]) -> None:
    """Let the other tasks run until it is true."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        await asyncio.sleep(0.001)


async def under_way(lab: Lab, seconds: float = 4) -> None:
    """A drill whose fault has been on for a moment, at 60 + `seconds` of its clock."""
    await lab.stage.begin(LUNCH)
    lab.live(60)
    await lab.stage.look(60)
    await lab.stage.start(FAULT, 60)
    lab.live(seconds)


async def test_a_drill_is_in_the_ledger_before_anything_is_on_and_tells_nothing(lab: Lab) -> None:
    await lab.stage.begin(LUNCH)
    (entry,) = lab.entries("drill")
    assert (entry.fault, entry.slos, dict(entry.predicted), entry.reason) == ("a drill", (), {}, "")
    assert entry.open
    assert alive.is_held(lab.ledger, entry.id)
    assert lab.service.on == []


async def test_what_the_drill_breaks_is_seen_and_explained(lab: Lab) -> None:
    await under_way(lab)
    look = await lab.stage.look(64)
    assert look.injected == {"processor": 80}
    assert look.spent[AVAILABILITY].bad == look.spent[PAYMENT].bad == 80
    assert look.recent[AVAILABILITY].bad == 80
    assert look.spent[CART].bad == 0
    assert look.policy[AVAILABILITY] == "healthy"
    assert look.left[AVAILABILITY] == pytest.approx(1 - 80 / (30 * DAY * RATE * 0.001), abs=1e-4)
    assert (look.burn[AVAILABILITY] or 0) > 5
    assert (look.halted, look.incident, look.alerts) == (False, "", ())


async def test_an_alert_comes_when_the_engine_says(lab: Lab) -> None:
    await under_way(lab)
    found: list[tuple[float, AlertChange]] = []
    while not found:
        lab.live(4)
        at = lab.service.now - START
        assert at < 240, "no page came"
        look = await lab.stage.look(at)
        found = [(at, change) for change in look.alerts if (change.slo, change.tier) == (AVAILABILITY, "page_1h_5m")]
    ((looked, change),) = found
    # 1.44 % of an hour's events are bad after 130 s of four in ten: the engine says so to the second.
    assert change.at == pytest.approx(60 + 130, abs=4)
    assert change.at <= looked
    assert change.firing
    assert AVAILABILITY in look.firing


async def test_metrics_that_answer_slowly_date_no_alert_back(lab: Lab) -> None:
    def three_seconds() -> None:
        lab.service.now += 3

    await under_way(lab)
    lab.live(200)
    at, since = lab.service.now - START, (await lab.source.read()).readings[AVAILABILITY].firing_since["page_1h_5m"]
    lab.source.dawdle = three_seconds
    (change,) = [
        one for one in (await lab.stage.look(at)).alerts if (one.slo, one.tier) == (AVAILABILITY, "page_1h_5m")
    ]
    assert change.at == pytest.approx(since - START, abs=0.1)


async def test_a_remedy_ends_the_fault_and_its_count_stays(lab: Lab) -> None:
    await under_way(lab)
    await lab.stage.end(FAULT, 64)
    assert lab.service.on == []
    lab.live(10)
    look = await lab.stage.look(74)
    assert (look.injected, look.halted, look.incident) == ({"processor": 80}, False, "")


async def test_a_halt_by_anybody_is_noticed(lab: Lab) -> None:
    await under_way(lab)
    lab.service.table.halt()
    assert (await lab.stage.look(64)).halted
    await lab.stage.close()
    (entry,) = lab.entries("drill")
    assert (entry.ending, entry.injected) == ("halted", 80)


async def test_a_real_incident_beside_the_drill_is_told_from_it(lab: Lab) -> None:
    await under_way(lab)
    lab.live(10, cart_availability=2000)
    look = await lab.stage.look(74)
    assert look.incident.startswith("cart-availability: 2000 bad events")
    await lab.stage.close()
    assert lab.entries("drill")[0].ending == "guard"


async def test_nothing_is_on_in_a_pause_and_the_rest_comes_after_it(lab: Lab) -> None:
    await under_way(lab)
    await lab.stage.pause(64)
    assert lab.service.on == []
    lab.live(300)
    await lab.stage.resume(64)
    assert len(lab.service.on) == 1
    assert [request.ttl for request in lab.service.asked] == [400.0, 400.0]
    lab.live(4)
    look = await lab.stage.look(68)
    assert (look.injected, look.halted) == ({"processor": 160}, False)


async def test_a_long_pause_is_not_taken_for_a_drill_that_hangs(lab: Lab) -> None:
    await under_way(lab)
    await lab.stage.pause(64)
    for _ in range(5):
        lab.live(UNWATCHED)
        lab.ticks.release()
        await until(lab.ticks.locked)
    await lab.stage.resume(64)
    lab.live(4)
    assert (await lab.stage.look(68)).injected == {"processor": 160}


async def test_a_fault_that_ended_before_a_pause_stays_off_after_it(lab: Lab) -> None:
    await under_way(lab)
    await lab.stage.end(FAULT, 64)
    await lab.stage.pause(64)
    await lab.stage.resume(64)
    assert lab.service.on == []


async def test_the_bill_reconciles_and_the_ledger_gets_the_truth(lab: Lab) -> None:
    await under_way(lab, seconds=120)
    await lab.stage.end(FAULT, 180)
    lab.live(30)
    await lab.stage.look(210)
    bill = {line.slo: line for line in await lab.stage.bill()}
    line = bill[AVAILABILITY]
    assert (line.injected, line.observed, line.usual) == (2400, 2400, 0)
    assert line.predicted is not None
    low, middle, high = line.predicted
    assert middle == pytest.approx(0.4 * RATE * 600, rel=0.01)
    assert low < middle < high
    assert line.left_before == pytest.approx(1)
    assert line.left_after == pytest.approx(1 - 2400 / (30 * DAY * RATE * 0.001), abs=1e-4)
    assert bill[CART].injected == bill[CART].observed == 0
    await lab.stage.close()
    (entry,), (note,) = lab.entries("drill"), lab.entries("note")
    assert (entry.ending, entry.injected) == ("stopped", 2400)
    assert entry.observed == {AVAILABILITY: 2400, PAYMENT: 2400}
    assert entry.ended == pytest.approx(START + 210)
    assert note.reason == f"entry {entry.id} was the drill 'tuesday-lunch': processor (payment)"
    assert lab.source.closed
    assert lab.service.closed


async def test_metrics_that_are_silent_for_a_moment_end_nothing(lab: Lab) -> None:
    await under_way(lab)
    before = await lab.stage.look(64)
    lab.source.silent = True
    lab.live(10)
    assert await lab.stage.look(74) == replace(before, at=74)
    lab.live(UNWATCHED)
    with pytest.raises(SourceError):
        await lab.stage.look(104)


async def test_the_bill_of_silent_metrics_is_unknown_not_nothing(lab: Lab) -> None:
    await under_way(lab)
    lab.source.silent = True
    bill = {line.slo: line for line in await lab.stage.bill()}
    assert (bill[AVAILABILITY].injected, bill[AVAILABILITY].observed, bill[AVAILABILITY].left_after) == (80, None, None)
    await lab.stage.close()
    assert lab.entries("drill")[0].observed == {}


async def test_a_fault_stays_on_between_two_looks(lab: Lab) -> None:
    await under_way(lab, seconds=1)
    (first,) = lab.service.on
    for _ in range(7):
        lab.live(3)
        (lease,) = lab.service.table.active()
        seen = lease.renewed
        lab.ticks.release()
        await until(lambda lease=lease, seen=seen: lease.renewed > seen)  # type: ignore[misc]
    assert lab.service.on == [first]


async def test_a_drill_that_nobody_looks_after_keeps_nothing_on(lab: Lab) -> None:
    await under_way(lab)
    for _ in range(10):
        lab.live(4)
        lab.ticks.release()
        await asyncio.sleep(0)
    await until(lambda: lab.stage._keeper is not None and lab.stage._keeper.done())
    assert lab.service.on == []
    with pytest.raises(LabError, match="nobody looked after the drill"):
        await lab.stage.look(104)


async def test_a_killed_drill_is_closed_by_whoever_comes_next(lab: Lab) -> None:
    await under_way(lab)
    (entry,) = lab.entries("drill")
    lab.stage._held.close()  # as the kernel does with a process that is gone
    lab.live(6)
    said: list[str] = []
    ledger = Ledger(lab.ledger)
    clock = lambda: lab.service.now  # noqa: E731
    (closed,) = await close_orphans(ledger, lab.service, lab.source, said.append, clock=clock)  # type: ignore[arg-type]
    assert (closed.id, closed.ending, closed.injected) == (entry.id, "orphaned", lab.service.leases()[0].injected)
    assert closed.observed[PAYMENT] > 0
    assert "had no controller any more" in said[-1]


async def test_a_release_is_a_mark_in_the_ledger(lab: Lab) -> None:
    await lab.stage.begin(LUNCH)
    await lab.stage.deploy(Deploy(30, "checkout 1.42"), 30)
    (mark,) = lab.entries("deploy")
    assert (mark.reason, mark.ending, mark.open) == ("checkout 1.42", "noted", False)


async def test_metrics_cannot_be_taken_away_from_a_lab(lab: Lab) -> None:
    with pytest.raises(LabError, match="virtual clock"):
        await lab.stage.blind(Blindness("dark", 0, 60), 0)


async def test_a_lab_with_a_fault_on_is_not_played_in(lab: Lab) -> None:
    await under_way(lab)
    other = lab.another()
    with pytest.raises(RefusedError, match="a fault is on already"):
        await other.begin(LUNCH)
    assert len(lab.entries("drill")) == 1
    with pytest.raises(LabError, match="not begun"):
        await other.look(0)


async def test_an_override_is_written_down_with_its_reason(lab: Lab) -> None:
    for name in (AVAILABILITY, PAYMENT):
        lab.lines[name].extend([Span(START, START + HOUR, RATE * HOUR, RATE * HOUR * 0.9, HOUR)])
        # Long enough ago to page no more, and the budget is gone all the same.
        lab.lines[name].extend([Span(START + HOUR, START + 4 * DAY, RATE * 71 * HOUR, 0, 71 * HOUR)])
    for name, line in lab.lines.items():
        if name not in (AVAILABILITY, PAYMENT):
            line.extend([Span(START, START + 4 * DAY, RATE * 4 * DAY, 0, 4 * DAY)])
    lab.service.now = START + 4 * DAY
    with pytest.raises(RefusedError, match="policy allows no experiment"):
        await lab.stage.begin(LUNCH)
    stage = lab.another(override="the game day")
    await stage.begin(LUNCH)
    await stage.close()
    assert lab.entries("drill")[0].reason.endswith(": the game day")
    assert "policy allows no experiment" in lab.entries("drill")[0].reason


async def test_a_decoy_breaks_nothing_and_says_so_afterwards(lab: Lab) -> None:
    await lab.stage.begin(replace(LUNCH, faults=()))
    lab.live(60)
    look = await lab.stage.look(60)
    assert (dict(look.injected), look.incident) == ({}, "")
    assert all(line.predicted == (0, 0, 0) for line in await lab.stage.bill())
    await lab.stage.close()
    assert lab.entries("note")[0].reason.endswith("nothing was wrong")
