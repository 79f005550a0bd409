"""Names, reasons and errors come from elsewhere: they may say anything, and do nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.core.entry import Entry
from slotui.core.reading import FaultSeen
from slotui.core.sli import EventSli, Matcher, Selector
from slotui.errors import SourceError
from slotui.view.ink import cells

EVIL = [
    pytest.param("[/red]oops[/]", id="markup that closes nothing"),
    pytest.param("[bold red]loud[/bold red] [@click=app.quit]x[/]", id="markup with an action"),
    pytest.param("a\x1b[2J\x1b]0;title\x07b\r\nc", id="escape sequences and line breaks"),
    pytest.param("safe\u202etxet\u2066x\u200b\u00ad", id="bidi and invisible characters"),
    pytest.param("x" * 10_000, id="ten thousand characters"),
    pytest.param("カート決済" * 40, id="wide characters"),
    pytest.param("a" + "\u0301" * 500, id="five hundred marks on one letter"),
    pytest.param("\ud800\udfff \x00\x9b31m", id="surrogates, NUL and a C1 escape"),
]


@pytest.mark.parametrize("evil", EVIL)
async def test_hostile_text_is_shown_and_does_nothing_where_there_is_little_room(boards, evil):
    size = (50, 10)
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


WALK = [
    *(["L"], ["enter"], ["escape"], ["L"], ["pagedown"], ["escape"]),
    *(["a"], ["j"], ["escape"], ["P"], ["escape"], ["w"], ["escape"], ["x"], ["escape"]),
    *(["e"], ["y"], ["G"], ["question_mark"], ["question_mark"], ["escape"]),
    *(["colon"], ["x"], ["["], ["down"], ["escape"], ["slash"], ["["], ["escape"], ["ctrl+s"]),
]
"""Keys that visit every screen, from the overview to the overview."""


_MARKUP, _ACTION, _ESCAPES, _BIDI, _LONG, _WIDE, _MARKS, _BROKEN = (param.values[0] for param in EVIL)
_MIXED = _MARKUP + _ACTION + _ESCAPES + _BIDI + _MARKS + _BROKEN


@pytest.mark.parametrize(
    ("size", "texts"),
    [
        pytest.param((80, 24), (_MIXED + _WIDE, _LONG), id="80x24"),
        pytest.param((140, 40), (_WIDE + _MIXED,), id="140x40"),
    ],
)
async def test_every_screen_keeps_its_width_and_runs_nothing_that_it_shows(boards, size, texts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    slo, reading = boards.six()[0]
    eligible = Selector("http_requests_total", (Matcher("service", "=", "".join(texts)),))
    named = [
        replace(slo, name=f"{index}{text}", service=text, description=text, sli=EventSli(eligible, good=eligible))
        for index, text in enumerate(texts)
    ]
    entries = tuple(
        Entry(f"{index}{text}", "experiment", (one.name,), text, text, text, boards.now - 100 - index, ending=text)
        for index, (text, one) in enumerate(zip(texts, named, strict=True))
    )
    faults = tuple(FaultSeen(entry.id, entry.fault, 3) for entry in entries)
    snapshot = replace(boards.snapshot([(one, reading) for one in named]), faults=faults)
    stage = boards.stage(snapshot, SourceError(texts[0]), slos=named, ledger=entries)
    async with stage.app.run_test(size=size) as pilot:
        await boards.until(pilot, lambda: stage.app.showing.board is not None)
        for _ in texts:
            for keys in WALK:
                await pilot.press(*keys)
                strips = stage.app.screen._compositor.render_strips()
                where = (type(stage.app.screen).__name__, keys)
                assert [strip.cell_length for strip in strips] == [size[0]] * size[1], where
                assert all(strip.text.isprintable() for strip in strips), where
                # What a terminal would draw is as wide as what was counted.
                assert all(cells(strip.text) == size[0] for strip in strips), where
            assert stage.app.screen is stage.app.overview
            await pilot.press("j")
        await boards.until(pilot, lambda: len(list(tmp_path.glob("*.json"))) == len(texts))
        await pilot.press("r")
        await boards.until(pilot, lambda: stage.app.showing.board.source.state == "stale")
        for key in ("r", "L", "a", "e"):
            await pilot.press(key)
            strips = stage.app.screen._compositor.render_strips()
            assert [strip.cell_length for strip in strips] == [size[0]] * size[1], key
            assert all(strip.text.isprintable() for strip in strips), key
        assert "STALE" in stage.frame()
        assert stage.app.is_running
