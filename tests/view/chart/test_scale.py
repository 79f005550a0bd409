"""Scales that hold what is drawn, and that stand still."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from slotui.view.chart.scale import Scale, close_scale, floor_of, whole_scale

SHARES = st.floats(-50, 1)


@pytest.mark.parametrize(
    ("values", "floor"),
    [
        pytest.param((1.0, 0.2), 0.0, id="what is above nothing needs no room below"),
        pytest.param((0.1, -0.01), -0.5, id="a little overspent"),
        pytest.param((0.1, None, -0.7), -1.0, id="gaps do not count"),
        pytest.param((-5.3,), -10.0, id="five budgets overspent"),
        pytest.param((None,), 0.0, id="nothing known"),
        pytest.param((-5000.0,), -1000.0, id="there is an end to it"),
    ],
)
def test_the_foot_of_the_scale_is_one_of_a_few(values, floor):
    assert floor_of(values) == floor


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        pytest.param((0.9996, 0.9991), 0.99, 1.0, id="a quiet hour is flat, not blown up"),
        pytest.param((0.447, 0.424), 0.42, 0.45, id="an hour of burning in steps of one percent"),
        pytest.param((0.56, 0.42), 0.4, 0.6, id="a week in steps of five"),
        pytest.param((0.05, -0.13), -0.15, 0.05, id="through nothing"),
        pytest.param((1.0, -3.1), -4.0, 1.0, id="never above all of it"),
        pytest.param((None, None), 0.0, 1.0, id="nothing known"),
    ],
)
def test_a_close_scale_goes_from_round_share_to_round_share(values, low, high):
    scale = close_scale(values)
    assert (scale.low, scale.high) == pytest.approx((low, high))


@given(st.lists(SHARES, min_size=1, max_size=20))
def test_a_close_scale_holds_every_share(shares):
    scale = close_scale(shares)
    assert all(scale.low <= share + 1e-6 and share <= scale.high + 1e-6 for share in shares)
    assert scale.low < scale.high <= 1.0


@given(st.lists(SHARES, min_size=1, max_size=20), st.floats(0, 1))
def test_a_share_within_it_does_not_move_a_close_scale(shares, place):
    low, high = min(shares), max(shares)
    assume(high - low > 1e-3)
    assert close_scale([*shares, low + place * (high - low)]) == close_scale(shares)


@given(st.integers(2, 30), st.lists(SHARES, min_size=1, max_size=5))
def test_both_ends_of_a_scale_are_numbered(rows, shares):
    labels = close_scale(shares).labels(rows)
    assert {0, rows - 1} <= set(labels)


def test_the_rows_of_a_scale():
    scale = whole_scale([1.0])
    assert [scale.row(share, 10) for share in (1.0, 0.5, 0.0, -0.1)] == [0, 5, 9, None]
    assert scale.labels(10) == {0: "100%", 5: "50%", 9: "0%"}
    assert Scale(-0.5, 1.0, (0.0, 0.5)).labels(3) == {0: "100%", 2: "-50%"}
