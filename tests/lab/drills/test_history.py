"""The drills of a person or a team, one after the other: with none of them, with one, with many, on any terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from lab.drills.history import COLUMNS, history_json, history_text, trends
from lab.drills.record import Record
from lab.drills.scenario import Par
from lab.drills.score import score
from lab.drills.scorecard import Scorecard
from lab.drills.tape import Event
from slotui.duration import DAY
from slotui.view.ink import cells

Played = Callable[..., Record]
Past = list[tuple[Record, Scorecard]]


@pytest.fixture
def past(played: Played, asleep: Played) -> Callable[[str], Past]:
    """Drills one a day: `-` was slept through, `+` played by the book, `x` broken off."""

    def make(how: str) -> Past:
        found = []
        for index, letter in enumerate(how):
            record = asleep() if letter == "-" else played()
            if letter == "x":
                kept = tuple(event for event in record.events if event.kind != "ended")
                record = replace(record, events=(*kept, Event(800, "ended", "lee", choice="aborted")))
            record = replace(record, played=record.played + index * DAY, id=f"drill-{index}")
            found.append((record, score(record)))
        return found

    return make


def test_without_a_drill_it_says_how_to_play_one() -> None:
    assert history_text([]) == "no drill was played yet: slotui drill list"
    assert history_json([])["drills"] == []
    assert all(one.recent is None and one.change is None for one in trends([]))


def test_one_drill_has_no_trend_yet(past: Callable[[str], Past]) -> None:
    shown = history_text(past("+"))
    assert "2026-03-04  lunch" in shown
    assert "a trend needs more than 5 drills, so far 1" in shown
    assert "points\n" not in shown


def test_times_stand_against_par(past: Callable[[str], Past]) -> None:
    head, row, *_ = history_text(past("+")).splitlines()
    assert head.split() == ["date", "drill", "clock", "score", "detect", "ack", "mitigate", "budget"]
    assert row.split() == ["2026-03-04", "lunch", "virt", "96", "1m50s/2m", "2m30s/3m", "8m40s/9m", "30%/20%"]


def test_what_never_happened_is_a_dash(past: Callable[[str], Past]) -> None:
    row = history_text(past("-")).splitlines()[1]
    assert row.split()[3:] == ["10", "1m50s/2m", "-/3m", "-/9m", "51%/20%"]


def test_the_last_five_are_held_against_those_before(past: Callable[[str], Past]) -> None:
    found = {one.part: one for one in trends(past("--+++++"))}
    assert found["acknowledge"].recent == 1
    assert found["acknowledge"].before == 0
    assert found["acknowledge"].change == 100
    assert found["detect"].change == pytest.approx(0)
    assert found["acknowledge"].shares == (0, 0, 1, 1, 1, 1, 1)
    assert "acknowledge   100%  +100 points  ▁▁█████" in history_text(past("--+++++"))


def test_long_times_do_not_run_into_each_other(played: Played) -> None:
    record = played(scenario={"par": Par(43000, 43000, 43000, 43000, 43000, 0.2)})
    row = history_text([(record, score(record))]).splitlines()[1]
    assert row.split()[4:] == ["1m50s/12h", "2m30s/12h", "8m40s/12h", "30%/20%"]


def test_the_order_is_that_of_time_however_they_come(past: Callable[[str], Past]) -> None:
    assert history_text(past("-+")[::-1]) == history_text(past("-+"))
    assert trends(past("--+++++")[::-1]) == trends(past("--+++++"))


def test_what_was_broken_off_is_listed_and_counts_nothing(past: Callable[[str], Past]) -> None:
    shown = history_text(past("x"))
    assert shown.splitlines()[1].split()[3] == "-"
    assert "Nothing was scored yet" in shown
    assert trends(past("+x")) == trends(past("+"))


@pytest.mark.parametrize("columns", [10, 40, 60, 79, 80, 132])
def test_no_line_is_wider_than_the_terminal(past: Callable[[str], Past], columns: int) -> None:
    drills = past("-+x+-++-+")
    named = [(replace(one, scenario=replace(one.scenario, name="a-drill-with-quite-a-long-name")), card)
             for one, card in drills]  # fmt: skip
    assert max(cells(line) for line in history_text(named, columns).splitlines()) <= max(40, columns)


def test_eighty_columns_are_the_usual_ones(past: Callable[[str], Past]) -> None:
    assert history_text(past("+-")) == history_text(past("+-"), COLUMNS)


def test_the_json_has_seconds_and_shares(past: Callable[[str], Past]) -> None:
    body = json.loads(json.dumps(history_json(past("-+"))))
    assert body["schema"] == "slotui/drill-history/1"
    assert [one["points"] for one in body["drills"]] == [10, 96]
    assert body["drills"][1]["parts"]["detect"] == {"share": 1.0, "measured": 110, "par": 120}
    assert {one["part"] for one in body["trends"]} >= {"score", "detect", "budget"}
