"""What each key does, driven as a person would."""

from __future__ import annotations

from dataclasses import replace

from slotui.tui.screens.detail import DetailScreen
from slotui.tui.screens.explain import ExplainScreen
from slotui.tui.screens.help import HelpScreen
from slotui.tui.screens.overview import OverviewScreen


async def _shown(stage, pilot, boards):
    await boards.until(pilot, lambda: stage.app.showing.board is not None)
    await pilot.pause()


def _cursor(stage):
    return next(row for row in stage.frame().split("\n") if row.startswith("▌"))


async def test_j_and_k_and_the_arrows_move_the_cursor_and_stop_at_the_ends(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        assert "checkout-availability" in _cursor(stage)
        await pilot.press("j")
        assert "search-results" in _cursor(stage)
        await pilot.press("down")
        assert "checkout-latency" in _cursor(stage)
        await pilot.press("k", "up", "k")
        assert "checkout-availability" in _cursor(stage)
        await pilot.press(*["j"] * 6)
        assert "inventory-freshness" in _cursor(stage)


async def test_enter_opens_the_slo_under_the_cursor_and_esc_comes_back_to_it(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        for opens, closes in [("enter", "escape"), ("l", "h"), ("right", "left")]:
            await pilot.press("j", opens)
            await pilot.pause()
            assert isinstance(stage.app.screen, DetailScreen)
            name = stage.app.screen.slo
            assert name in stage.frame().split("\n")[1]
            await pilot.press(closes)
            await pilot.pause()
            assert isinstance(stage.app.screen, OverviewScreen)
            assert name in _cursor(stage)


async def test_in_the_detail_j_goes_to_the_next_slo_and_the_list_follows(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("enter", "j", "j", "k")
        await pilot.pause()
        assert "search-results" in stage.frame().split("\n")[1]
        await pilot.press("escape")
        await pilot.pause()
        assert "search-results" in _cursor(stage)


async def test_e_explains_and_scrolls_to_its_end(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("enter", "e")
        await pilot.pause()
        assert isinstance(stage.app.screen, ExplainScreen)
        assert "eligible N        38,880,000" in stage.frame()
        assert "state now" not in stage.frame()
        await pilot.press("j")
        assert "2-22 of" in stage.frame()
        await pilot.press("G")
        assert "good over 30d" in stage.frame()
        assert "eligible N" not in stage.frame()
        await pilot.press("k")
        assert "good over 30d" in stage.frame()
        await pilot.press("g")
        assert "1-21 of" in stage.frame()
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(stage.app.screen, DetailScreen)


async def test_question_mark_opens_and_closes_the_help_from_everywhere(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        for first in ([], ["enter"], ["e"]):
            await pilot.press(*first, "question_mark")
            await pilot.pause()
            assert isinstance(stage.app.screen, HelpScreen)
            await pilot.press("question_mark")
            await pilot.pause()
            assert not isinstance(stage.app.screen, HelpScreen)


async def test_p_freezes_every_number_until_it_is_pressed_again(boards):
    better = [(slo, replace(reading)) for slo, reading in boards.six()][2:3]
    stage = boards.stage(boards.snapshot(), boards.snapshot(better))
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("p")
        await pilot.pause()
        before = stage.frame().split("\n")
        await pilot.press("r")
        await boards.until(pilot, lambda: stage.app.showing.newer == 1)
        await pilot.press("j", "k")
        await pilot.pause()
        after = stage.frame().split("\n")
        assert "(1 newer)" in after[0]
        assert after[1:] == before[1:]
        await pilot.press("p")
        await pilot.pause()
        assert "LIVE" in stage.frame()
        assert "16.5x" not in stage.frame()


async def test_a_paused_screen_tells_when_the_source_dies_behind_it(boards):
    stage = boards.stage(boards.snapshot(), None)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("p", "r")
        stage.pass_seconds(300)
        stage.app._tick()
        await pilot.pause()
        assert "the source is STALE now" in stage.frame()


async def test_r_asks_the_source_at_once(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        assert stage.source.asked == 1
        await pilot.press("r")
        await boards.until(pilot, lambda: stage.source.asked == 2)


async def test_plus_and_minus_change_the_rate_on_the_screen(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("plus")
        await boards.until(pilot, lambda: "LIVE 5s" in stage.frame())
        await pilot.press("minus", "minus")
        await boards.until(pilot, lambda: "LIVE 15s" in stage.frame())
        for start, key, end in [(120, "minus", 300), (300, "minus", 300), (2, "plus", 1), (1, "plus", 1)]:
            stage.feed.every = start
            await pilot.press(key)
            assert stage.feed.every == end


async def test_the_order_holds_still_while_the_cursor_moves_and_the_cursor_stays_on_its_slo(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        table = stage.app.overview.table
        board = stage.app.showing.board
        await pilot.press("j", "j")
        assert table.selected == "checkout-latency"
        turned = replace(board, slos=tuple(reversed(board.slos)))
        stage.pass_seconds(1.9)
        table.show_board(turned, stage.time[0])
        assert table._order == [slo.name for slo in board.slos]
        stage.pass_seconds(0.2)
        table.show_board(turned, stage.time[0])
        assert table._order == [slo.name for slo in turned.slos]
        assert table.selected == "checkout-latency"


async def test_an_slo_that_goes_away_leaves_the_cursor_at_its_place(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        table = stage.app.overview.table
        board = stage.app.showing.board
        await pilot.press("j")
        rest = replace(board, slos=tuple(slo for slo in board.slos if slo.name != "search-results"))
        table.show_board(rest, stage.time[0] + 10)
        assert table.selected == "checkout-latency"


async def test_a_long_list_scrolls_with_the_cursor_and_says_where_it_is(boards):
    readings = boards.six()[:1]
    slo, reading = readings[0]
    many = [(replace(slo, name=f"slo-{number:02}"), reading) for number in range(50)]
    stage = boards.stage(boards.snapshot(many), slos=[each for each, _ in many])
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        assert "of 50 SLOs" in stage.frame()
        stage.app.overview.table.move(29, stage.time[0])
        await pilot.press("j")
        await pilot.pause()
        assert "slo-30" in _cursor(stage)
        stage.app.overview.table.move(30, stage.time[0])
        await pilot.pause()
        assert "slo-49" in _cursor(stage)
        assert "-50 of 50 SLOs" in stage.frame()


async def test_a_click_selects_a_row(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.click("#table", offset=(20, 3))
        await pilot.pause()
        assert "stock-sync" in _cursor(stage)


async def test_q_quits_with_0_while_the_source_hangs(boards):
    stage = boards.stage(None)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
    assert stage.app.return_code == 0


async def test_ctrl_c_quits_from_any_screen(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("enter", "e", "question_mark", "ctrl+c")
    assert stage.app.return_code == 0
    assert not stage.app.is_running
