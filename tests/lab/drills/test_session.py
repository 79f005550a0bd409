"""A drill that is played by the clock: orders from outside, answers on paper, and files that outlive all of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.drills.answers import Answer, AnswerSheet, Moment
from lab.drills.archive import BOARDS, TAPE, About, Archive
from lab.drills.clock import DrillClock
from lab.drills.load import commitment, load_scenario, shipped
from lab.drills.orders import Order, give
from lab.drills.session import Session
from lab.drills.tape import Event
from lab.drills.virtual import VirtualStage
from slotui.core.drill import Act
from slotui.errors import RefusedError, SourceError, StoreError, UsageError
from slotui.source.recording.source import RecordingSource
from slotui.watch import Feed

AVAILABILITY = "checkout-availability"
PATH = shipped()["tuesday-lunch"]


class Steady:
    """A clock that goes on by itself, a beat at each look, so that no test waits for one."""

    def __init__(self, beat: float) -> None:
        self.at, self._beat = 0.0, beat

    def __call__(self) -> float:
        self.at += self._beat
        return self.at


Make = Callable[..., Session]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    monkeypatch.setattr("lab.drills.session._BEAT", 0.0)
    archive = Archive(tmp_path)

    def make(*, recorded: bool = False, beat: float = 5.0, heard: Callable[[Event], None] = lambda _: None) -> Session:
        scenario, text = load_scenario(PATH), PATH.read_bytes()
        about = About(
            "lunch-1", scenario.name, "kim", "carta", 1e9, scenario.world.starts, "virtual", 1.0,
            commitment(text, "salt"), "salt",
        )  # fmt: skip
        stage = VirtualStage(scenario)
        feed = Feed(stage.source, stage.slos, stage.policy)
        return Session(
            scenario, text, stage, about, archive, feed, DrillClock(1.0, Steady(beat)), every=10.0,
            recorded=recorded, heard=heard,
        )  # fmt: skip

    yield make
    archive.close()


def kinds(session: Session) -> list[str]:
    return [event.kind for event in session.conductor.events]


async def test_it_plays_to_its_end_and_leaves_a_record_and_a_debrief(make: Make, tmp_path: Path) -> None:
    session = make(recorded=True, beat=60)
    await session.begin()
    assert session.view().state == "on"
    await session.play(AnswerSheet([Answer(Moment(30, "page"), Act("acknowledge", AVAILABILITY))]))
    record = await session.conclude()
    assert record.ending == "time"
    assert [event.slo for event in record.events if event.kind == "acknowledge"] == [AVAILABILITY]
    assert len(record.samples) > 100
    assert {line.slo for line in record.bill} >= {AVAILABILITY, "payment-availability"}
    view = session.view()
    assert view.state == "over"
    assert any("SCORE" in line.upper() for line in view.result)
    assert (tmp_path / "debrief.md").read_text().startswith("#")
    assert "<html" in (tmp_path / "debrief.html").read_text()
    source = RecordingSource(tmp_path / BOARDS)
    assert source.instants[-1] - source.instants[0] > 1000
    assert {slo.name for slo in source.slos} == {slo.name for slo in session._feed.slos}


async def test_the_record_on_disk_is_the_one_that_was_played(make: Make, tmp_path: Path) -> None:
    session = make()
    await session.begin()
    await session.play_at_once(AnswerSheet([]))
    record = await session.conclude()
    assert Archive(tmp_path).record() == record
    assert sorted(session.conductor.events, key=lambda event: event.at) == list(record.events)


async def test_a_drill_that_was_killed_has_a_record_up_to_there(make: Make, tmp_path: Path) -> None:
    session = make()
    await session.begin()
    await session.conductor.advance(400)
    session.act(Act("acknowledge", AVAILABILITY))
    with (tmp_path / TAPE).open("a") as tape:  # as a process that is killed while it writes leaves it
        tape.write('{"at": 401, "ki')
    record = Archive(tmp_path).record()
    assert record.ending == "interrupted"
    assert record.bill == ()
    assert "fault-on" in [event.kind for event in record.events]


async def test_orders_reach_the_tape(make: Make, tmp_path: Path) -> None:
    session = make()
    await session.begin()
    for order in (
        Order("pause", "ana"), Order("hint", "ana", 1), Order("hint", "ana", 1), Order("hint", "ana", 99),
        Order("message", "ana", sender="support", text="worse"), Order("message", "ana"), Order("resume", "ana"),
    ):  # fmt: skip
        give(tmp_path, order)
    playing = asyncio.create_task(session.play())
    while "resumed" not in kinds(session):  # noqa: ASYNC110 - it is the folder that tells, and nobody listens to that
        await asyncio.sleep(0)
    give(tmp_path, Order("abort", "ana", text="the phone rang"))
    await playing
    told = [event for event in session.conductor.events if event.by in ("ana", "support")]
    assert [event.kind for event in told] == ["paused", "hint", "message", "resumed", "ended"]
    assert (told[-1].choice, told[-1].text) == ("aborted", "the phone rang")
    assert session.conductor.events[-1].kind == "ended"


async def test_while_it_is_paused_nothing_can_be_done_and_no_time_goes_by(make: Make, tmp_path: Path) -> None:
    session = make()
    await session.begin()
    give(tmp_path, Order("pause", "ana"))
    playing = asyncio.create_task(session.play())
    while session.view().state != "paused":  # noqa: ASYNC110 - as above
        await asyncio.sleep(0)
    before = session.clock.elapsed()
    with pytest.raises(UsageError, match="paused"):
        session.act(Act("acknowledge", AVAILABILITY))
    assert session.clock.elapsed() == before
    give(tmp_path, Order("halt", "kim"))
    await playing
    assert session.conductor.events[-1].choice == "halted"


async def test_who_finishes_early_does_not_wait_for_the_clock(make: Make) -> None:
    session = make(beat=0.001)
    await session.begin()
    await session.conductor.advance(200)
    session.act(Act("done"))
    await session.play()
    record = await session.conclude()
    assert record.ending == "done"
    assert next(event.at for event in record.events if event.kind == "ended") >= 1490


async def test_a_scenario_that_was_changed_does_not_fit_its_commitment(make: Make, tmp_path: Path) -> None:
    session = make()
    await session.begin()
    await session.play_at_once(AnswerSheet([]))
    record = await session.conclude()
    kept = tmp_path / "scenario.yaml"
    assert commitment(kept.read_bytes(), record.salt) == record.commitment
    kept.write_text(kept.read_text().replace("40%", "4%"))
    assert commitment(kept.read_bytes(), record.salt) != record.commitment


async def test_a_stage_that_fails_ends_the_drill_and_is_asked_for_nothing_more(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make()
    await session.begin()
    await session.conductor.advance(200)

    async def silent(_at: float) -> None:
        raise SourceError("nobody answers")

    monkeypatch.setattr(session._stage, "look", silent)
    with pytest.raises(SourceError) as failed:
        await session.play()
    await session.fail(failed.value.what)
    view = session.view()
    assert view.state == "over"
    assert view.happenings[-1].text == "the drill was stopped: nobody answers"
    assert view.result[0].startswith("Not scored")
    assert Archive(tmp_path).record().ending == "interrupted"


async def test_of_a_drill_that_may_not_begin_nothing_is_kept(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make()

    async def refused(_scenario: object) -> None:
        raise RefusedError("a page fires already")

    monkeypatch.setattr(session._stage, "begin", refused)
    with pytest.raises(RefusedError):
        await session.begin()
    await session.fail("a page fires already")
    with pytest.raises(StoreError, match="No such file"):
        Archive(tmp_path).about()
