"""The app's own promises: signals, ages that go on, boards that come at any moment."""

from __future__ import annotations

import os
import signal

import pytest

from slotui.errors import SourceError
from slotui.tui.app import SlotuiApp, watch
from slotui.tui.widgets.lines import Lines


async def _shown(stage, pilot, boards):
    await boards.until(pilot, lambda: stage.app.showing.board is not None)
    await pilot.pause()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
async def test_a_signal_ends_the_app_in_order_with_exit_code_5(boards, number):
    before = signal.getsignal(number)
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        os.kill(os.getpid(), number)
        await boards.until(pilot, lambda: stage.app._exit)
    assert stage.app.return_code == 5
    assert signal.getsignal(number) == before


async def test_the_age_of_the_data_counts_on_between_refreshes(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        assert "data 4s old" in stage.frame()
        stage.pass_seconds(7)
        stage.app._tick()
        await pilot.pause()
        assert "data 11s old" in stage.frame()
        assert "14:02:38 UTC" in stage.frame()


async def test_a_tick_draws_the_trust_line_and_nothing_else(boards, monkeypatch):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        drawn = []
        show = Lines.show
        monkeypatch.setattr(Lines, "show", lambda self, lines: (drawn.append(self.id), show(self, lines)))
        stage.pass_seconds(1)
        stage.app._tick()
        assert drawn == ["trust"]


async def test_a_source_that_hangs_turns_the_live_screen_stale(boards):
    stage = boards.stage(boards.snapshot(), None)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        await pilot.press("r")
        stage.pass_seconds(55)
        stage.app._tick()
        await pilot.pause()
        assert "LIVE" in stage.frame()
        stage.pass_seconds(3)
        stage.app._tick()
        await pilot.pause()
        frame = stage.frame()
        assert "STALE 1m2s" in frame
        assert "no answer from prometheus for 58s" in frame
        assert "was PAGE" in frame


async def test_a_source_that_comes_back_is_live_again(boards):
    stage = boards.stage(SourceError("refused"), boards.snapshot(), SourceError("refused"), boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        for word in ("DOWN", "LIVE", "STALE", "LIVE"):
            await boards.until(pilot, lambda word=word: word in stage.frame().split("\n")[0])
            await pilot.press("r")


async def test_a_bug_in_the_source_shows_on_the_screen(boards):
    stage = boards.stage(boards.snapshot())
    stage.source.tape = []
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        assert "IndexError" in stage.frame()


async def test_a_feed_that_breaks_ends_the_app_with_1(boards):
    stage = boards.stage(boards.snapshot())

    async def broken():
        raise RuntimeError("the feed is gone")
        yield

    stage.feed.boards = broken
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, lambda: stage.app._exit)
    assert stage.app.return_code == 1


async def test_a_replay_says_that_it_is_one(boards):
    stage = boards.stage(boards.snapshot(), kind="replay")
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        assert "« REPLAY  as of 11-22 14:02" in stage.frame()


async def test_watch_closes_the_source_and_returns_the_exit_code(boards, monkeypatch):
    async def at_once(self, **options):
        self.exit(return_code=5)

    monkeypatch.setattr(SlotuiApp, "run_async", at_once)
    stage = boards.stage(boards.snapshot())
    assert await watch(stage.feed) == 5
    assert stage.source.closed


async def test_no_colour_draws_the_same_words(boards, monkeypatch, golden):
    monkeypatch.setenv("NO_COLOR", "1")
    stage = boards.stage(boards.snapshot())
    assert stage.app.no_color
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _shown(stage, pilot, boards)
        golden("overview-80x24", stage.frame())
