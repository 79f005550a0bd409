"""Golden frames: what a person sees, as text. UPDATE_GOLDEN=1 rewrites them; then look at the diff."""

from __future__ import annotations

import pytest

from slotui.core.reading import read_timeline
from slotui.duration import DAY, HOUR
from slotui.errors import SourceError
from slotui.view.words import ASCII

REFUSED = SourceError("cannot reach http://127.0.0.1:9090: connection refused")


async def _shown(stage, pilot, boards):
    await boards.until(pilot, lambda: stage.app.showing.board is not None)
    await pilot.pause()


@pytest.mark.parametrize(
    ("name", "size", "keys"),
    [
        pytest.param("overview-80x24", (80, 24), [], id="the overview on the smallest usual terminal"),
        pytest.param("overview-140x40", (140, 40), [], id="the overview with the detail beside it"),
        pytest.param("overview-140x40-next", (140, 40), ["j"], id="the detail beside follows the cursor"),
        pytest.param("detail-80x24", (80, 24), ["enter"], id="one SLO in full"),
        pytest.param("detail-140x40", (140, 40), ["enter"], id="one SLO in full, with its queries"),
        pytest.param("detail-no-data", (80, 24), ["j", "j", "j", "enter"], id="one SLO without any data"),
        pytest.param("small-50x10", (50, 10), [], id="too small for a table: the verdict stays"),
        pytest.param("small-detail-50x10", (50, 10), ["enter"], id="too small for a detail: the verdict stays"),
    ],
)
async def test_live(boards, golden, name, size, keys):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=size) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press(*keys)
        await pilot.pause()
        golden(name, stage.frame())


async def test_overview_in_ascii_has_no_other_character(boards, golden):
    stage = boards.stage(boards.snapshot(), glyphs=ASCII)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        golden("overview-ascii", stage.frame())
        assert stage.frame().isascii()
        await pilot.press("enter")
        await pilot.pause()
        golden("detail-ascii", stage.frame())
        assert stage.frame().replace("…", "").isascii()


async def test_stale_keeps_the_numbers_and_says_was(boards, golden):
    stage = boards.stage(boards.snapshot(), REFUSED)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        live = stage.frame()
        stage.pass_seconds(126)
        await pilot.press("r")
        await boards.until(pilot, lambda: stage.app.showing.board.source.state == "stale")
        await pilot.pause()
        stale = stage.frame()
        golden("stale-80x24", stale)
        assert "42.4%" in live
        assert "42.4%" in stale
        assert "! STALE 2m10s" in stale
        assert "last good 14:02:27" in stale
        assert "retry in 10s" in stale
        assert "was PAGE" in stale
        await pilot.press("enter")
        await pilot.pause()
        golden("stale-detail-80x24", stage.frame())


async def test_down_says_what_failed_and_what_to_type(boards, golden):
    stage = boards.stage(REFUSED)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        frame = stage.frame()
        golden("down-80x24", frame)
        assert "connection refused" in frame
        assert "slotui lab up" in frame
        assert "100.0%" not in frame


async def test_waiting_for_the_first_answer_is_not_a_number(boards, golden):
    stage = boards.stage(None)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        stage.pass_seconds(3)
        stage.app._tick()
        await pilot.pause()
        frame = stage.frame()
        golden("waiting-80x24", frame)
        assert "WAITING 3s" in frame
        assert "%" not in frame


async def test_paused_freezes_the_numbers_and_counts_what_is_newer(boards, golden):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("p")
        for asked in (2, 3, 4):
            await pilot.press("r")
            await boards.until(pilot, lambda asked=asked: stage.app.showing.newer == asked - 1)
        await pilot.pause()
        golden("paused-80x24", stage.frame())


async def test_a_young_service_says_how_much_of_its_window_was_measured(boards, golden):
    slo = boards.event_slo("checkout-availability", 0.999)
    line = boards.timeline(30 * DAY, length=3.6 * DAY, ratio=boards.bursts(0.0001, (3 * HOUR, 2 * HOUR, 0.05)))
    stage = boards.stage(boards.snapshot([(slo, read_timeline(slo, line, boards.now))]), slos=[slo], ledger=())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        golden("young-80x24", stage.frame())
        assert "12% of 30d measured" in stage.frame()
        assert "left if the rest is clean" in stage.frame()
        await pilot.press("enter")
        await pilot.pause()
        golden("young-detail-80x24", stage.frame())
        assert "PROJECTED" in stage.frame()


async def test_without_slos_the_screen_says_what_to_type(boards, golden):
    stage = boards.stage(boards.snapshot([]), slos=[])
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        golden("no-slos-80x24", stage.frame())
        assert "slotui watch --slos PATH" in stage.frame()


async def test_no_line_is_wider_than_the_screen_at_any_width(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        for width, height in [(60, 12), (61, 13), (79, 24), (100, 30), (119, 20), (120, 12), (200, 60), (30, 5)]:
            await pilot.resize_terminal(width, height)
            await boards.until(pilot, lambda height=height: stage.frame().count("\n") + 1 == height)
            await pilot.pause()
            assert "burns" in stage.frame()
            assert "16.5x" in stage.frame()
