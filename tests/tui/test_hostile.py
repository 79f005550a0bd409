"""Names, reasons and errors come from elsewhere: they may say anything, and do nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.core.entry import Entry
from slotui.core.reading import FaultSeen
from slotui.errors import SourceError

EVIL = [
    pytest.param("[/red]oops[/]", id="markup that closes nothing"),
    pytest.param("[bold red]loud[/bold red] [@click=app.quit]x[/]", id="markup with an action"),
    pytest.param("a\x1b[2J\x1b]0;title\x07b\r\nc", id="escape sequences and line breaks"),
    pytest.param("safe\u202etxet\u2066x\u200b\u00ad", id="bidi and invisible characters"),
    pytest.param("x" * 5000, id="five thousand characters"),
    pytest.param("カート決済" * 40, id="wide characters"),
    pytest.param("a" + "\u0301" * 500, id="five hundred marks on one letter"),
    pytest.param("\ud800\udfff \x00\x9b31m", id="surrogates, NUL and a C1 escape"),
]


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("size", [(140, 40), (50, 10)], ids=["140x40", "small"])
async def test_hostile_text_is_shown_and_does_nothing(boards, evil, size):
    slo, reading = boards.six()[0]
    named = replace(slo, name=evil, service=evil, description=evil)
    entry = Entry("e9", "experiment", (evil,), evil, evil, evil, boards.now - 100, ending=evil)
    snapshot = replace(boards.snapshot([(named, reading)]), faults=(FaultSeen("e9", evil, 3), FaultSeen("f", evil, 1)))
    stage = boards.stage(snapshot, SourceError(evil), slos=[named], ledger=(entry,))
    async with stage.app.run_test(size=size) as pilot:
        await boards.until(pilot, lambda: stage.app.showing.board is not None)
        for key in ("enter", "e", "escape", "escape", "r"):
            await pilot.press(key)
            await pilot.pause()
            rows = stage.frame().split("\n")
            assert len(rows) == size[1]
            assert all(row.isprintable() for row in rows)
        await boards.until(pilot, lambda: stage.app.showing.board.source.state == "stale")
        await pilot.pause()
        strips = stage.app.screen._compositor.render_strips()
        assert all(strip.cell_length == size[0] for strip in strips)
        assert "STALE" in stage.frame()
        assert stage.app.is_running
