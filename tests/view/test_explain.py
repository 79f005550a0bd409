"""The arithmetic, told."""

from __future__ import annotations

from slotui.core.sli import Selector, freshness
from slotui.core.slo import Slo
from slotui.view.explain import explain
from slotui.view.queries import promql
from slotui.view.words import number


def test_the_sums_are_there_with_their_counts(board):
    slo = board.find("availability")
    text = explain(slo, now=board.at)
    for words in (
        number(slo.counts.eligible),
        number(slo.counts.bad),
        number(slo.allowed),
        "(1 - 0.999) x N",
        "20.0x   2.000% bad / 0.1% allowed",
        "FIRING",
        "over  14.4x",
        slo.tier_name.upper(),
    ):
        assert words in text, words
    assert all(len(row) <= 80 for row in text.split("\n"))


def test_the_queries_can_be_copied(board):
    text = explain(board.find("availability"), columns=60)
    squeezed = "".join(text.split())
    for query in promql(board.find("availability").slo).values():
        assert query in squeezed


def test_no_data_is_explained_as_unknown_not_as_full(board):
    text = explain(board.find("missing"), now=board.at)
    assert "nothing measured yet" in text
    assert "That is not 100%" in text
    assert "HOLD" in text


def test_no_traffic_is_a_dash_with_its_reason(board):
    text = explain(board.find("quiet"), now=board.at)
    assert "1h        -   no eligible event" in text


def test_freshness_tells_when_a_slice_is_good():
    slo = Slo("fresh", "shop", 0.99, 7 * 86400, freshness(Selector("updated_seconds"), 60.0))
    assert promql(slo) == {"good": "time() - max(updated_seconds) <= 60"}
