"""Keys that come faster than the screen turns: pasted, or over a slow line."""

from __future__ import annotations

import pytest

from slotui.tui.actions import Place


@pytest.mark.parametrize(
    ("keys", "place", "shown"),
    [
        pytest.param(["slash", "p", "a", "y"], Place.OVERVIEW, "/pay", id="letters of a filter pause nothing"),
        pytest.param(
            ["slash", *"fund", "enter", "l"], Place.DETAIL, "QUIET  refund-api   99% over", id="a filter is kept"
        ),
        pytest.param(["slash", *"fund", "escape", "L"], Place.LEDGER, "(L: all SLOs)", id="or given up"),
        pytest.param([*"jjj", "enter"], Place.DETAIL, "NO DATA  stock-sync", id="down, down, down, open"),
        pytest.param(["l", "w", *"50"], Place.DETAIL, "1% 10m50", id="open, and what if"),
        pytest.param(
            ["colon", *"refund", "enter"], Place.DETAIL, "QUIET  refund-api   99% over", id="an SLO by the palette"
        ),
        pytest.param(["L", "escape", "a", "escape", "P"], Place.POLICY, "POLICY", id="from page to page and back"),
        pytest.param(["question_mark", "question_mark", "e"], Place.EXPLAIN, "EXPLAIN", id="help and back"),
    ],
)
async def test_each_key_is_for_what_the_one_before_has_opened(boards, keys, place, shown):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, lambda: "LIVE" in stage.frame())
        boards.burst(stage.app, *keys)
        await boards.until(pilot, lambda: shown in stage.frame())
        assert stage.app.board_screen.place is place
        assert "PAUSED" not in stage.frame()


async def test_a_key_that_nobody_answers_for_holds_up_no_other(boards, monkeypatch):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, lambda: "LIVE" in stage.frame())
        monkeypatch.setattr(stage.app, "_follow", never)
        boards.burst(stage.app, "L", "escape", "a")
        await boards.until(pilot, lambda: "ALERTS" in stage.frame())


async def never(*_args, **_options):
    """A key whose end is never heard of."""
