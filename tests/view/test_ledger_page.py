"""The ledger as it is seen: order, columns, one entry in full, an empty one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.core.entry import Entry, Estimate
from slotui.view.ink import plain, width
from slotui.view.ledger_page import entries_for, entry_page, nothing, row, spending, titles, told
from slotui.view.words import ASCII


def text(rows):
    return "\n".join(plain(each) for each in rows)


def test_what_is_on_comes_first_then_the_newest(board):
    note = Entry("n1", "note", (), "kim", "a look", "", board.at - 5, ended=board.at - 5, ending="noted")
    more = replace(board, entries=(*board.entries, note))
    assert [entry.id for entry in entries_for(more, None)] == ["e1", "n1", "e0"]
    assert [entry.id for entry in entries_for(more, "quiet")] == ["n1"]


@pytest.mark.parametrize("columns", [59, 79, 109, 139])
def test_rows_and_titles_have_exactly_the_width_and_stand_under_each_other(board, columns):
    assert width(titles(columns)) == columns
    for entry in board.entries:
        assert width(row(entry, board, board.at, columns)) == columns
    head, first = plain(titles(80)), " " + plain(row(board.entries[0], board, board.at, 79))
    assert head.index("KIND") == first.index("experiment")
    assert head.index("OBSERVED") + len("OBSERVED") == first.index("864") + len("864")


def test_a_row_says_what_it_cost_as_a_share_of_the_budget(board):
    allowed = board.find("availability").allowed
    drawn = plain(row(board.entries[0], board, board.at, 139))
    assert f"{100 * 864 / allowed:.1f}%" in drawn
    for word in ("experiment", "10m", "ben", "expired", "1% errors: practice"):
        assert word in drawn


def test_one_that_is_on_shows_what_was_injected_so_far_and_for_how_long(board):
    drawn = plain(row(board.entries[1], board, board.at, 139))
    assert " 1m " in drawn
    assert " 432 " in drawn
    assert " 120 " in drawn
    assert "on now" in drawn


def test_with_several_slos_the_one_that_lost_most_of_its_budget_is_shown(board):
    both = replace(board.entries[0], slos=("availability", "quiet"), observed={"availability": 864.0, "quiet": 1e6})
    assert "1.0M" in plain(row(both, board, board.at, 139))
    assert "864" in plain(row(both, board, board.at, 139, only="availability"))


def test_an_entry_in_full_has_its_bill_and_what_excludes_it(board):
    spent = replace(board.entries[0], predicted={"availability": Estimate(700, 800, 900)}, injected=700)
    away = Entry("x1", "provider", (), "dora", "their outage", "", 0.0, ended=9.0, ending="excluded", about="e0")
    shown = text(entry_page(spent, replace(board, entries=(spent, away)), board.at, 100))
    for words in (
        "experiment e0",
        "800 (700-900)",
        "injected     700",
        "observed     864",
        "unexplained  164",
        "More than was injected: something else burned too.",
        "excluded by  x1 (provider, dora): their outage",
        "ending       expired",
    ):
        assert words in shown, words


def test_an_override_and_a_note_say_what_they_are(board):
    lifted = Entry("o1", "deploy", (), "ida", "we must", "deploy in freeze", 1.0, ended=1.0, ending="overridden")
    shown = text(entry_page(lifted, board, board.at, 100))
    assert "it was allowed against the policy" in shown
    assert "It costs nothing" in shown


def test_an_alert_says_when_it_was_on_and_that_this_costs_nothing(board):
    alert = Entry("0fdb9cd61184", "alert", ("shop",), "alertmanager", "it burns", "page over 1h and 5m", board.at - 60)
    shown = text(entry_page(alert, board, board.at, 100))
    assert "It costs nothing: it says when an alert was on." in shown
    assert "on now" in shown


def test_an_empty_ledger_says_how_entries_come_into_it():
    for only in (None, "availability"):
        shown = text(nothing(only, 80))
        for command in ("chaos inject", "slotui ledger claim FROM TO --slo SLO --reason TEXT", "slotui ledger deploy"):
            assert command in shown
        assert all(len(line) <= 80 for line in shown.split("\n"))


@pytest.mark.parametrize("height", [3, 4, 8])
def test_the_split_of_all_slos_takes_no_more_than_its_height_and_says_how_many_are_left(board, height):
    many = replace(board, slos=tuple(board.slos[0] for _ in range(5000)))
    rows = spending(many, None, 79, height)
    assert len(rows) == height
    assert plain(rows[-1]).startswith(f" and {5000 - (height - 2):,} more")
    assert len(spending(board, None, 79, 8)) == 1 + len(board.slos)
    assert all(width(each) <= 79 and "…" not in plain(each) for each in rows)


def test_what_a_row_had_no_room_for_fits_its_height_however_long_it_is(board):
    long = replace(board.entries[0], reason="x " * 5000)
    assert len(told(long, board, 80, 4)) <= 4
    assert "expired, by ben" in text(told(long, board, 80, 4))


def test_in_ascii_there_is_no_other_character(board):
    for entry in board.entries:
        assert plain(row(entry, board, board.at, 139, glyphs=ASCII)).isascii()
        assert text(entry_page(entry, board, board.at, 100, ASCII)).isascii()
