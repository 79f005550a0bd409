"""The policy screen opens from everywhere on the SLO that is meant."""

from __future__ import annotations

import pytest

from slotui.tui.screens.detail import DetailScreen
from slotui.tui.screens.overview import OverviewScreen
from slotui.tui.screens.policy import PolicyScreen


async def _shown(stage, pilot, boards):
    await boards.until(pilot, lambda: stage.app.showing.board is not None)
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
async def test_frames_of_every_tier(boards, golden, size):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=size) as pilot:
        await _shown(stage, pilot, boards)
        for tier in ("caution", "freeze", "healthy", "hold"):
            await pilot.press("P")
            await boards.until(pilot, lambda: isinstance(stage.app.screen, PolicyScreen))
            await boards.until(pilot, lambda tier=tier: f" {tier.upper()}  " in stage.frame().split("\n")[2])
            golden(f"policy-{tier}-{size[0]}x{size[1]}", stage.frame())
            await pilot.press("escape", "j")


async def test_it_speaks_of_the_open_slo_and_goes_back_to_it(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("j", "enter", "P")
        await boards.until(pilot, lambda: isinstance(stage.app.screen, PolicyScreen))
        assert stage.app.screen.subject == "search-results"
        await pilot.press("G")
        await boards.until(pilot, lambda: "none in this window, and none to come" in stage.frame())
        await pilot.press("P")
        await pilot.pause()
        assert isinstance(stage.app.screen, DetailScreen)


async def test_without_an_slo_it_says_so(boards):
    stage = boards.stage(boards.snapshot([]), slos=[])
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("P")
        await boards.until(pilot, lambda: "no SLO to speak of yet" in stage.frame())
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(stage.app.screen, OverviewScreen)
