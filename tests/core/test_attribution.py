"""Shares of the bad events by cause: they add up, the largest comes first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.core.attribution import UNKNOWN_CAUSE, attribute

EVENTS = st.floats(0, 1e9)
CAUSES = st.dictionaries(st.sampled_from(["payment", "inventory", "none", "a", UNKNOWN_CAUSE]), EVENTS)


@given(by_cause=CAUSES, rest=EVENTS, allowed=st.floats(0, 1e9))
def test_causes_and_rest_add_up_to_what_went_bad(by_cause: dict[str, float], rest: float, allowed: float) -> None:
    bad = sum(by_cause.values()) + rest
    found = attribute(by_cause, bad, allowed)
    lines = [*found.causes, *([found.rest] if found.rest else [])]
    assert sum(one.bad for one in lines) == pytest.approx(bad, rel=1e-5, abs=1e-5)
    assert all(one.bad > 0 for one in found.causes)
    if bad > 1e-3:
        assert sum(one.of_bad for one in lines) == pytest.approx(1, rel=1e-2)
    if allowed > 1e-3:
        assert sum(one.of_budget or 0 for one in lines) == pytest.approx(bad / allowed, rel=1e-2, abs=1e-2)
    else:
        assert all(one.of_budget is None or one.of_budget >= 0 for one in lines)


@given(by_cause=CAUSES)
def test_the_largest_comes_first_and_unknown_last(by_cause: dict[str, float]) -> None:
    causes = attribute(by_cause, sum(by_cause.values()), 1).causes
    known = [one.bad for one in causes if one.cause != UNKNOWN_CAUSE]
    assert known == sorted(known, reverse=True)
    assert UNKNOWN_CAUSE not in [one.cause for one in causes[:-1]]


def test_equals_are_in_the_order_of_their_names() -> None:
    assert [one.cause for one in attribute({"b": 2, "a": 2, "c": 3}, 7, 10).causes] == ["c", "a", "b"]


def test_what_nobody_told_the_cause_of_is_the_rest() -> None:
    rest = attribute({"payment": 60}, bad=100, allowed=50).rest
    assert rest is not None
    assert (rest.bad, rest.of_bad, rest.of_budget) == (40, 0.4, 0.8)


def test_causes_that_claim_more_than_went_bad_have_a_negative_rest() -> None:
    rest = attribute({"payment": 60}, bad=50, allowed=50).rest
    assert rest is not None
    assert rest.bad == -10


def test_a_difference_in_the_last_digit_is_no_rest() -> None:
    assert attribute({"a": 0.1, "b": 0.2}, bad=0.3, allowed=1).rest is None


def test_without_a_budget_there_is_no_share_of_it() -> None:
    assert attribute({"payment": 1}, bad=1, allowed=0).causes[0].of_budget is None
