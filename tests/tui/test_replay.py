"""A replay on the screen: the same place for its state, keys that play it, a bar that is dragged along."""

from __future__ import annotations

from pathlib import Path

import pytest

from slotui.core.policy import DEFAULT_POLICY
from slotui.duration import DAY
from slotui.playback import Playback
from slotui.source.replay import ReplaySource, replay_slo
from slotui.tui.app import SlotuiApp
from slotui.tui.saving import frame

START = 1_763_816_400.0  # 2025-11-22T13:00:00Z


class Played:
    """An app on two hours of minutes, its clock under control."""

    def __init__(self, file: Path) -> None:
        rows = [f"{START + 60 * i:.0f},{900 + i % 7},{80 if 60 <= i < 80 else i % 3}" for i in range(120)]
        file.write_text("\n".join(["timestamp,total,bad", *rows]))
        source = ReplaySource(file, replay_slo(file, 0.99, DAY))
        self.now = 0.0
        self.feed = Playback(source, source.slos, DEFAULT_POLICY, clock=lambda: self.now, at=START + 4500)
        self.app = SlotuiApp(self.feed, monotonic=lambda: self.now)

    def frame(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in frame(self.app.screen))

    @property
    def trust(self) -> str:
        return self.frame().split("\n")[0]

    @property
    def place(self) -> float:
        """Seconds from the start to the board that is shown."""
        board = self.app.showing.board
        return board.at - START if board is not None else -1.0


@pytest.fixture
def played(tmp_path):
    return Played(tmp_path / "checkout.csv")


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
async def test_frames_of_a_replay(size, played, boards, golden):
    name = f"{size[0]}x{size[1]}"
    async with played.app.run_test(size=size) as pilot:
        await boards.until(pilot, lambda: played.place == 4500)
        await pilot.pause()
        golden(f"replay-{name}", played.frame())
        await pilot.press("p")
        await pilot.pause()
        golden(f"replay-paused-{name}", played.frame())
        played.now += 100
        assert "‖" in played.trust, "a paused one does not go on, and does not grow old"
        await pilot.press("p")
        played.now += 1000
        played.feed.refresh_now()
        await boards.until(pilot, lambda: played.place == 7200)
        played.app._tick()
        await pilot.pause()
        golden(f"replay-end-{name}", played.frame())


async def test_keys_step_leap_and_change_the_speed(played, boards):
    async with played.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, lambda: played.place == 4500)
        for key, place in (("]", 4560), ("}", 5160), ("[", 5100), ("{", 4500)):
            await pilot.press({"]": "right_square_bracket", "[": "left_square_bracket",
                               "}": "right_curly_bracket", "{": "left_curly_bracket"}[key])  # fmt: skip
            await boards.until(pilot, lambda place=place: played.place == place)
            assert "‖ REPLAY 60x" in played.trust
        await pilot.press("p", "plus", "plus")
        await boards.until(pilot, lambda: "« REPLAY 300x" in played.trust)
        await pilot.press("minus")
        await boards.until(pilot, lambda: "« REPLAY 120x" in played.trust)
        played.now += 10
        played.feed.turn(lambda deck, _: deck)
        await boards.until(pilot, lambda: played.place == 5700)


async def test_the_bar_is_clicked_and_dragged(played, boards):
    async with played.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, lambda: played.place == 4500)
        left, right = (played.trust.index(glyph) for glyph in ("█", " checkout.csv"))
        await pilot.mouse_down(offset=(left, 0))
        await boards.until(pilot, lambda: played.place == 60)
        await pilot.hover(offset=(right - 1, 0))
        await boards.until(pilot, lambda: played.place == 7200)
        await pilot.hover(offset=(left, 5))
        await boards.until(pilot, lambda: played.place == 60)
        await pilot.mouse_up(offset=(left, 5))
        await pilot.hover(offset=(right - 1, 0))
        await pilot.click(offset=(2, 0))
        await pilot.pause()
        assert played.place == 60, "beside the bar, and after it was let go, the mouse means nothing"


async def test_a_live_screen_says_that_it_has_no_steps(boards):
    stage = boards.stage(boards.snapshot())
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, lambda: stage.app.showing.board is not None)
        await pilot.press("right_square_bracket")
        await pilot.pause()
        assert "only a replay has steps: slotui replay FILE" in stage.frame()
