"""The list: filtered, sorted, scrolled, by keys and by mouse. Golden frames: UPDATE_GOLDEN=1, then look at them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.tui.app import BoardReady
from slotui.tui.screens.detail import DetailScreen
from slotui.view.order import Order
from slotui.view.words import ASCII


async def _shown(stage, pilot, boards):
    await boards.until(pilot, lambda: stage.app.showing.board is not None)
    await pilot.pause()


def _cursor(stage):
    return next(row for row in stage.frame().split("\n") if row.startswith("▌"))


def _names(stage):
    return stage.app.overview.table._order


def _fifty(boards):
    readings = []
    for number in range(50):
        slo, reading = boards.six()[number % 6]
        labels = {"team": ("payments", "search", "stock")[number % 3]}
        readings.append((replace(slo, name=f"{slo.name}-{number:02}", labels=labels), reading))
    return boards.stage(boards.snapshot(readings), slos=[slo for slo, _ in readings], ledger=())


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        pytest.param("filter-typing", ["slash", *"state:pa"], id="a filter while it is typed"),
        pytest.param("filter-kept", ["slash", *"team=pay !state:ok", "enter"], id="a filter that is kept"),
        pytest.param("filter-misspelt", ["slash", *"sate:page"], id="a filter that is misspelt"),
        pytest.param("filter-no-match", ["slash", *"xyzzy", "enter"], id="a filter that nothing matches"),
        pytest.param("list-scrolled", ["pagedown", "pagedown"], id="fifty, two pages down"),
    ],
)
async def test_fifty(boards, golden, name, keys, size):
    stage = _fifty(boards)
    async with stage.app.run_test(size=size) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press(*keys)
        await pilot.pause()
        golden(f"{name}-{size[0]}x{size[1]}", stage.frame())


async def test_sorted_by_each_column_forward_and_back(boards, golden):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        first = _names(stage)
        for order in [*Order][1:]:
            await pilot.press("s")
            await pilot.pause()
            assert stage.app.overview.choice.order is order
            golden(f"sorted-by-{order}-80x24", stage.frame())
        await pilot.press("s")
        assert _names(stage) == first
        await pilot.press("S")
        assert stage.app.overview.choice.order is Order.TIER


async def test_the_order_is_marked_in_ascii_too(boards):
    stage = boards.stage(boards.snapshot(), glyphs=ASCII)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("s")
        await pilot.pause()
        assert "SLOv" in stage.frame()


async def test_the_keys_are_letters_while_a_filter_is_typed_and_keys_again_after(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("slash", *"qx", "enter")
        await pilot.pause()
        assert stage.app.overview.choice.text == "qx"
        assert "No SLO matches qx" in stage.frame()
        assert "checkout-availability burns 16.5x" in stage.frame()
        await pilot.press("slash", "backspace", "backspace", *"latency", "enter", "enter")
        await pilot.pause()
        assert isinstance(stage.app.screen, DetailScreen)
        assert stage.app.screen.slo == "checkout-latency"


async def test_esc_shows_all_while_typing_and_later(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        for keys in (["slash", *"sync", "escape"], ["slash", *"sync", "enter", "escape"]):
            await pilot.press(*keys)
            await pilot.pause()
            assert len(_names(stage)) == 6
            assert "? help" in stage.frame()


async def test_arrows_move_the_cursor_while_a_filter_is_typed(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("slash", *"check", "down")
        await pilot.pause()
        assert "checkout-latency" in _cursor(stage)


async def test_a_page_that_a_filter_hides_is_said(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("slash", *"sync", "enter")
        await pilot.pause()
        assert "/sync 1 of 6 SLOs 1 PAGE hidden  esc shows all" in stage.frame()


async def test_the_cursor_stays_on_its_slo_when_the_order_or_the_filter_changes(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("j", "j", "s")
        await pilot.pause()
        assert "checkout-latency" in _cursor(stage)
        await pilot.press("slash", *"lat", "enter")
        await pilot.pause()
        assert "checkout-latency" in _cursor(stage)
        await pilot.press("escape")
        await pilot.pause()
        assert "checkout-latency" in _cursor(stage)


async def test_pages_and_ends_of_a_long_list(boards):
    stage = _fifty(boards)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        table = stage.app.overview.table
        for key, row in [("G", 49), ("g", 0), ("pagedown", table.page), ("ctrl+u", 0), ("end", 49), ("home", 0)]:
            await pilot.press(key)
            await pilot.pause()
            assert table.selected == _names(stage)[row]


async def test_the_mouse_selects_opens_scrolls_and_sorts(boards):
    stage = _fifty(boards)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        table = stage.app.overview.table
        await pilot.click("#header", offset=(15, 0))
        assert stage.app.overview.choice.order is Order.NAME
        await pilot.click("#table", offset=(20, 3))
        assert table.selected == _names(stage)[3]
        table._scroll(30)
        await pilot.pause()
        assert table.in_sight[0] == 31
        assert table.selected == _names(stage)[30]
        await pilot.click("#table", offset=(20, 2))
        await pilot.click("#table", offset=(20, 2))
        await pilot.pause()
        assert isinstance(stage.app.screen, DetailScreen)
        assert stage.app.screen.slo == _names(stage)[32]


async def test_m_shows_both_the_list_alone_and_the_detail_alone(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(140, 40)) as pilot:
        await _shown(stage, pilot, boards)
        assert "LEFT     GONE IN" in stage.frame()
        await pilot.press("m")
        await pilot.pause()
        assert "LEFT     GONE IN" not in stage.frame()
        assert "BUDGET LEFT" in stage.frame()
        await pilot.press("m")
        await pilot.pause()
        assert isinstance(stage.app.screen, DetailScreen)
        await pilot.press("m")
        await pilot.pause()
        assert "LEFT     GONE IN" in stage.frame()
        assert "BUDGET LEFT" in stage.frame()


@pytest.mark.parametrize("key", ["j", None], ids=["after a key", "after a click"])
async def test_the_order_holds_still_while_a_hand_is_on_the_list(boards, key):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        stage.pass_seconds(10)
        if key is None:
            await pilot.click("#table", offset=(20, 1))
        else:
            await pilot.press(key)
        before = _names(stage)
        board = stage.app.showing.board
        stage.app.post_message(BoardReady(replace(board, slos=tuple(reversed(board.slos)), at=board.at + 1)))
        await pilot.pause()
        assert _names(stage) == before


async def test_the_cursor_comes_back_to_the_slo_that_a_filter_hid(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("j", "j", "slash", *"zzz", "escape")
        await pilot.pause()
        assert "checkout-latency" in _cursor(stage)


@pytest.mark.parametrize("size", [(60, 14), (80, 24)], ids=["60x14", "80x24"])
async def test_what_is_typed_is_seen_however_much_there_is_to_say_about_it(boards, size):
    readings = [
        (replace(slo, labels={f"label_number_{index}": "x" for index in range(30)}), reading)
        for slo, reading in boards.six()
    ]
    stage = boards.stage(boards.snapshot(readings), slos=[slo for slo, _ in readings])
    async with stage.app.run_test(size=size) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("slash", *"qqq=1")
        await pilot.pause()
        assert "/ qqq=1" in stage.frame().split("\n")[-1]
