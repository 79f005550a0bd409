"""The table's rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.core.figures import percent
from slotui.view.ink import Role, plain, width
from slotui.view.table import header, row
from slotui.view.words import gone_in


@pytest.mark.parametrize("columns", [40, 54, 55, 60, 65, 66, 70, 77, 78, 80, 100, 200])
def test_rows_and_titles_stand_in_the_same_columns(board, columns):
    title = header(columns)
    assert width(title) == columns
    end = plain(title).index("BURN1h") + len("BURN1h")
    for slo in board.slos:
        drawn = row(slo, columns)
        assert width(drawn) == columns
        text = "".join(piece.text for piece in drawn)
        assert text[end - 1] in "x-"
        assert text[end] == " "


def test_nothing_moves_when_the_numbers_grow(board):
    slo = board.slos[0]
    for share in (-83.33, -5.308, -0.001, 0.0, 0.00001, 0.5, 0.99999, 1.0, None):
        for rate in (0.0, 0.01, 9.96, 99.96, 999.96, 123456.0, None):
            text = plain(row(replace(slo, remaining=share, burns={**slo.burns, 3600: rate}), 80))
            assert text.endswith(slo.tier_name.upper())
            assert percent(share) in text


def test_only_an_untouched_budget_reads_100(board):
    slo = board.slos[0]
    assert "100.0%" in plain(row(replace(slo, remaining=1.0), 80))
    assert "100.0%" not in plain(row(replace(slo, remaining=0.99999), 80))
    assert "100" not in plain(row(replace(slo, remaining=None), 80))


def test_was_dims_the_row_and_says_so(board):
    drawn = row(board.slos[0], 80, was=True)
    assert "was PAGE" in plain(drawn)
    assert {piece.role for piece in drawn[1:] if piece.text.strip()} == {Role.DIM}


@pytest.mark.parametrize(
    ("remaining", "exhausts", "rate", "words"),
    [
        pytest.param(0.3, 49920.0, 16.2, "13h52m", id="burning"),
        pytest.param(0.3, 31 * 86400.0, 0.3, ">30d", id="later than the window is long"),
        pytest.param(0.3, None, 0.0, ">30d", id="nothing is spent, with traffic"),
        pytest.param(0.3, None, None, "-", id="no traffic: nobody can tell"),
        pytest.param(-0.1, 0.0, 0.8, "gone", id="overspent"),
        pytest.param(-0.1, 0.0, None, "gone", id="overspent, and no traffic now"),
        pytest.param(None, None, None, "-", id="no data"),
    ],
)
def test_gone_in(board, remaining, exhausts, rate, words):
    slo = board.slos[0]
    assert gone_in(replace(slo, remaining=remaining, exhausts_in=exhausts, burns={**slo.burns, 3600: rate})) == words
