"""The bell rings when it gets worse, once each time; the title says how bad it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.core.states import SloState
from slotui.tui.beacon import Beacon
from slotui.view.title import title
from slotui.view.words import UNICODE

OK, TICKET, PAGE = SloState.OK, SloState.TICKET, SloState.PAGE


@pytest.fixture
def heard():
    return []


@pytest.fixture
def beacon(heard):
    return Beacon(lambda _: None, lambda: heard.append("ring"), UNICODE, lambda: 60.0)


def board(boards, *states, source="live", age=4.0, kind="prometheus"):
    """A board of so many SLOs in these states, worst first."""
    made = boards.make()
    slos = tuple(replace(made.slos[0], state=state) for state in states)
    return replace(made, slos=slos, source=replace(made.source, state=source, age=age, kind=kind))


@pytest.mark.parametrize(
    ("story", "rings"),
    [
        pytest.param([[PAGE, OK]], 0, id="what is there at the start does not ring"),
        pytest.param([[OK, OK], [TICKET, OK], [PAGE, OK]], 2, id="each worse state rings"),
        pytest.param([[OK, OK], [PAGE, OK], [PAGE, OK], [PAGE, OK]], 1, id="a state that lasts rings once"),
        pytest.param([[PAGE, OK], [PAGE, PAGE]], 1, id="a second page rings"),
        pytest.param([[PAGE, PAGE], [PAGE, OK], [OK, OK]], 0, id="what gets better is silent"),
        pytest.param([[OK, OK], [PAGE, OK], [OK, OK], [PAGE, OK]], 2, id="a page that comes again rings again"),
    ],
)
def test_it_rings_when_the_verdict_gets_worse(boards, beacon, heard, story, rings):
    for states in story:
        beacon.show(board(boards, *states))
    assert len(heard) == rings


def test_data_that_is_too_old_rings_once_and_a_short_gap_does_not(boards, beacon, heard):
    beacon.show(board(boards, OK))
    beacon.show(board(boards, OK, source="stale", age=30.0))
    assert heard == []
    for age in (61.0, 71.0):
        beacon.show(board(boards, OK, source="stale", age=age))
    assert len(heard) == 1
    beacon.show(board(boards, OK))
    assert len(heard) == 1


def test_the_past_is_silent(boards, beacon, heard):
    for state in (OK, PAGE):
        beacon.show(board(boards, state, kind="replay"))
    assert heard == []


def test_without_a_bell_only_the_title_is_written(boards):
    written = []
    beacon = Beacon(written.append, None, UNICODE, lambda: 60.0)
    beacon.light()
    for state in (OK, PAGE, PAGE):
        beacon.show(board(boards, state))
    beacon.put_out()
    name = boards.make().slos[0].name
    assert written == [
        "\x1b[22;2t",
        "\x1b]2;○ waiting - slotui\x1b\\",
        "\x1b]2;✔ OK - slotui\x1b\\",
        f"\x1b]2;✖ PAGE {name} - slotui\x1b\\",
        "\x1b[23;2t",
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param({}, "✖ PAGE checkout-availability and 1 more - slotui", id="live"),
        pytest.param({"source": "stale"}, "✖ was PAGE checkout-availability and 1 more - slotui", id="stale"),
        pytest.param({"source": "down"}, "✖ DOWN prometheus - slotui", id="down"),
    ],
)
def test_the_title_says_the_worst(boards, change, expected):
    assert title(board(boards, PAGE, PAGE, OK, **change)) == expected


def test_a_hostile_name_ends_no_title(boards):
    made = board(boards, PAGE)
    worst = replace(made.slos[0], slo=replace(made.slos[0].slo, name="\x1b]2;x\x07\x9c" + "w" * 10_000))
    said = title(replace(made, slos=(worst,)))
    assert said.isprintable()
    assert len(said) < 100


async def test_the_app_tells_of_the_newest_board_though_the_screen_is_frozen(boards, monkeypatch):
    stage = boards.stage(boards.snapshot())
    told = []
    monkeypatch.setattr(stage.app.beacon, "show", told.append)
    async with stage.app.run_test(size=(80, 24)) as pilot:
        await boards.until(pilot, lambda: stage.app.showing.board is not None)
        await pilot.press("p")
        before = len(told)
        await pilot.press("r")
        await boards.until(pilot, lambda: stage.app.showing.newer > 0 and len(told) > before)
    assert told[-1] is not stage.app.showing.board
