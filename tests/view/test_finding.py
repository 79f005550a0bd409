"""Names found by a few letters."""

from __future__ import annotations

import pytest

from slotui.view.finding import best, find

NAMES = ["checkout-availability", "checkout-latency", "search-results", "refund-api", "api"]


@pytest.mark.parametrize(
    ("letters", "order"),
    [
        pytest.param("check", ["checkout-availability", "checkout-latency"], id="the beginning of a name"),
        pytest.param("api", ["api", "refund-api"], id="the whole name before a word of one"),
        pytest.param("late", ["checkout-latency"], id="the beginning of a word"),
        pytest.param("LATE", ["checkout-latency"], id="capitals are the same"),
        pytest.param("sres", ["search-results"], id="letters in their order"),
        pytest.param("zz", [], id="nothing"),
    ],
)
def test_the_best_fit_comes_first(letters, order):
    assert [NAMES[index] for index, _ in best(letters, NAMES, 9)] == order


def test_there_are_never_more_than_asked_for():
    assert len(best("a", [f"api-{number}" for number in range(5000)], 50)) == 50


@pytest.mark.parametrize("name", ["x" * 10_000, "İ" * 300, "カート決済", "", "[/red]"], ids=repr)
@pytest.mark.parametrize("letters", ["x", "xxxxxxxx", "i", "ト", "]", " "])
def test_hostile_names_are_found_by_places_that_they_have(name, letters):
    found = find(letters, name)
    assert found is None or all(0 <= place < len(name) for place in found.at)
    assert found is None or 0 <= found.score <= 1
