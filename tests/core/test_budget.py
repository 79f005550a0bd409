"""Golden numbers of budgets and burn, and the properties that hold for any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.core.budget import Budget, burn_rate, exhausts_in, largest_burn, outage_time, share_spent
from slotui.core.timeline import Counts
from slotui.duration import DAY, HOUR, MINUTE

targets = st.floats(0.0, 0.99999)
events = st.integers(1, 10**12)


@pytest.mark.parametrize(
    ("target", "window", "seconds"),
    [
        pytest.param(0.999, 30 * DAY, 43 * MINUTE + 12, id="99.9 % of 30 days: 43 min 12 s"),
        pytest.param(0.999, 28 * DAY, 40 * MINUTE + 19, id="99.9 % of 28 days: 40 min 19 s"),
        pytest.param(0.999, 7 * DAY, 10 * MINUTE + 5, id="99.9 % of a week: 10 min 5 s"),
        pytest.param(0.9995, 30 * DAY, 21 * MINUTE + 36, id="99.95 % of 30 days: 21 min 36 s"),
        pytest.param(0.9999, 30 * DAY, 4 * MINUTE + 19, id="99.99 % of 30 days: 4 min 19 s"),
        pytest.param(0.99, 30 * DAY, 7 * HOUR + 12 * MINUTE, id="99 % of 30 days: 7 h 12 min"),
        pytest.param(0.99999, 30 * DAY, 26, id="99.999 % of 30 days: 26 s"),
    ],
)
def test_a_budget_reads_as_minutes_of_total_failure(target: float, window: int, seconds: int) -> None:
    assert round(outage_time(target, window)) == seconds


def test_a_budget_reads_as_requests() -> None:
    assert Budget(0.999, 30 * DAY, Counts(432_000_000, 0, 30 * DAY)).allowed == pytest.approx(432_000)
    big = Budget(0.9995, 28 * DAY, Counts(50_000 * 28 * DAY, 0, 28 * DAY))
    assert big.allowed == pytest.approx(60.48e6)
    assert 50_000 * MINUTE / big.allowed == pytest.approx(0.0496, abs=1e-4)


@pytest.mark.parametrize(
    ("target", "remaining"),
    [(0.999, 0.36918763750955685), (0.9995, -0.2616247249810262), (0.9999, -5.308123624905132)],
)
def test_what_is_left_of_the_reference_month(target: float, remaining: float) -> None:
    budget = Budget(target, 28 * DAY, Counts(722_137_084, 455_533, 28 * DAY))
    assert budget.remaining_ratio == pytest.approx(remaining, abs=1e-9)


@pytest.mark.parametrize(
    ("eligible", "bad", "measured", "remaining", "coverage"),
    [
        pytest.param(0, 0, 30 * DAY, None, 1.0, id="no traffic is not one hundred percent"),
        pytest.param(0, 0, 0, None, 0.0, id="no measurement is not one hundred percent"),
        pytest.param(1000, 2, 15 * DAY, -1.0, 0.5, id="overspent is negative, half measured is half"),
        pytest.param(1000, 0, 31 * DAY, 1.0, 1.0, id="coverage is never above one"),
    ],
)
def test_unknown_is_none(eligible: int, bad: int, measured: float, remaining: float | None, coverage: float) -> None:
    budget = Budget(0.999, 30 * DAY, Counts(eligible, bad, measured))
    assert budget.remaining_ratio == (None if remaining is None else pytest.approx(remaining))
    assert budget.coverage == coverage


def test_the_same_spend_on_a_full_and_on_a_young_window() -> None:
    """5 % errors for 10 minutes: 1.157 % of a full 30 d budget, 833 % of a one-hour-old one."""
    rate, bad = 10.0, 10.0 * 600 * 0.05
    full = Budget(0.999, 30 * DAY, Counts(rate * 30 * DAY, bad, 30 * DAY))
    young = Budget(0.999, 30 * DAY, Counts(rate * HOUR, bad, HOUR))
    assert full.spent_ratio == pytest.approx(0.01157, abs=1e-5)
    assert young.spent_ratio == pytest.approx(8.333, abs=1e-3)
    assert young.projected_remaining_ratio == pytest.approx(full.remaining_ratio, abs=1e-9)


@pytest.mark.parametrize(
    ("remaining", "burn", "expected"),
    [
        pytest.param(0.312, 16.2, 49920, id="31.2 % left at 16.2x: 13 h 52 min"),
        pytest.param(0.5, 0.0, None, id="no burn: not exhausting"),
        pytest.param(0.5, None, None, id="no traffic: not exhausting"),
        pytest.param(-0.1, 3.0, 0.0, id="overspent: gone already"),
        pytest.param(None, 3.0, None, id="nothing known"),
    ],
)
def test_exhaustion(remaining: float | None, burn: float | None, expected: float | None) -> None:
    found = exhausts_in(remaining, burn, 30 * DAY)
    assert found == (None if expected is None else pytest.approx(expected))


def test_one_minute_of_total_failure_costs_two_percent_of_thirty_days() -> None:
    assert share_spent(largest_burn(0.999), MINUTE, 30 * DAY) == pytest.approx(0.0231, abs=1e-4)


@given(targets, events, st.floats(0, 1))
def test_burn_is_at_most_that_of_a_total_failure(target: float, eligible: int, ratio: float) -> None:
    burn = burn_rate(Counts(eligible, eligible * ratio), target)
    assert burn is not None
    assert 0 <= burn <= largest_burn(target) * (1 + 1e-9)


@given(targets, events, st.floats(0, 1), st.floats(1, 90 * DAY))
def test_burning_at_one_for_the_whole_window_leaves_nothing(
    target: float, eligible: int, ratio: float, window: float
) -> None:
    counts = Counts(eligible, eligible * ratio, window)
    burn, left = burn_rate(counts, target), Budget(target, window, counts).remaining_ratio
    assert burn is not None
    assert left is not None
    assert left == pytest.approx(1 - burn, rel=1e-6, abs=1e-6)


@given(events, st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_bad_events_never_leave_more(eligible: int, bad: int, more: int) -> None:
    before = Budget(0.999, DAY, Counts(eligible, bad, DAY)).remaining_ratio
    after = Budget(0.999, DAY, Counts(eligible, bad + more, DAY)).remaining_ratio
    assert before is not None
    assert after is not None
    assert after <= before
