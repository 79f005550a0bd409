"""The what-if line, typed over another screen and answered while one types."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.tui.screens.detail import DetailScreen
from slotui.tui.screens.overview import OverviewScreen
from slotui.tui.screens.what_if import WhatIfScreen


async def _shown(stage, pilot, boards):
    await boards.until(pilot, lambda: stage.app.showing.board is not None)
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
async def test_it_answers_live_over_the_list_and_esc_leads_back(boards, golden, size):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=size) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("j", "j", "w")
        await boards.until(pilot, lambda: "1% errors for 10m would cost" in stage.frame())
        assert "WHAT IF checkout-latency" in stage.frame()
        await pilot.press("ctrl+u", *"50% 5h")
        await boards.until(pilot, lambda: "50% errors for 5h would cost 5.6%" in stage.frame())
        golden(f"what-if-{size[0]}x{size[1]}", stage.frame())
        await pilot.press("backspace", "x")
        await boards.until(pilot, lambda: "is not a duration" in stage.frame())
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(stage.app.screen, OverviewScreen)


async def test_over_the_detail_it_speaks_of_the_open_slo_and_of_the_board_as_it_goes_on(boards):
    slo, reading = boards.six()[0]
    halved = replace(reading, windows={**reading.windows, 3600: replace(reading.windows[3600], measured=7200)})
    stage = boards.stage(boards.snapshot([(slo, reading)]), boards.snapshot([(slo, halved)]), slos=[slo])
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("enter", "w")
        await boards.until(pilot, lambda: "at 15 requests/s" in stage.frame())
        stage.feed.refresh_now()
        await boards.until(pilot, lambda: "at 7.5 requests/s" in stage.frame())
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(stage.app.screen, DetailScreen)


async def test_without_traffic_there_is_nothing_to_go_by_and_ctrl_c_quits(boards):
    slo, reading = boards.six()[4]
    stage = boards.stage(boards.snapshot([(slo, reading)]), slos=[slo])
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("w")
        await boards.until(pilot, lambda: "nothing came in the last hour" in stage.frame())
        assert isinstance(stage.app.screen, WhatIfScreen)
        await pilot.press("ctrl+c")
    assert stage.app.return_code == 0
