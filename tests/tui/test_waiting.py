"""The first frame, drawn before anything is opened, and what comes of it."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
import threading

import pytest

import slotui.tui
from slotui.errors import UsageError
from slotui.opening import Opening
from slotui.tui.actions import Place
from slotui.tui.app import SlotuiApp, watch
from slotui.tui.screens.waiting import WaitingScreen


class Door:
    """Opens the stage's feed when it is told to."""

    def __init__(self, stage):
        self.stage = stage
        self.may_open = threading.Event()
        self.refusal = None
        self.asked = threading.Event()

    def open(self):
        self.asked.set()
        assert self.may_open.wait(20)
        if self.refusal is not None:
            raise self.refusal
        return self.stage.feed


@pytest.fixture
def door(boards):
    one = Door(boards.stage(boards.snapshot()))
    source = one.stage.source
    opening = Opening(one.open, source.kind, source.url, 5.0)
    one.stage.app = SlotuiApp(opening, clock=lambda: one.stage.time[0], monotonic=lambda: one.stage.time[0])
    yield one
    one.may_open.set()


async def test_the_first_frame_is_the_one_before_the_first_answer(boards, door, golden, monkeypatch):
    monkeypatch.setattr(SlotuiApp, "_poll", lambda _: None)
    async with door.stage.app.run_test(size=(80, 24)) as pilot:
        door.stage.pass_seconds(3)
        door.stage.app._tick()
        await pilot.pause()
        assert isinstance(door.stage.app.screen, WaitingScreen)
        golden("waiting-80x24", door.stage.frame())


async def test_the_overview_takes_its_place_and_waits_on(boards, door, golden):
    async with door.stage.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, door.asked.is_set)
        assert not isinstance(door.stage.app.screen, WaitingScreen)
        door.stage.pass_seconds(3)
        door.stage.app._tick()
        await pilot.pause()
        golden("waiting-80x24", door.stage.frame())
        door.may_open.set()
        await boards.until(pilot, lambda: "LIVE" in door.stage.frame())


async def test_keys_are_not_lost_that_are_pressed_before_there_is_anything_to_press_them_on(boards, door):
    app = door.stage.app
    begin = app._begin

    async def late(waiting):
        await boards.until(pilot, lambda: len(waiting.kept) == 2)
        await begin(waiting)

    app._begin = late
    async with app.run_test(size=(80, 24)) as pilot:
        app.simulate_key("slash")
        app.simulate_key("x")
        await boards.until(pilot, lambda: app.screen.place is Place.OVERVIEW and app.screen.has_class("filtering"))
        door.may_open.set()
        await boards.until(pilot, lambda: app.overview.choice.text == "x")


async def test_q_leaves_while_the_source_is_opened(boards, door):
    async with door.stage.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, door.asked.is_set)
        await pilot.press("q")
        await boards.until(pilot, lambda: door.stage.app._exit)
    assert door.stage.app.return_code == 0


async def test_q_leaves_before_there_is_an_overview(boards, door, monkeypatch):
    monkeypatch.setattr(SlotuiApp, "_poll", lambda _: None)
    async with door.stage.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
        await boards.until(pilot, lambda: door.stage.app._exit)
    assert door.stage.app.return_code == 0


async def test_a_source_that_cannot_be_opened_ends_the_screen_with_its_own_sentence(boards, door):
    door.refusal = UsageError("no such file", fix="name another")
    door.may_open.set()
    async with door.stage.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, lambda: door.stage.app._exit)
    assert door.stage.app.return_code == UsageError.exit_code
    assert door.stage.app.refused is door.refusal


async def test_watch_raises_it_once_the_terminal_is_given_back(boards, monkeypatch):
    stage = boards.stage(boards.snapshot())

    async def refused(self, **_options):
        self.refused = UsageError("no such file")

    monkeypatch.setattr(SlotuiApp, "run_async", refused)
    with pytest.raises(UsageError, match="no such file"):
        await watch(stage.feed)
    assert stage.source.closed


LEFT_FOR_LATER = {"slotui.tui.player"}
"""What only a replay needs: it has no first frame to wait for."""

DRILLS = {
    f"slotui.tui.{name}"
    for name in ("drilled", "drill_desk", "facilitator", "facilitator_desk", "screens.drill", "screens.pick")
}
"""What only a drill needs: `slotui watch` never imports it."""


@pytest.mark.parametrize(
    ("code", "told"),
    [
        pytest.param("", False, id="the first frame is there before what a board is made of"),
        pytest.param("from slotui.tui.navigation import import_pages; import_pages()", True, id="then all of the rest"),
    ],
)
def test_what_is_imported_before_the_first_frame(code, told):
    code = f"import slotui.cli.watch, slotui.cli.chaos_desk, slotui.tui.app, sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"pydantic", "httpx", "yaml", "sqlite3"}
    assert ("slotui.core.board" in loaded) is told
    pages = {name for _, name, _ in pkgutil.walk_packages(slotui.tui.__path__, "slotui.tui.")}
    assert (pages - LEFT_FOR_LATER - DRILLS <= loaded) is told
    assert not loaded & DRILLS
