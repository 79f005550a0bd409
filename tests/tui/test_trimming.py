"""Only what changed is sent, and a terminal that was told no more shows the same as one that was told all."""

from __future__ import annotations

from dataclasses import replace

import pyte
import pytest
from textual.drivers.headless_driver import HeadlessDriver

from slotui.tui.app import BoardReady


class Teed(HeadlessDriver):
    """A terminal of its own, which keeps what it is sent."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.sent = ""
        self.screen = pyte.Screen(80, 24)
        self.stream = pyte.Stream(self.screen)

    @property
    def is_headless(self):
        return False

    def write(self, data):
        self.sent += data
        self.stream.feed(data.replace("\n", ""))


@pytest.mark.parametrize("wide", [False, True], ids=["narrow letters", "wide letters"])
async def test_a_terminal_shows_what_was_drawn_however_it_came_to_be(boards, wide):
    first = boards.make()
    if wide:
        slos = [replace(one, slo=replace(one.slo, name=f"カート決済-{one.name}")) for one in first.slos]
        first = replace(first, slos=tuple(slos))
    stage = boards.stage(None)
    stage.app.driver_class = Teed

    async def play(pilot):
        terminal = stage.app._driver

        def is_same():
            drawn = [strip.text for strip in stage.app.screen._compositor.render_strips()]
            shown = ["".join(terminal.screen.buffer[y][x].data for x in range(80)) for y in range(24)]
            return [row.rstrip() for row in shown] == [row.rstrip() for row in drawn]

        async def same():
            await pilot.pause()
            await boards.until(pilot, is_same)

        stage.app.post_message(BoardReady(first))
        await same()
        before = len(terminal.sent)
        stage.pass_seconds(1)
        burns = [replace(one, burns=dict.fromkeys(one.burns, 1.25)) for one in first.slos]
        stage.app.post_message(BoardReady(replace(first, at=first.at + 1, slos=tuple(burns))))
        await same()
        assert 0 < len(terminal.sent) - before < before // 4
        before = len(terminal.sent)
        await pilot.press("down")
        await same()
        for slo in first.slos[:2]:  # the cursor's ground is another one: these rows are sent whole
            assert slo.tier_name.upper() in terminal.sent[before:]
        for key in ("s", "slash", "c", "escape", "w", "escape", "enter", "escape", "question_mark"):
            await pilot.press(key)
            await same()
        stage.app.exit()

    await stage.app.run_async(size=(80, 24), auto_pilot=play)
    assert stage.app.return_code == 0
