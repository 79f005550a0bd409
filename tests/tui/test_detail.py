"""The detail: every zoom, every kind of budget, and the way down to its queries."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from slotui.core.entry import Entry
from slotui.core.reading import read_timeline
from slotui.core.window import Calendar
from slotui.duration import DAY, HOUR, MINUTE
from slotui.tui.screens.detail import DetailScreen
from slotui.tui.screens.overview import OverviewScreen
from slotui.view.chart.zoom import Zoom
from slotui.view.detail import page
from slotui.view.ink import plain
from slotui.view.words import ASCII, UNICODE

ZOOMS = ["30d", "7d", "24h", "1h", "since-incident"]


def deploys(now, slo):
    return tuple(
        Entry(f"d{index}", "deploy", (slo,), "ci", f"v{index}", "", now - days * DAY, ended=now - days * DAY)
        for index, days in enumerate((20, 9, 1.2, 0.03))
    )


async def _open(stage, pilot, boards, *keys):
    await boards.until(pilot, lambda: stage.app.showing.board is not None)
    await pilot.press("enter", *keys)
    await pilot.pause()


def _stage(boards):
    return boards.stage(boards.snapshot(), ledger=(*boards.ledger, *deploys(boards.now, "checkout-availability")))


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["the smallest usual terminal", "a large one"])
async def test_z_shows_every_zoom_in_turn(boards, golden, size):
    stage = _stage(boards)
    frames = []
    async with stage.app.run_test(size=size) as pilot:
        await _open(stage, pilot, boards)
        for zoom in ZOOMS:
            frames.append(stage.frame())
            golden(f"detail-zoom-{zoom}-{size[0]}x{size[1]}", frames[-1])
            await pilot.press("z")
            await pilot.pause()
        assert stage.frame() == frames[0]
    # Only the chart changes: every other number keeps its place.
    below = [frame[frame.index("─ BURN") :] for frame in frames]
    assert below == below[:1] * len(ZOOMS)


async def test_the_rest_of_the_page_is_below_and_the_name_stands_still(boards, golden):
    stage = _stage(boards)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _open(stage, pilot, boards)
        top = stage.frame()
        assert "1-21 of " in top
        assert "http_requests_total" not in top
        await pilot.press("G")
        await pilot.pause()
        golden("detail-scrolled-80x24", stage.frame())
        assert "checkout-availability" in stage.frame().split("\n")[1]
        assert "http_requests_total" in stage.frame()
        await pilot.press("pageup", "g")
        await pilot.pause()
        assert stage.frame() == top
        await pilot.press("pagedown")
        await pilot.pause()
        assert stage.frame() != top
        await pilot.press("j")
        await pilot.pause()
        assert "search-results" in stage.frame().split("\n")[1]
        assert "LEFT     GONE IN" in stage.frame()


async def test_the_zoom_is_the_same_for_the_next_slo_where_it_has_it(boards):
    stage = _stage(boards)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _open(stage, pilot, boards, "z", "z", "z", "z")
        assert "BUDGET LEFT since 13:52" in stage.frame()
        await pilot.press("j")
        await pilot.pause()
        assert "BUDGET LEFT 30d" in stage.frame()
        await pilot.press("z")
        await pilot.pause()
        assert "BUDGET LEFT 7d" in stage.frame()
        await pilot.press("m")
        await pilot.pause()
        assert isinstance(stage.app.screen, OverviewScreen)


async def test_a_frozen_screen_zooms_into_what_it_shows(boards):
    stage = _stage(boards)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await _open(stage, pilot, boards, "p", "z")
        assert isinstance(stage.app.screen, DetailScreen)
        assert "PAUSED" in stage.frame()
        assert "BUDGET LEFT 7d" in stage.frame()


# -- the same page of other budgets, without a terminal ---------------------------------------------


def _page(boards, slo, line, *, zoom=Zoom.WINDOW, glyphs=UNICODE, entries=(), height=22, columns=80):
    board = boards.make([(slo, read_timeline(slo, line, boards.now))], entries=entries, faults=())
    rows = page(board.find(slo.name), board, now=board.at, columns=columns, height=height, zoom=zoom, glyphs=glyphs)
    return "\n".join(plain(row) for row in rows)


def _calendar(boards):
    slo = boards.event_slo("checkout-availability", 0.999)
    return replace(slo, calendar=Calendar(1, "M", datetime(2025, 1, 1)))


def _shaped(boards, *parts, base=0.0003, **options):
    return boards.timeline(30 * DAY, ratio=boards.bursts(base, *parts), **options)


@pytest.mark.parametrize("zoom", [Zoom.WINDOW, Zoom.DAY])
def test_a_calendar_budget_goes_to_its_end(boards, golden, zoom):
    text = _page(boards, _calendar(boards), _shaped(boards, (12 * DAY, 12 * DAY - 4 * HOUR, 0.045)), zoom=zoom)
    golden(f"detail-calendar-{zoom}", text)
    assert "RESETS" in text
    assert (" end\n" in text) == (zoom is Zoom.WINDOW)


def test_a_calendar_budget_of_which_more_than_all_is_spent(boards, golden):
    text = _page(boards, _calendar(boards), _shaped(boards, (12 * DAY, 11 * DAY, 0.04)))
    golden("detail-calendar-overspent", text)
    assert "-50% to 100%" in text
    assert "-48.4%" in text


@pytest.mark.parametrize("zoom", [Zoom.WINDOW, Zoom.HOUR])
def test_where_nobody_looked_the_line_is_broken(boards, golden, zoom):
    hole = (9 * DAY, 4 * DAY) if zoom is Zoom.WINDOW else (40 * MINUTE, 20 * MINUTE)
    line = _shaped(boards, (HOUR, 0, 0.01), base=0.0005, silent=hole)
    golden(f"detail-gap-{zoom}", _page(boards, boards.event_slo("checkout-availability", 0.999), line, zoom=zoom))


def test_old_errors_come_back_as_they_leave_the_window(boards, golden):
    """A bad half day of 28 days ago: in two days its share of the budget is there again."""
    line = _shaped(boards, (28 * DAY, 27.5 * DAY, 0.03), base=0.0002, rate=150)
    text = _page(boards, boards.event_slo("checkout-availability", 0.999), line, height=38, columns=140)
    golden("detail-roll-off-140", text)
    assert "forecast 0.2x" in text


def test_more_than_all_of_it_is_spent(boards, golden):
    line = _shaped(boards, (9 * DAY, 8 * DAY, 0.055), base=0.0004)
    text = _page(boards, boards.event_slo("checkout-availability", 0.999), line, entries=boards.ledger[:1])
    golden("detail-overspent", text)
    assert "-200% to 100%" in text
    assert "-126.3%" in text


@pytest.mark.parametrize("zoom", Zoom)
def test_without_braille_there_are_letters_only(boards, golden, zoom):
    slo = boards.event_slo("checkout-availability", 0.999)
    line = _shaped(boards, (5 * DAY, 5 * DAY - 2 * HOUR, 0.03), (HOUR, 0, 0.02))
    entries = (*boards.ledger, *deploys(boards.now, slo.name))
    text = _page(boards, slo, line, zoom=zoom, glyphs=ASCII, entries=entries)
    golden(f"detail-ascii-{zoom.replace(' ', '-')}", text)
    assert text.replace("…", "").isascii()


async def test_beside_the_list_z_zooms_too_and_the_detail_keeps_it(boards):
    stage = _stage(boards)
    async with stage.app.run_test(size=(140, 40)) as pilot:
        await boards.until(pilot, lambda: stage.app.showing.board is not None)
        await pilot.press("z", "z")
        await pilot.pause()
        assert isinstance(stage.app.screen, OverviewScreen)
        assert "BUDGET LEFT 24h" in stage.frame()
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(stage.app.screen, DetailScreen)
        assert "BUDGET LEFT 24h" in stage.frame()
