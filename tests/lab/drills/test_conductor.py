"""The conductor: the timeline, the player and the facilitator onto one tape, on a stage that only listens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from lab.drills.conductor import Conductor
from lab.drills.record import Line, Sample
from lab.drills.scenario import Blindness, Deploy, Fault, Hint, Message, Par, Remedy, Scenario, World
from lab.drills.stage import AlertChange, Look
from lab.drills.tape import Event
from slotui.core.drill import Act
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Counts
from slotui.duration import DAY
from slotui.errors import UsageError

AVAILABILITY, LATENCY = "checkout-availability", "checkout-latency"
SLOS = tuple(
    Slo(name, "checkout", 0.999, 30 * DAY, EventSli(Selector("total"), bad=Selector("bad")))
    for name in (AVAILABILITY, "payment-availability", LATENCY)
)
PROCESSOR = Fault("processor", 60, 600, "payment", failing=0.05, ended_by=("fail-over",))
SCENARIO = Scenario(
    name="lunch",
    title="Lunch",
    teaches="fast burn",
    objective="to notice",
    brief="It is noon.",
    roles=("on-call",),
    lasts=900,
    speed=60,
    real_time=True,
    world=World(0.0, 50, 30 * DAY),
    faults=(PROCESSOR,),
    blindness=(),
    messages=(Message(90, "support", "cards fail"),),
    deploys=(Deploy(30, "checkout 1.2"),),
    alerts=(),
    hypotheses=(),
    decisions=(),
    remedies=(Remedy("fail-over", "another processor", 120), Remedy("roll-back", "the release before", 60)),
    par=Par(60, 120, 180, 240, 300, 0.05),
    hints=(Hint("look at payment", 3), Hint("fail over", 9)),
    questions=(),
)


@dataclass
class Stage:
    """Does nothing, and writes down what it was told. It hurts for as long as a fault is on."""

    told: list[tuple[str, str, float]] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)
    changes: list[AlertChange] = field(default_factory=list)
    on: set[str] = field(default_factory=set)
    halted_at: float = 1e9
    incident_at: float = 1e9

    async def begin(self, scenario: Scenario) -> None:
        self.told.append(("begin", scenario.name, 0.0))

    async def look(self, at: float) -> Look:
        assert not self.looks or at >= self.looks[-1]
        self.looks.append(at)
        due = tuple(change for change in self.changes if change.at <= at)
        self.changes = [change for change in self.changes if change.at > at]
        bad = 100.0 if self.on else 0.0
        return Look(
            at,
            alerts=due,
            recent={slo.name: Counts(1000, bad, 120) for slo in SLOS},
            policy={AVAILABILITY: "caution"},
            halted=at >= self.halted_at,
            incident="200 more than anybody injected" if at >= self.incident_at else "",
        )

    async def start(self, fault: Fault, at: float) -> None:
        self.on.add(fault.name)
        self.told.append(("start", fault.name, at))

    async def end(self, fault: Fault, at: float) -> None:
        self.on.discard(fault.name)
        self.told.append(("end", fault.name, at))

    async def blind(self, blindness: Blindness, at: float) -> None:
        self.told.append(("blind", blindness.name, at))

    async def see(self, blindness: Blindness, at: float) -> None:
        self.told.append(("see", blindness.name, at))

    async def deploy(self, deploy: Deploy, at: float) -> None:
        self.told.append(("deploy", deploy.version, at))

    async def pause(self, at: float) -> None:
        self.told.append(("pause", "", at))

    async def resume(self, at: float) -> None:
        self.told.append(("resume", "", at))

    async def bill(self) -> tuple[Line, ...]:
        return ()

    async def close(self) -> None:
        self.told.append(("close", "", 0.0))


Make = Callable[..., tuple[Conductor, Stage]]


@pytest.fixture
def make() -> Make:
    def make(scenario: Scenario = SCENARIO, *, exact: bool = True, every: float = 10) -> tuple[Conductor, Stage]:
        stage = Stage()
        written: list[Event] = []
        samples: list[Sample] = []
        conductor = Conductor(
            scenario, stage, SLOS, player="kim", every=every, exact=exact, write=written.append, sample=samples.append
        )
        return conductor, stage

    return make


def kinds(conductor: Conductor) -> list[str]:
    return [event.kind for event in sorted(conductor.events, key=lambda event: event.at)]


async def test_the_timeline_happens_at_its_times(make: Make) -> None:
    conductor, stage = make()
    await conductor.begin()
    await conductor.advance(10_000)
    assert stage.told == [
        ("begin", "lunch", 0.0),
        ("deploy", "checkout 1.2", 30),
        ("start", "processor", 60),
        ("end", "processor", 600),
    ]
    assert kinds(conductor) == [
        "started", "deploy", "fault-on", "message", "fault-off", "recovered", "recovered", "ended",
    ]  # fmt: skip
    ended = conductor.events[-1]
    assert (ended.at, ended.choice, conductor.ended) == (900, "time", True)


@pytest.mark.parametrize("pieces", [1, 7, 100], ids=lambda n: f"in {n} pieces")
async def test_a_virtual_drill_is_the_same_however_often_the_clock_is_read(make: Make, pieces: int) -> None:
    conductor, stage = make()
    await conductor.begin()
    for piece in range(1, pieces + 1):
        await conductor.advance(900 * piece / pieces)
    assert [look for look in stage.looks if look < 900] == [10.0 * n for n in range(90)]
    assert [round(event.at) for event in conductor.events] == [0, 30, 60, 90, 600, 600, 600, 900]


async def test_in_real_time_what_was_missed_is_missed(make: Make) -> None:
    conductor, stage = make(exact=False)
    await conductor.begin()
    await conductor.advance(5)
    await conductor.advance(500)
    assert len(stage.looks) <= 6


async def test_the_right_remedy_ends_the_fault_after_its_time(make: Make) -> None:
    conductor, stage = make()
    await conductor.begin()
    await conductor.advance(200)
    conductor.act(Act("mitigation", choice="fail-over"), 205)
    await conductor.advance(324)
    assert ("end", "processor", 325) not in stage.told
    await conductor.advance(340)
    assert ("end", "processor", 325) in stage.told
    off = next(event for event in conductor.events if event.kind == "fault-off")
    assert (off.by, off.text, off.at) == ("kim", "fail-over", 325)
    recovered = [event for event in conductor.events if event.kind == "recovered"]
    assert {event.slo for event in recovered} == {AVAILABILITY, "payment-availability"}
    assert [event.value for event in recovered] == [270, 270]


async def test_the_wrong_remedy_is_done_and_ends_nothing(make: Make) -> None:
    conductor, stage = make()
    await conductor.begin()
    await conductor.advance(100)
    conductor.act(Act("mitigation", choice="roll-back"), 100)
    await conductor.advance(300)
    assert stage.on == {"processor"}
    assert [event.choice for event in conductor.events if event.kind == "remedy-done"] == ["roll-back"]


async def test_an_alert_is_written_with_the_engines_time(make: Make) -> None:
    conductor, stage = make()
    stage.changes = [
        AlertChange(93.5, AVAILABILITY, "page_1h_5m", firing=True),
        AlertChange(700, AVAILABILITY, "page_1h_5m", firing=False),
    ]
    await conductor.begin()
    await conductor.advance(900)
    alerts = [(event.at, event.kind, event.choice) for event in conductor.events if event.kind in ("alert", "quiet")]
    assert alerts == [(93.5, "alert", "page_1h_5m"), (700, "quiet", "page_1h_5m")]


async def test_acts_are_written_with_the_policy_that_held(make: Make) -> None:
    conductor, _ = make()
    await conductor.begin()
    await conductor.advance(100)
    conductor.act(Act("decision", AVAILABILITY, "freeze"), 103)
    assert conductor.events[-1] == Event(103, "decision", "kim", AVAILABILITY, "freeze", policy="caution")


@pytest.mark.parametrize(
    ("act", "words"),
    [
        pytest.param(Act("acknowledge"), "of which SLO", id="acknowledge nothing"),
        pytest.param(Act("acknowledge", "shop"), "no SLO is named", id="an SLO that is not there"),
        pytest.param(Act("hypothesis", AVAILABILITY, "gremlins"), "is no cause", id="a cause that is not there"),
        pytest.param(Act("decision", AVAILABILITY, "panic"), "is no decision", id="a decision that is not there"),
        pytest.param(Act("mitigation", choice="pray"), "no remedy is named", id="a remedy that is not there"),
        pytest.param(Act("communication", text="  "), "nothing to say", id="no words"),
    ],
)
async def test_acts_that_make_no_sense_are_refused_and_not_written(make: Make, act: Act, words: str) -> None:
    conductor, _ = make()
    await conductor.begin()
    with pytest.raises(UsageError, match=words):
        conductor.act(act, 10)
    assert kinds(conductor) == ["started"]


async def test_who_has_finished_waits_for_what_is_still_broken(make: Make) -> None:
    conductor, _ = make()
    await conductor.begin()
    await conductor.advance(100)
    conductor.act(Act("done"), 100)
    await conductor.advance(500)
    assert not conductor.ended
    with pytest.raises(UsageError, match="over"):
        conductor.act(Act("acknowledge", AVAILABILITY), 501)
    await conductor.advance(700)
    assert conductor.ended
    assert (conductor.events[-1].choice, conductor.events[-1].at) == ("done", 600)


async def test_who_finishes_too_early_meets_what_was_to_come(make: Make) -> None:
    conductor, _ = make()
    await conductor.begin()
    conductor.act(Act("done"), 20)
    await conductor.advance(900)
    assert "fault-on" in kinds(conductor)


async def test_in_real_time_a_drill_ends_when_its_mitigation_is_proven(make: Make) -> None:
    conductor, stage = make(exact=False)
    await conductor.begin()
    await conductor.advance(70)
    conductor.act(Act("mitigation", choice="fail-over"), 80)
    conductor.act(Act("done"), 81)
    await conductor.advance(100)
    assert not conductor.ended
    await conductor.advance(210)
    await conductor.advance(230)
    assert conductor.ended
    assert stage.on == set()
    assert "recovered" in kinds(conductor)


@pytest.mark.parametrize(
    ("stage_field", "ending"), [("halted_at", "halted"), ("incident_at", "incident")], ids=["halted", "a real incident"]
)
async def test_the_stage_may_stop_it(make: Make, stage_field: str, ending: str) -> None:
    conductor, stage = make()
    setattr(stage, stage_field, 200)
    await conductor.begin()
    await conductor.advance(900)
    assert (conductor.events[-1].kind, conductor.events[-1].choice) == ("ended", ending)
    assert conductor.events[-1].at == 200
    assert stage.on == set()


async def test_breaking_off_leaves_nothing_on(make: Make) -> None:
    blind = Blindness("deaf", 70, 800)
    conductor, stage = make(replace(SCENARIO, blindness=(blind,)))
    await conductor.begin()
    await conductor.advance(100)
    await conductor.end("aborted", "ana", "lunch is ready")
    await conductor.end("aborted", "ana")
    assert stage.told[-2:] == [("end", "processor", 100), ("see", "deaf", 100)]
    assert conductor.events[-1] == Event(100, "ended", "ana", choice="aborted", text="lunch is ready")
    assert kinds(conductor).count("ended") == 1


async def test_hints_cost_once(make: Make) -> None:
    conductor, _ = make()
    await conductor.begin()
    conductor.hint(2, "ana", 15)
    assert conductor.events[-1] == Event(15, "hint", "ana", choice="2", text="fail over", cost=9)
    assert conductor.hints_left == (1,)
    with pytest.raises(UsageError, match="already"):
        conductor.hint(2, "ana", 16)
    with pytest.raises(UsageError, match="no hint 3"):
        conductor.hint(3, "ana", 16)


async def test_a_pause_reaches_the_stage(make: Make) -> None:
    conductor, stage = make()
    await conductor.begin()
    await conductor.advance(100)
    await conductor.pause("ana", 104)
    await conductor.resume("ana")
    assert stage.told[-2:] == [("pause", "", 104), ("resume", "", 104)]
    assert kinds(conductor)[-2:] == ["paused", "resumed"]
