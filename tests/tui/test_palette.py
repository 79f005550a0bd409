"""The command palette: every SLO and every action, found by letters, and run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import OptionList

from slotui.tui.actions import ACTIONS, Place
from slotui.tui.app import BoardReady
from slotui.tui.commands import Commands, Palette
from slotui.tui.screens.alerts import AlertsScreen
from slotui.tui.screens.detail import DetailScreen
from slotui.tui.screens.help import HelpScreen


async def opened(stage, pilot, boards, *letters):
    """The palette with its hits for these letters."""
    await boards.until(pilot, lambda: stage.app.showing.board is not None)
    await pilot.press("colon")
    await boards.until(pilot, lambda: isinstance(stage.app.screen, Palette) and offered(stage))
    await pilot.press(*letters)
    await boards.until(pilot, lambda: not searching(stage))
    await pilot.pause()


def searching(stage):
    """Whether the last search still goes on."""
    return any(worker.is_running for worker in stage.app.workers if worker.group == Palette._GATHER_COMMANDS_GROUP)


def offered(stage):
    """The lines of the palette."""
    found = stage.app.screen.query_one(OptionList)
    return [str(found.get_option_at_index(index).prompt) for index in range(found.option_count)]


async def test_an_slo_is_found_by_letters_and_opened_and_back_is_the_overview(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, lambda: stage.app.showing.board is not None)
        await pilot.press("a")
        await opened(stage, pilot, boards, *"stk")
        assert "stock-sync" in offered(stage)[0]
        await pilot.press("enter")
        await boards.until(pilot, lambda: isinstance(stage.app.screen, DetailScreen))
        assert stage.app.screen.slo == "stock-sync"
        await pilot.press("escape")
        await pilot.pause()
        assert stage.app.screen is stage.app.overview
        assert stage.app.overview.subject == "stock-sync"


async def test_an_action_is_found_by_its_name_and_run(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(stage, pilot, boards, *"alerts")
        await pilot.press("enter")
        await boards.until(pilot, lambda: isinstance(stage.app.screen, AlertsScreen))


async def test_every_action_of_the_place_is_offered_and_no_other(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, lambda: stage.app.showing.board is not None)
        for place, keys in ((Place.OVERVIEW, []), (Place.HELP, ["question_mark"])):
            await pilot.press(*keys)
            await pilot.pause()
            palette = Commands(stage.app.screen)
            await palette.startup()
            names = {offer.name for offer in palette._offers if offer.kind == "action"}
            there = {action.name.replace("_", " ") for action in ACTIONS if place in action.places}
            assert names == there - {"palette"}
        assert isinstance(stage.app.screen, HelpScreen)


async def test_the_theme_can_be_chosen_and_textuals_own_commands_do_not_show(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(stage, pilot, boards, *"theme nord")
        assert "theme nord" in offered(stage)[0]
        assert not any("creenshot" in line or "Maximize" in line for line in offered(stage))
        await pilot.press("enter")
        await boards.until(pilot, lambda: stage.app.theme == "nord")


async def test_the_board_goes_on_below_an_open_palette_and_ctrl_c_leaves_it(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(stage, pilot, boards)
        stage.pass_seconds(3)
        stage.app._tick()
        stage.app.on_board_ready(BoardReady(boards.make(at=boards.now + 1)))
        await pilot.press("ctrl+c")
    assert stage.app.return_code == 0


async def test_of_five_thousand_slos_fifty_are_shown(boards):
    board = boards.make()
    slo = board.slos[0]
    many = tuple(replace(slo, slo=replace(slo.slo, name=f"team-{number % 40}-slo-{number}")) for number in range(5000))
    stage = boards.stage(None)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        stage.app.on_board_ready(BoardReady(replace(board, slos=many)))
        await opened(stage, pilot, boards, *"slo")
        assert len(offered(stage)) == 50
        await pilot.press(*"-4999")
        await boards.until(pilot, lambda: len(offered(stage)) == 1)
        assert "team-39-slo-4999" in offered(stage)[0]


@pytest.mark.parametrize("letters", ["zzzz", "[/red]", "\\"])
async def test_letters_that_fit_nothing_are_told_so(boards, letters):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await opened(stage, pilot, boards)
        stage.app.screen.query_one("CommandInput").value = letters
        await boards.until(pilot, lambda: "No matches found" in stage.frame())
