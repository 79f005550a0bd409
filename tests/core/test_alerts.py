"""The alert tiers of the SRE Workbook, derived for any window, and when they fire."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.core.alerts import (
    AlertStatus,
    AlertTier,
    BurnState,
    derive_tiers,
    detection_time,
    reset_time,
    tiers_at_factors,
)
from slotui.core.budget import largest_burn, share_spent
from slotui.duration import DAY, HOUR, MINUTE

FAST = derive_tiers(30 * DAY)[0]


@pytest.mark.parametrize(
    ("window", "factors", "shares"),
    [
        pytest.param(30 * DAY, [14.4, 6, 3, 1], [0.02, 0.05, 0.10, 0.10], id="30 days: the Workbook's table"),
        pytest.param(28 * DAY, [13.44, 5.6, 2.8, 1], [0.02, 0.05, 0.10, 0.1071], id="28 days: 0.933 is raised to 1"),
        pytest.param(7 * DAY, [13.44, 3.5, 1.4, 1], [0.08, 0.125, 0.20, 0.4286], id="7 days: larger shares"),
        pytest.param(90 * DAY, [43.2, 18, 9, 3], [0.02, 0.05, 0.10, 0.10], id="a quarter"),
    ],
)
def test_factors_and_shares(window: int, factors: list[float], shares: list[float]) -> None:
    tiers = derive_tiers(window)
    assert [tier.factor for tier in tiers] == pytest.approx(factors)
    assert [tier.share for tier in tiers] == pytest.approx(shares, abs=1e-4)
    assert [(tier.long, tier.short) for tier in tiers] == [
        (HOUR, 5 * MINUTE),
        (6 * HOUR, 30 * MINUTE),
        (DAY, 2 * HOUR),
        (3 * DAY, 6 * HOUR),
    ]
    assert [tier.severity for tier in tiers] == ["page", "page", "ticket", "ticket"]


@given(st.integers(2 * HOUR, 400 * DAY))
def test_any_window_has_tiers_that_do_not_alert_on_a_met_objective(window: int) -> None:
    tiers = derive_tiers(window)
    assert tiers
    for tier in tiers:
        assert tier.factor >= 1
        assert tier.long <= window / 2
        assert tier.share == pytest.approx(share_spent(tier.factor, tier.long, window))
        assert 0 < tier.share <= 1 + 1e-9
    assert [tier.factor for tier in tiers] == sorted((tier.factor for tier in tiers), reverse=True)


@pytest.mark.parametrize(
    ("error_ratio", "age", "seconds"),
    [
        pytest.param(1.0, math.inf, 51.8, id="total failure: a page after 52 s"),
        pytest.param(0.10, math.inf, 8 * 60 + 38, id="ten percent: after 8 min 38 s"),
        pytest.param(0.05, math.inf, 17 * 60 + 17, id="five percent: after 17 min 17 s, so never within ten minutes"),
        pytest.param(0.0144001, math.inf, 3600, id="just above 14.4x: after the whole hour"),
        pytest.param(0.0144, math.inf, None, id="at 14.4x: never"),
        pytest.param(0.05, 300.0, 121, id="young data: the same fault pages eight times sooner"),
        pytest.param(1.0, 3600.0, 51.8, id="an hour of data is mature"),
    ],
)
def test_detection_time(error_ratio: float, age: float, seconds: float | None) -> None:
    found = detection_time(FAST, 0.999, error_ratio, age)
    assert found == (None if seconds is None else pytest.approx(seconds, abs=0.6))


@given(st.floats(0.0145, 1.0))
def test_the_budget_spent_at_detection_is_the_tiers_share_whatever_the_error_rate(error_ratio: float) -> None:
    seconds = detection_time(FAST, 0.999, error_ratio)
    assert seconds is not None
    assert share_spent(error_ratio / 0.001, seconds, 30 * DAY) == pytest.approx(FAST.share)


def test_reset_time_is_the_short_window_at_most() -> None:
    assert reset_time(FAST, 0.999, 1.0) == pytest.approx(300 * (1 - 0.0144))
    assert reset_time(FAST, 0.999, 0.0) == 0.0


def test_a_loose_target_can_never_reach_the_fast_factor() -> None:
    assert largest_burn(0.95) == pytest.approx(20)
    assert largest_burn(0.90) == pytest.approx(10)
    assert detection_time(FAST, 0.90, 1.0) is None


@pytest.mark.parametrize(
    ("long", "short", "state"),
    [
        (15.0, 15.0, BurnState.CRITICAL),
        (15.0, 1.0, BurnState.RECOVERING),
        (1.0, 15.0, BurnState.INCREASING),
        (1.0, 1.0, BurnState.OK),
        (14.4, 14.4, BurnState.OK),
        (None, 15.0, BurnState.INCREASING),
        (None, None, BurnState.OK),
    ],
)
def test_burn_states(long: float | None, short: float | None, state: BurnState) -> None:
    status = AlertStatus(FAST, long, short)
    assert status.state is state
    assert status.firing == (state is BurnState.CRITICAL)


def test_one_failure_at_low_traffic_reaches_the_factor() -> None:
    """Below 69.4 requests an hour at 99.9 %, a single failure burns at 14.4x."""
    assert 1 / (0.001 * 69.5) < FAST.factor < 1 / (0.001 * 69.4)


def test_factors_by_hand_keep_the_standard_windows() -> None:
    tiers = tiers_at_factors((14.4, 6, 3, 1), 28 * DAY)
    assert [tier.key for tier in tiers] == ["page_1h_5m", "page_6h_30m", "ticket_1d_2h", "ticket_3d_6h"]
    assert isinstance(tiers[0], AlertTier)
