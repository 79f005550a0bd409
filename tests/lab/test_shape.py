from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.shape import (
    DEFAULT_RPS,
    PROFILES,
    SALE_CYCLE,
    day_curve,
    day_factor,
    demand,
    mean_for,
    rate_of,
    sale_factor,
    week_factor,
)
from slotui.duration import DAY, HOUR, MINUTE

instants = st.floats(0, 4e9)


@given(instants)
def test_the_curve_stays_between_a_third_and_double(at: float) -> None:
    assert 0.4 < day_factor(at) < 1.6
    assert 0.80 <= week_factor(at) <= 1.08


@given(instants, st.floats(0.1, 2000))
def test_a_lab_started_at_any_hour_sees_the_rate_it_was_asked_for(at: float, rps: float) -> None:
    assert day_curve(mean_for(rps, at))(at) == pytest.approx(rps)


@given(instants)
def test_the_mean_over_any_whole_day_is_one(at: float) -> None:
    assert sum(day_factor(at + minute * MINUTE) for minute in range(DAY // MINUTE)) / (DAY // MINUTE) == pytest.approx(
        1
    )


def test_the_mean_over_a_week_is_one_weekends_included() -> None:
    minutes = 7 * DAY // MINUTE
    assert sum(demand(minute * MINUTE) for minute in range(minutes)) / minutes == pytest.approx(1)


@given(instants)
def test_nothing_jumps_not_even_at_the_midnight_before_a_weekend(at: float) -> None:
    assert demand(at + MINUTE) == pytest.approx(demand(at), abs=0.005)


def test_a_sale_is_calm_rises_within_a_minute_stays_and_fades() -> None:
    factors = [sale_factor(second) for second in range(SALE_CYCLE)]
    assert set(factors[: 2 * MINUTE]) == {1.0}
    assert factors[3 * MINUTE] == pytest.approx(6)
    assert all(5.5 < factor < 6.5 for factor in factors[3 * MINUTE : 10 * MINUTE])
    tail = factors[10 * MINUTE :]
    assert all(later < sooner for sooner, later in pairwise(tail))
    assert tail[-1] == pytest.approx(1, abs=0.01)


@given(st.floats(0, 10 * SALE_CYCLE))
def test_sales_repeat_without_a_jump(seconds: float) -> None:
    assert sale_factor(seconds + SALE_CYCLE) == pytest.approx(sale_factor(seconds), abs=1e-6)
    assert sale_factor(seconds + 1) == pytest.approx(sale_factor(seconds), abs=0.15)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_has_a_rate_at_every_hour(profile: str) -> None:
    rate = rate_of(profile, DEFAULT_RPS[profile], 0)  # type: ignore[arg-type,index]
    assert all(rate(hour * HOUR) > 0 for hour in range(7 * 24))


def test_with_little_traffic_one_failure_of_five_minutes_is_a_burn_worth_a_page() -> None:
    eligible = DEFAULT_RPS["low"] * 5 * MINUTE
    assert 1 / eligible / 0.001 == pytest.approx(33, abs=1)
