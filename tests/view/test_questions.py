"""The questions behind the numbers: each runs in a Prometheus as it is copied."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import promql_parser
import pytest

from slotui.core.sli import CompositeSli, Selector, SliceSli, freshness
from slotui.core.slo import Slo
from slotui.source.replay import replay_slo
from slotui.view.explain import asked
from slotui.view.questions import laid_out, questions


def test_the_budget_comes_first_then_each_window_then_the_counts(board):
    abouts = [question.about for question in questions(board.find("availability"))]
    assert abouts[0] == "bad share over 30d"
    assert abouts[1:4] == ["bad share over 5m", "bad share over 30m", "bad share over 1h"]
    assert abouts[-2:] == ["eligible over 30d", "good over 30d"]
    assert len(abouts) == len(set(abouts))


@pytest.mark.parametrize("columns", [20, 60, 100])
def test_each_question_is_promql_on_one_line_and_as_it_is_laid_out(board, columns):
    slo = board.find("availability")
    fresh = Slo("fresh", "shop", 0.99, 7 * 86400, freshness(Selector("updated_seconds"), 60.0))
    assert isinstance(fresh.sli, SliceSli)
    for each in (*questions(slo), *questions(replace(slo, slo=fresh))):
        promql_parser.parse(each.promql)
        rows = laid_out(each.promql, columns)
        promql_parser.parse("\n".join(rows))
        assert "".join("".join(rows).split()) == "".join(each.promql.split())


def test_a_composite_has_none_and_says_so(board):
    slo = board.find("availability")
    composite = replace(slo, slo=replace(slo.slo, sli=CompositeSli(())))
    assert questions(composite) == ()
    assert "made of its objectives" in " ".join(asked(composite))


def test_what_was_counted_in_a_file_has_none_and_says_so(board):
    slo = board.find("availability")
    counted = replace(slo, slo=replay_slo(Path("checkout.csv.gz"), 0.99, 28 * 86400))
    assert questions(counted) == ()
    assert "checkout has no PromQL: it was counted in a file." in " ".join(" ".join(asked(counted)).split())
