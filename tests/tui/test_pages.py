"""Ledger, alerts, explain, help: frames, and what their keys do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events
from textual.widgets import OptionList

from slotui.errors import SourceError
from slotui.tui.actions import ACTIONS
from slotui.tui.app import BoardReady
from slotui.tui.commands import Palette
from slotui.tui.screens.detail import DetailScreen
from slotui.tui.widgets.pick_list import PickList
from slotui.view.words import ASCII


def searched(stage):
    """Whether the palette has found what there is."""
    busy = any(worker.is_running for worker in stage.app.workers if worker.group == Palette._GATHER_COMMANDS_GROUP)
    return isinstance(stage.app.screen, Palette) and not busy and stage.app.screen.query_one(OptionList).option_count


async def shown(stage, pilot, boards):
    await boards.until(pilot, lambda: stage.app.showing.board is not None)
    await pilot.pause()


TOUR = (
    ("ledger", ["L"]),
    ("ledger-all", ["L", "j"]),
    ("ledger-entry", ["enter"]),
    ("alerts", ["escape", "a"]),
    ("alerts-recovering", ["j", "j", "j"]),
    ("explain", ["escape", "e"]),
    ("explain-end", ["G"]),
    ("help", ["escape", "question_mark"]),
    ("help-end", ["G"]),
    ("palette", ["question_mark", "a", "colon"]),
    ("palette-found", [*"che"]),
)
"""Frames, and the keys from one to the next."""


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
async def test_frames_from_page_to_page(boards, golden, size):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=size) as pilot:
        await shown(stage, pilot, boards)
        for name, keys in TOUR:
            await pilot.press(*keys)
            if name.startswith("palette"):
                await boards.until(pilot, lambda: searched(stage))
            await pilot.pause()
            golden(f"{name}-{size[0]}x{size[1]}", stage.frame())


async def test_empty_ledger_and_quiet_alerts_have_their_own_sentences(boards, golden):
    slo, reading = boards.six()[2]
    stage = boards.stage(boards.snapshot([(slo, reading)]), slos=[slo], ledger=())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await shown(stage, pilot, boards)
        await pilot.press("L", "L")
        await pilot.pause()
        golden("ledger-empty-80x24", stage.frame())
        assert "slotui ledger claim FROM TO" in stage.frame()
        await pilot.press("a")
        await pilot.pause()
        golden("alerts-none-80x24", stage.frame())
        assert "no alert fires" in stage.frame()


async def test_without_slos_there_is_a_sentence_for_that(boards):
    stage = boards.stage(boards.snapshot([]), slos=[], ledger=())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await shown(stage, pilot, boards)
        await pilot.press("a")
        await pilot.pause()
        assert "slotui watch --slos PATH" in stage.frame()
        await pilot.press("L")
        await pilot.pause()
        assert "No entry" in stage.frame()


async def test_in_ascii_no_page_has_another_character(boards, golden):
    stage = boards.stage(boards.snapshot(), glyphs=ASCII)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await shown(stage, pilot, boards)
        for name, keys in (
            ("ledger", ["L"]),
            ("entry", ["enter"]),
            ("alerts", ["escape", "a"]),
            ("palette", ["colon"]),
        ):
            await pilot.press(*keys)
            if name == "palette":
                await boards.until(pilot, lambda: searched(stage))
            await pilot.pause()
            assert {char for char in stage.frame() if not char.isascii()} <= {"…"}, name
            golden(f"{name}-ascii", stage.frame())


async def test_the_ledger_turns_from_one_slo_to_all_and_back_and_opens_an_entry(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await shown(stage, pilot, boards)
        await pilot.press("j", "L")
        await pilot.pause()
        assert "LEDGER search-results, 30d" in stage.frame()
        assert "slotui ledger claim" in stage.frame()
        await pilot.press("L")
        await pilot.pause()
        assert "LEDGER all SLOs" in stage.frame()
        await pilot.press("G", "enter")
        await pilot.pause()
        assert "payment provider down" in stage.frame()
        assert "BAD EVENTS OF checkout-availability" in stage.frame()
        await pilot.press("escape", "L", "escape")
        await pilot.pause()
        assert stage.app.screen is stage.app.overview


async def test_the_ledger_cursor_stays_on_its_entry_when_a_newer_one_comes(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await shown(stage, pilot, boards)
        await pilot.press("L", "j")
        newer = replace(boards.ledger[2], id="e4", started=boards.now - 1, operator="dora")
        board = stage.app.showing.board
        stage.app.on_board_ready(BoardReady(replace(board, entries=(*board.entries, newer))))
        await pilot.pause()
        rows = stage.frame().split("\n")
        assert "dora" in rows[4]
        assert "▌" in rows[6]
        assert "ben" in rows[6]
        assert "3 of 4" in rows[1]


async def test_alerts_open_their_slo_and_back_is_where_one_was(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await shown(stage, pilot, boards)
        await pilot.press("a", "j", "enter")
        await pilot.pause()
        assert isinstance(stage.app.screen, DetailScreen)
        assert stage.app.screen.slo == "checkout-latency"
        await pilot.press("a", "L", "a", "escape")
        await pilot.pause()
        assert isinstance(stage.app.screen, DetailScreen)


async def test_a_click_picks_a_row_a_second_one_opens_it_and_the_wheel_moves(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await shown(stage, pilot, boards)
        await pilot.press("a")
        await pilot.pause()
        await pilot.click(PickList, offset=(20, 6))
        await pilot.pause()
        assert "7 of 24" in stage.frame()
        assert "▌✔ PAGE   search-results" in stage.frame()
        stage.app.screen.rows.on_mouse_scroll_down(events.MouseScrollDown(None, 1, 1, 0, 1, 0, False, False, False))
        await pilot.pause()
        assert "10 of 24" in stage.frame()
        await pilot.click(PickList, offset=(20, 6))
        await pilot.click(PickList, offset=(20, 6))
        await boards.until(pilot, lambda: isinstance(stage.app.screen, DetailScreen))
        assert stage.app.screen.slo == "search-results"


async def test_ages_grow_and_nothing_is_put_in_order_again(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await shown(stage, pilot, boards)
        await pilot.press("a")
        await pilot.pause()
        ranked = stage.app.screen._ranked
        assert "FIRING 10m27s" in stage.frame()
        stage.pass_seconds(3)
        stage.app._tick()
        await pilot.pause()
        assert "FIRING 10m30s" in stage.frame()
        assert stage.app.screen._ranked is ranked


async def test_stale_alerts_and_entries_are_greyed_and_say_was(boards):
    stage = boards.stage(boards.snapshot(), SourceError("gone"))
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await shown(stage, pilot, boards)
        await pilot.press("r")
        await boards.until(pilot, lambda: stage.app.showing.board.source.state == "stale")
        await pilot.press("a")
        await pilot.pause()
        assert "1 page and 2 tickets fired" in stage.frame()
        assert "was FIRING" in stage.frame()


async def test_without_an_answer_the_pages_say_so(boards):
    stage = boards.stage(SourceError("cannot reach it"))
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await shown(stage, pilot, boards)
        for key in ("a", "L"):
            await pilot.press(key)
            await pilot.pause()
            assert "cannot reach it" in stage.frame()


async def test_five_thousand_slos_have_their_alerts_gone_through_a_screen_at_a_time(boards):
    slo, reading = boards.six()[0]
    many = [(replace(slo, name=f"slo-{number:04}"), reading) for number in range(50)]
    board = boards.make(many, entries=())
    huge = replace(board, slos=board.slos * 100)
    stage = boards.stage(None)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        stage.app.on_board_ready(BoardReady(huge))
        await pilot.press("a", "G")
        await pilot.pause()
        assert "20,000 of 20,000" in stage.frame()
        await pilot.press("pageup")
        await pilot.pause()
        assert "19,987 of 20,000" in stage.frame()


@pytest.mark.parametrize("keys", [["question_mark"], ["e"]], ids=["help", "explain"])
async def test_text_is_gone_through_by_line_by_screen_to_the_ends_and_by_wheel(boards, keys):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await shown(stage, pilot, boards)
        await pilot.press(*keys)
        for key, first in [("j", 2), ("pagedown", 22), ("k", 21), ("ctrl+u", 1), ("k", 1)]:
            await pilot.press(key)
            await pilot.pause()
            assert f" {first}-{first + 20} of" in stage.frame().split("\n")[1], key
        await pilot.press("G")
        await pilot.pause()
        end = stage.frame().split("\n")[1]
        last = end.rsplit(" of ")[1].split()[0]
        assert f"-{last} of {last} lines" in end
        await pilot.press("j")
        await pilot.pause()
        assert stage.frame().split("\n")[1] == end
        await pilot.press("home")
        await pilot._post_mouse_events([events.MouseScrollDown], None)
        await pilot.pause()
        assert " 4-24 of" in stage.frame()


async def test_every_action_is_in_the_help_and_can_be_reached_at_80x24(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await shown(stage, pilot, boards)
        await pilot.press("question_mark")
        seen = ""
        for _ in range(5):
            await pilot.pause()
            seen += stage.frame()
            await pilot.press("pagedown")
        assert [action.name for action in ACTIONS if action.help not in seen] == []


async def test_y_copies_one_question_after_the_other_and_says_so_in_the_footer(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await shown(stage, pilot, boards)
        footer = stage.frame().split("\n")[-1]
        await pilot.press("y")
        await pilot.pause()
        assert "copied 1 of 10, y for the next: bad share over 30d of checkout-av" in stage.frame().split("\n")[-1]
        assert stage.app.clipboard.endswith('synthetic="false"}[30d])) > 0), 0)')
        await pilot.press("enter", "y")
        await pilot.pause()
        assert "copied 2 of 10" in stage.frame().split("\n")[-1]
        assert "[5m]" in stage.app.clipboard
        stage.pass_seconds(6)
        await pilot.press("e", "y")
        await pilot.pause()
        assert "copied 1 of 10" in stage.frame().split("\n")[-1]
        await pilot.press("escape", "escape")
        stage.app.overview._fall_silent()
        await pilot.pause()
        assert stage.frame().split("\n")[-1] == footer


async def test_where_there_is_nothing_to_copy_the_footer_says_why(boards):
    stage = boards.stage(None)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("y")
        await pilot.pause()
        assert "nothing to copy" in stage.frame()
        assert stage.app.clipboard == ""
