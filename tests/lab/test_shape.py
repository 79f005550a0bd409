from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.shape import day_curve, day_factor, mean_for
from slotui.duration import DAY, MINUTE

instants = st.floats(0, 4e9)


@given(instants)
def test_the_curve_stays_between_half_and_one_and_a_half(at: float) -> None:
    assert 0.4 < day_factor(at) < 1.6


@given(instants, st.floats(0.1, 2000))
def test_a_lab_started_at_any_hour_sees_the_rate_it_was_asked_for(at: float, rps: float) -> None:
    assert day_curve(mean_for(rps, at))(at) == pytest.approx(rps)


@given(instants)
def test_the_mean_over_any_whole_day_is_one(at: float) -> None:
    assert sum(day_factor(at + minute * MINUTE) for minute in range(DAY // MINUTE)) / (DAY // MINUTE) == pytest.approx(
        1
    )
