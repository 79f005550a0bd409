"""The screen with a drill in it: its line, its page, its forms, and that without one nothing is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.core.drill import Act, Choice, DrillView, Happening
from slotui.errors import UsageError
from slotui.tui.actions import ACTIONS
from slotui.tui.screens.drill import DrillScreen
from slotui.tui.screens.overview import OverviewScreen
from slotui.tui.screens.pick import PickScreen
from slotui.view.drill import KEYS
from slotui.view.words import ASCII

SLOS = ("checkout-availability", "checkout-latency", "inventory-freshness")
VIEW = DrillView(
    title="Tuesday, ten past twelve",
    brief="You are on call for Carta. It is Tuesday, and half of Europe is at lunch. Nothing is planned for today.",
    commitment="28d15a4723bc66f2507c4e7d87b869fc90a0a0483e6eef2289d8a55603655276",
    state="on",
    elapsed=252.0,
    lasts=1500.0,
    speed=10.0,
    slos=SLOS,
    causes=(Choice("payment", "the card processor fails"), Choice("noise", "nothing is broken")),
    decisions=(Choice("page", "wake the team"), Choice("ignore", "nothing to do")),
    remedies=(Choice("fail-over-payment", "the second processor"), Choice("roll-back-release", "the one before")),
    happenings=(
        Happening(0.0, "notice", "machine", "the drill begins"),
        Happening(60.0, "message", "ana", "All yours. One deploy went out at nine."),
        Happening(245.0, "alert", "machine", "page checkout-availability: over 14.4x in 1h and 5m fires"),
    ),
)
RESULT = ("Score 74 of 100", "", "  detect       10.0 of 10.0  noticed after 1m15s, par 2m")


class Desk:
    def __init__(self, view: DrillView = VIEW, *, plays: bool = True) -> None:
        self.now = view
        self.plays = plays
        self.acts: list[Act] = []
        self.refuses = False

    def view(self) -> DrillView:
        return self.now

    def act(self, act: Act) -> None:
        if self.refuses:
            raise UsageError("nothing to say", fix="write who has to know what")
        self.acts.append(act)
        said = Happening(self.now.elapsed, "act", "kim", f"{act.kind} {act.slo or ''} {act.choice}")
        self.now = replace(self.now, happenings=(*self.now.happenings, said))


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def opened(boards, stage, pilot):
    await boards.until(pilot, lambda: stage.app.showing.board is not None)
    await boards.until(pilot, lambda: isinstance(stage.app.screen, DrillScreen))
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
async def test_frames(boards, golden, desk, size):
    name = f"{size[0]}x{size[1]}"
    stage = boards.stage(boards.snapshot(), drill=desk)
    async with stage.app.run_test(size=size) as pilot:
        await opened(boards, stage, pilot)
        golden(f"drill-brief-{name}", stage.frame())
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(stage.app.screen, OverviewScreen)
        golden(f"drill-overview-{name}", stage.frame())
        await pilot.press("H", "1")
        await boards.until(pilot, lambda: "suffers because of" in stage.frame())
        golden(f"drill-hypothesis-{name}", stage.frame())
        await pilot.press("escape", "escape", "D")
        desk.now = replace(desk.now, state="over", elapsed=1500.0, result=RESULT)
        stage.app._tick()
        await boards.until(pilot, lambda: "Score 74" in stage.frame())
        golden(f"drill-over-{name}", stage.frame())


async def test_in_ascii_there_is_no_other_character(boards, golden, desk):
    stage = boards.stage(boards.snapshot(), drill=desk, glyphs=ASCII)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(boards, stage, pilot)
        golden("drill-brief-ascii", stage.frame())
        assert stage.frame().replace("…", "").isascii()


async def test_without_a_drill_its_keys_do_nothing(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, lambda: stage.app.showing.board is not None)
        await pilot.pause()
        before = stage.frame()
        await pilot.press(*(key for key, _, _ in KEYS))
        await pilot.pause()
        assert stage.frame() == before
        assert "DRILL" not in before


def test_its_keys_are_free_on_every_screen():
    taken = {key for action in ACTIONS for key in (*action.keys, *action.always)}
    assert not taken & {key for key, _, _ in KEYS}


@pytest.mark.parametrize(
    ("keys", "act"),
    [
        pytest.param(["A", "2"], Act("acknowledge", "checkout-latency"), id="acknowledge by number"),
        pytest.param(["A", "enter"], Act("acknowledge", "checkout-availability"), id="the SLO under the cursor"),
        pytest.param(
            ["A", "down", "j", "enter"], Act("acknowledge", "inventory-freshness"), id="by arrows and letters"
        ),
        pytest.param(["H", "1", "2"], Act("hypothesis", "checkout-availability", "noise"), id="hypothesis"),
        pytest.param(["C", "1", "2"], Act("decision", "checkout-latency", "page"), id="decision"),
        pytest.param(["M", "2"], Act("mitigation", choice="roll-back-release"), id="mitigation"),
        pytest.param(["N", "o", "n", "space", "i", "t", "enter"], Act("communication", text="on it"), id="news"),
        pytest.param(["F", "2"], Act("done"), id="finished"),
    ],
)
@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "in a burst"])
async def test_everything_can_be_done_by_a_few_keys(boards, desk, keys, act, at_once):
    stage = boards.stage(boards.snapshot(), drill=desk)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(boards, stage, pilot)
        if at_once:
            boards.burst(stage.app, *keys)
        else:
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
        await boards.until(pilot, lambda: desk.acts != [])
        assert desk.acts == [act]


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param(["A", "escape"], id="at the first question"),
        pytest.param(["H", "1", "escape", "escape"], id="at the second, then at the first"),
        pytest.param(["N", "escape"], id="before any word"),
        pytest.param(["N", "enter"], id="no word at all"),
        pytest.param(["F", "1"], id="not yet finished"),
        pytest.param(["A", "9", "escape"], id="a number that is not there"),
    ],
)
async def test_whoever_turns_back_has_done_nothing(boards, desk, keys):
    stage = boards.stage(boards.snapshot(), drill=desk)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(boards, stage, pilot)
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        assert desk.acts == []
        assert isinstance(stage.app.screen, DrillScreen)


async def test_the_mouse_opens_the_page_and_begins_an_act(boards, desk):
    stage = boards.stage(boards.snapshot(), drill=desk)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(boards, stage, pilot)
        await pilot.click(offset=(stage.frame().split("\n")[-1].index("mitigate"), 23))
        await boards.until(pilot, lambda: isinstance(stage.app.screen, PickScreen))
        await pilot.press("1")
        await boards.until(pilot, lambda: desk.acts == [Act("mitigation", choice="fail-over-payment")])
        await pilot.press("escape")
        await boards.until(pilot, lambda: isinstance(stage.app.screen, OverviewScreen))
        await pilot.click(offset=(10, 1))
        await boards.until(pilot, lambda: isinstance(stage.app.screen, DrillScreen))


async def test_the_palette_finds_what_can_be_done(boards, desk):
    stage = boards.stage(boards.snapshot(), drill=desk)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(boards, stage, pilot)
        await pilot.press("colon", *"hypoth")
        await boards.until(pilot, lambda: "which SLO suffers" in stage.frame())


async def test_a_choice_is_clicked(boards, desk):
    stage = boards.stage(boards.snapshot(), drill=desk)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(boards, stage, pilot)
        await pilot.press("M")
        await boards.until(pilot, lambda: isinstance(stage.app.screen, PickScreen))
        await pilot.pause()
        row = next(n for n, line in enumerate(stage.frame().split("\n")) if "2 roll-back" in line)
        await pilot.click(offset=(8, row))
        await pilot.pause()
        if not desk.acts:  # the first click puts the cursor there
            await pilot.click(offset=(8, row))
        await boards.until(pilot, lambda: desk.acts != [])
        assert desk.acts == [Act("mitigation", choice="roll-back-release")]


@pytest.mark.parametrize(
    ("view", "words"),
    [
        pytest.param(replace(VIEW, state="paused"), "the facilitator has paused the drill", id="paused"),
        pytest.param(replace(VIEW, state="over", result=RESULT), "the drill is over", id="over"),
    ],
)
async def test_while_nothing_can_be_done_it_is_said_why(boards, view, words):
    desk = Desk(view)
    stage = boards.stage(boards.snapshot(), drill=desk)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(boards, stage, pilot)
        await pilot.press("A")
        await boards.until(pilot, lambda: words in stage.frame().split("\n")[-1])
        assert desk.acts == []


async def test_a_replay_takes_no_acts_and_says_so(boards):
    desk = Desk(plays=False)
    stage = boards.stage(boards.snapshot(), drill=desk)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(boards, stage, pilot)
        assert "acknowledge" not in stage.frame().split("\n")[-1]
        await pilot.press("M")
        await boards.until(pilot, lambda: "this is a replay" in stage.frame())


async def test_what_the_drill_refuses_is_said_and_the_screen_stays(boards, desk):
    desk.refuses = True
    stage = boards.stage(boards.snapshot(), drill=desk)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(boards, stage, pilot)
        await pilot.press("A", "1")
        await boards.until(pilot, lambda: "nothing to say: write who has to know what" in stage.frame())
        assert stage.app.is_running


async def test_what_is_new_is_counted_until_the_page_is_read(boards, desk):
    stage = boards.stage(boards.snapshot(), drill=desk)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(boards, stage, pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert " new " not in stage.frame().split("\n")[1]
        desk.now = replace(desk.now, happenings=(*desk.now.happenings, Happening(250.0, "message", "ben", "hm")))
        stage.app._tick()
        await boards.until(pilot, lambda: "1 new  ben: hm" in stage.frame().split("\n")[1])
        await pilot.press("D")
        await boards.until(pilot, lambda: isinstance(stage.app.screen, DrillScreen))
        await pilot.press("escape")
        await boards.until(pilot, lambda: " new " not in stage.frame().split("\n")[1])


async def test_the_brief_stays_until_the_player_acts_and_then_what_is_new_is_seen(boards, desk):
    stage = boards.stage(boards.snapshot(), drill=desk)
    more = tuple(Happening(260.0 + n, "message", "ben", f"word {n}") for n in range(30))
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(boards, stage, pilot)
        desk.now = replace(desk.now, happenings=(*desk.now.happenings, *more))
        stage.app._tick()
        await boards.until(pilot, lambda: "word 0" in stage.frame())
        assert "You are on call for Carta" in stage.frame()
        await pilot.press("A", "1")
        await boards.until(pilot, lambda: "acknowledge checkout-availability" in stage.frame())
        assert "word 29" in stage.frame()
        await pilot.press("g")  # and whoever looks at the brief again stays there
        desk.now = replace(desk.now, happenings=(*desk.now.happenings, Happening(300.0, "message", "ben", "later")))
        stage.app._tick()
        await pilot.pause()
        assert "You are on call for Carta" in stage.frame()


async def test_it_rings_for_what_is_new_if_it_may(boards, desk, monkeypatch):
    rung: list[int] = []
    stage = boards.stage(boards.snapshot(), drill=desk, rings=True)
    monkeypatch.setattr(stage.app, "bell", lambda: rung.append(1))
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(boards, stage, pilot)
        stage.app._tick()
        rung.clear()
        stage.app._tick()
        assert rung == []
        desk.now = replace(desk.now, happenings=(*desk.now.happenings, Happening(250.0, "alert", "machine", "page")))
        stage.app._tick()
        assert rung == [1]


async def test_a_window_too_small_keeps_the_line(boards, desk):
    stage = boards.stage(boards.snapshot(), drill=desk)
    async with stage.app.run_test(size=(40, 10)) as pilot:
        await opened(boards, stage, pilot)
        assert "DRILL 04:12" in stage.frame()
        assert all(len(row) <= 40 for row in stage.frame().split("\n"))


async def test_nothing_is_drawn_once_the_screens_are_taken_down(boards, monkeypatch):
    stage = boards.stage(boards.snapshot())
    monkeypatch.setattr(type(stage.app), "screen_stack", [])
    assert stage.app._taken_down
    stage.app._tick()  # as a timer does that fires while Textual closes
