"""Causes in words: the line that makes the sum right, and what is said where nothing is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.core.attribution import Attribution, attribute
from slotui.core.board import Board
from slotui.view.attribution import Spent, render
from slotui.view.attribution_json import to_json


def spent(board: Board, found: Attribution | None) -> Spent:
    slo = board.slos[0]
    return Spent(slo, board.at - 3600, board.at, found)


@pytest.mark.parametrize(
    ("causes", "bad", "line"),
    [
        pytest.param({"payment": 60}, 100, "not told apart 40 40.0% 4.0%", id="counts from before there were causes"),
        pytest.param({"payment": 60}, 50, "claimed twice -10 -20.0% -1.0%", id="good events without the label"),
    ],
)  # fmt: skip
def test_the_rest_has_a_line(causes: dict[str, float], bad: float, line: str, board: Board) -> None:
    found = attribute(causes, bad, 1000)
    assert " ".join(render([spent(board, found)]).splitlines()[-1].split()) == line
    rest = to_json(board, [spent(board, found)])["slos"][0]["rest"]
    assert rest["bad"] == bad - 60


def test_nothing_bad_and_nothing_known_are_different_sentences(board: Board) -> None:
    assert render([spent(board, attribute({}, 0, 1000))]).endswith("nothing went bad")
    unknown = spent(board, None)
    assert render([replace(unknown, slo=replace(unknown.slo, problem=None))]).endswith("nothing was measured")
    slo = to_json(board, [unknown])["slos"][0]
    assert (slo["bad"], slo["causes"], slo["rest"]) == (None, None, None)
