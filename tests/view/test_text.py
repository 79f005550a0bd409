"""The board as plain text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.core.assemble import aged, nothing_yet
from slotui.view.ink import cells
from slotui.view.text import line, render
from slotui.view.words import ASCII


def test_every_line_fits_80_columns_and_prints(board):
    for text in (render(board), render(aged(board, board.at + 3600, "x" * 300, None)), render(board, glyphs=ASCII)):
        assert all(cells(row) <= 80 and row.isprintable() for row in text.split("\n"))
    assert render(board, glyphs=ASCII).replace("…", "").isascii()


def test_it_says_what_the_board_says(board):
    text = render(board)
    joined = " ".join(text.split())
    assert " ".join(board.verdict.sentence.split()) in joined
    for slo in board.slos:
        assert slo.name in text
    assert "5% errors" in text
    assert "not in the ledger" in text
    assert "fast burn" in text
    assert "LEDGER" in text


def row_of(text, name):
    return next(row for row in text.split("\n") if row[14:].startswith(name + " "))


def test_no_traffic_and_no_data_are_dashes_and_different_words(board):
    quiet, missing = row_of(render(board), "quiet"), row_of(render(board), "missing")
    assert "QUIET" in quiet
    assert "NO DATA" in missing
    assert "100" not in missing
    assert "0.0x" not in quiet
    assert "0.0x" not in missing


def test_stale_keeps_the_numbers_and_says_was(board):
    live, stale = render(board), render(aged(board, board.at + 130, "refused", 8.0))
    assert "was PAGE" in stale
    assert "STALE 2m10s" in stale
    assert "retry in 8s" in stale
    assert row_of(live, "availability").split()[2:] == row_of(stale, "availability").split()[3:]


def test_down_says_what_failed_and_what_to_type(board):
    slos = [slo.slo for slo in board.slos]
    for kind, command in [("prometheus", "--prometheus URL"), ("scrape", "--scrape URL"), ("replay", "--replay FILE")]:
        text = render(nothing_yet(slos, kind, "http://127.0.0.1:9", board.at, "connection refused", None))
        assert "DOWN" in text
        assert "connection refused" in text
        assert command in text
        assert "100" not in text


def test_the_line_is_one_line_with_every_slo(board):
    text = line(board)
    assert "\n" not in text
    assert text.startswith("14:02:31Z LIVE  1 PAGE")
    assert "missing NO DATA - - -" in text
    assert "was PAGE" in line(aged(board, board.at + 130, "refused", 8.0))


def test_partial_coverage_is_told_with_the_projected_budget(board):
    partial = replace(board.slos[0], coverage=0.12, projected_remaining=0.931)
    text = render(replace(board, slos=(partial,)))
    assert "12% of 30d measured; 93.1% left if the rest is clean" in text
    assert "coverage 12%" in text


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_it_follows_the_width_it_is_given(board, columns):
    rows = render(board, columns=columns).split("\n")
    assert max(cells(row) for row in rows) == columns
