"""The filter language: what each term lets through, and what is said of a misspelt one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.view.filter import parse_filter


@pytest.fixture(scope="module")
def slos(any_board):
    labels = {
        "checkout-availability": {"team": "payments", "Tier": "1"},
        "search-results": {"team": "search"},
    }
    return [replace(slo, slo=replace(slo.slo, labels=labels.get(slo.name, {}))) for slo in any_board.slos]


def names(slos, text):
    found = parse_filter(text, {"team", "Tier"})
    assert found.problem is None
    return [slo.name for slo in found.chosen(slos)]


ALL = [
    "checkout-availability",
    "search-results",
    "checkout-latency",
    "stock-sync",
    "refund-api",
    "inventory-freshness",
]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("", ALL, id="nothing typed shows all"),
        pytest.param("CHECK", ["checkout-availability", "checkout-latency", "inventory-freshness"],
                     id="a word is looked for in name and service, whatever its case"),
        pytest.param("check lat", ["checkout-latency"], id="every word must be there"),
        pytest.param("!check", ["search-results", "stock-sync", "refund-api"], id="an exclamation mark turns it around"),
        pytest.param("state:page", ["checkout-availability"], id="by state"),
        pytest.param("state:no-data", ["stock-sync"], id="by a state of two words"),
        pytest.param("state:no_d", ["stock-sync"], id="by the beginning of a state"),
        pytest.param("state:page,ticket", ["checkout-availability", "checkout-latency"], id="one of two states"),
        pytest.param("!state:ok !state:quiet check", ["checkout-availability", "checkout-latency"], id="all together"),
        pytest.param("tier:freeze", ["search-results"], id="by policy tier"),
        pytest.param("tier:hold", ["stock-sync"], id="by no tier at all"),
        pytest.param("service:refund", ["refund-api"], id="by service"),
        pytest.param("name:sync", ["stock-sync"], id="by name alone"),
        pytest.param("team=pay", ["checkout-availability"], id="by a piece of a label's value"),
        pytest.param("tier=1", ["checkout-availability"], id="by a label, whatever its case"),
        pytest.param("!team=pay", ALL[1:], id="without a label"),
        pytest.param("budget<50", ["checkout-availability", "search-results"], id="less left than half"),
        pytest.param("budget<50% budget>0", ["checkout-availability"], id="between two bounds"),
        pytest.param("burn>2x", ["checkout-availability", "checkout-latency"], id="burning fast"),
        pytest.param("state:", ALL, id="a field without a value asks for nothing yet"),
        pytest.param("budget<", ALL, id="nor does a comparison without a number"),
        pytest.param("!", ALL, id="nor does an exclamation mark"),
    ],
)  # fmt: skip
def test_what_is_left(slos, text, left):
    assert names(slos, text) == left


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("sate:page", "no field sate: did you mean state?", id="a misspelt field"),
        pytest.param("xyzzy:1", "no field xyzzy: there are name, service, state, tier", id="a field like no other"),
        pytest.param("state:pgae", "no state pgae: did you mean page?", id="a misspelt state"),
        pytest.param("taem=pay", "no label taem: did you mean team?", id="a misspelt label"),
        pytest.param("budgt<5", "no number budgt: did you mean budget?", id="a misspelt number"),
        pytest.param("budget<half", "budget<half: write a number, as in budget<50", id="a number in words"),
        pytest.param("budget<nan", "budget<nan: write a number, as in budget<50", id="a number that is none"),
        pytest.param(":page", "no field (empty): there are name, service, state, tier", id="a field without a name"),
    ],
)
def test_what_is_misspelt_is_said_and_hides_nothing(slos, text, problem):
    found = parse_filter(text, {"team", "Tier"})
    assert found.problem == problem
    assert not found.active
    assert list(found.chosen(slos)) == slos


def test_without_labels_there_is_nothing_near():
    assert parse_filter("team=pay").problem == "no SLO has a label team"


def test_whatever_is_typed_gives_a_filter_that_can_be_asked(any_board):
    @given(st.text(max_size=40))
    def whatever(text):
        found = parse_filter(text, {"team"})
        left = list(found.chosen(any_board.slos))
        assert found.active or left == list(any_board.slos)
        assert len(left) <= len(any_board.slos)

    whatever()
