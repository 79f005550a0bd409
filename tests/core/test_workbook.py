"""The figures that people in this trade know by heart, each by its name: SRE Workbook, chapters 2 and 5."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from slotui.core.alerts import AlertTier, derive_tiers, detection_time, planned_factor, reset_time
from slotui.core.budget import (
    Budget,
    burn_rate,
    exhausts_in,
    largest_burn,
    outage_time,
    share_spent,
)
from slotui.core.hindsight import Hindsight, judge, stretch, trailing_ratios
from slotui.core.policy import DEFAULT_POLICY, Moment
from slotui.core.reach import needed_ratio, one_failure_below
from slotui.core.timeline import Counts, Timeline
from slotui.duration import DAY, HOUR, MINUTE
from slotui.source.replay import read_counts

PAGE_FAST, PAGE_SLOW, TICKET_FAST, TICKET_SLOW = derive_tiers(30 * DAY)


@pytest.mark.parametrize(
    ("tier", "share", "long", "short", "factor", "severity"),
    [
        pytest.param(PAGE_FAST, 0.02, HOUR, 5 * MINUTE, 14.4, "page", id="2 % of the budget in 1 hour: 14.4, a page"),
        pytest.param(PAGE_SLOW, 0.05, 6 * HOUR, 30 * MINUTE, 6, "page", id="5 % in 6 hours: 6, a page"),
        pytest.param(TICKET_FAST, 0.10, DAY, 2 * HOUR, 3, "ticket", id="10 % in 1 day: 3, a ticket"),
        pytest.param(TICKET_SLOW, 0.10, 3 * DAY, 6 * HOUR, 1, "ticket", id="10 % in 3 days: 1, a ticket"),
    ],
)
def test_the_workbooks_table(
    tier: AlertTier, share: float, long: int, short: int, factor: float, severity: str
) -> None:
    assert (tier.long, tier.short, tier.severity) == (long, short, severity)
    assert (tier.share, tier.factor) == (pytest.approx(share), pytest.approx(factor))
    assert share_spent(factor, long, 30 * DAY) == pytest.approx(share)


@pytest.mark.parametrize(
    ("target", "window", "seconds"),
    [
        pytest.param(0.999, 30 * DAY, 43 * 60 + 12, id="99.9 % of 30 d: 43 min 12 s"),
        pytest.param(0.999, 28 * DAY, 40 * 60 + 19, id="99.9 % of 28 d: 40 min 19 s"),
        pytest.param(0.999, 7 * DAY, 10 * 60 + 5, id="99.9 % of 7 d: 10 min 5 s"),
        pytest.param(0.9995, 30 * DAY, 21 * 60 + 36, id="99.95 % of 30 d: 21 min 36 s"),
        pytest.param(0.9999, 30 * DAY, 4 * 60 + 19, id="99.99 % of 30 d: 4 min 19 s"),
        pytest.param(0.99, 30 * DAY, 7 * 3600 + 720, id="99 % of 30 d: 7 h 12 min"),
        pytest.param(0.99999, 30 * DAY, 26, id="99.999 % of 30 d: 26 s"),
    ],
)
def test_a_budget_read_as_time(target: float, window: int, seconds: int) -> None:
    assert outage_time(target, window) == pytest.approx(seconds, abs=0.8)


def test_ten_thousand_requests_a_minute_allow_432_000_errors_in_30_days_at_three_nines() -> None:
    month = Budget(0.999, 30 * DAY, Counts(10_000 * 60 * 24 * 30, 0, 30 * DAY))
    assert (month.counts.eligible, month.allowed) == (432_000_000, pytest.approx(432_000))


def test_fifty_thousand_a_second_at_99_95_allow_60_million_in_28_days_and_a_minute_of_failure_is_five_percent() -> None:
    large = Budget(0.9995, 28 * DAY, Counts(50_000 * 28 * DAY, 50_000 * 60, 28 * DAY))
    assert large.counts.eligible == pytest.approx(121e9, rel=0.001)
    assert large.allowed == pytest.approx(60.5e6, rel=0.001)
    assert large.spent_ratio == pytest.approx(0.05, abs=0.0005)


def test_five_percent_errors_for_ten_minutes_cost_1_157_percent_of_a_month_and_833_percent_of_an_hour() -> None:
    spent = Counts(HOUR * 10, 0.05 * 600 * 10, HOUR)
    assert share_spent(50, 600, 30 * DAY) == pytest.approx(0.01157, abs=1e-5)
    assert Budget(0.999, 30 * DAY, spent).spent_ratio == pytest.approx(8.33, abs=0.01)
    assert 1 - (Budget(0.999, 30 * DAY, spent).projected_remaining_ratio or 0) == pytest.approx(0.01157, abs=1e-5)


def test_one_minute_of_total_failure_is_2_31_percent_of_30_days_at_three_nines() -> None:
    assert share_spent(largest_burn(0.999), 60, 30 * DAY) == pytest.approx(0.0231, abs=1e-4)


@pytest.mark.parametrize(
    ("window", "factors"),
    [
        pytest.param(28 * DAY, [13.44, 5.6, 2.8, 0.933], id="28 days: 13.44, 5.6, 2.8, and 0.933 to be raised"),
        pytest.param(7 * DAY, [13.44, 3.5, 1.4, 0.98], id="7 days with shares of 8, 12.5, 20 and 42 %"),
    ],
)
def test_factors_of_other_windows_before_they_are_raised_to_one(window: int, factors: list[float]) -> None:
    tiers = derive_tiers(window)
    assert [planned_factor(tier, window) for tier in tiers] == pytest.approx(factors, abs=1e-3)
    assert tiers[-1].factor == 1


def test_the_workbooks_shares_at_7_days_would_page_a_service_that_meets_its_objective() -> None:
    naive = [tier.share * 7 * DAY / tier.long for tier in derive_tiers(30 * DAY)]
    assert naive == pytest.approx([3.36, 1.4, 0.70, 0.233], abs=1e-3)


def test_raised_to_one_the_last_tier_of_28_days_fires_at_10_71_percent() -> None:
    assert derive_tiers(28 * DAY)[-1].share == pytest.approx(0.1071, abs=1e-4)


def test_at_95_percent_14_4_needs_72_percent_slow_requests_and_at_90_it_can_never_fire() -> None:
    assert (largest_burn(0.95), largest_burn(0.90)) == (20, 10)
    assert needed_ratio(PAGE_FAST, 0.95) == pytest.approx(0.72)
    assert detection_time(PAGE_FAST, 0.90, 1.0) is None


@pytest.mark.parametrize(
    ("tier", "error_ratio", "seconds"),
    [
        pytest.param(PAGE_FAST, 1.0, 51.8, id="a total failure pages after 51.8 s"),
        pytest.param(PAGE_FAST, 0.10, 518, id="ten percent after 8 min 38 s"),
        pytest.param(PAGE_FAST, 0.09, 576, id="nine percent after 9 min 36 s"),
        pytest.param(PAGE_FAST, 0.05, 1037, id="five percent after 17 min 17 s"),
        pytest.param(PAGE_SLOW, 0.05, 2592, id="five percent, the slower page, after 43 min 12 s"),
        pytest.param(PAGE_FAST, 0.0144 + 1e-9, 3600, id="1.44 percent after the whole hour"),
    ],
)
def test_when_a_tier_fires(tier: AlertTier, error_ratio: float, seconds: float) -> None:
    assert detection_time(tier, 0.999, error_ratio) == pytest.approx(seconds, abs=0.5)


def test_a_lab_of_five_minutes_pages_after_121_seconds() -> None:
    assert detection_time(PAGE_FAST, 0.999, 0.05, age=300) == pytest.approx(121, abs=0.5)


def test_five_percent_for_ten_minutes_fires_nothing_at_14_4_on_mature_data() -> None:
    assert (detection_time(PAGE_FAST, 0.999, 0.05) or 0) > 600


def test_a_page_ends_within_its_short_window() -> None:
    assert reset_time(PAGE_FAST, 0.999, 1.0) == pytest.approx(300 * (1 - 0.0144))


def test_one_failure_reaches_14_4_where_an_hour_has_fewer_than_69_4_requests() -> None:
    assert one_failure_below(PAGE_FAST, 0.999) == pytest.approx(69.4, abs=0.05)


def test_a_burn_of_one_ends_with_the_window() -> None:
    assert exhausts_in(1.0, 1.0, 30 * DAY) == 30 * DAY
    assert exhausts_in(0.5, 0.0, 30 * DAY) is None
    assert exhausts_in(-0.1, 2.0, 30 * DAY) == 0


@pytest.mark.parametrize(
    ("remaining", "tier"),
    [
        pytest.param(0.51, "healthy", id="above half: healthy"),
        pytest.param(0.49, "caution", id="below half: caution"),
        pytest.param(0.0, "freeze", id="at nothing: freeze"),
    ],
)
def test_the_three_tiers_of_the_policy(remaining: float, tier: str) -> None:
    assert [one.name for one in DEFAULT_POLICY.tiers] == ["healthy", "caution", "freeze"]
    held = [one.name for one in DEFAULT_POLICY.tiers if one.enter_below is None or one.holds(Moment(0, remaining))]
    assert held[-1] == tier


@pytest.fixture(scope="module")
def line(reference: Path) -> Timeline:
    """28 days of payments, minute by minute."""
    return read_counts(reference)


def judged(line: Timeline, target: float) -> Hindsight:
    return judge(line, target, 28 * DAY, [], trailing_ratios(line, [], []))


@pytest.mark.parametrize(
    ("target", "left", "gone"),
    [
        pytest.param(0.999, 0.369188, None, id="99.9 %: 36.9 % left"),
        pytest.param(0.9995, -0.261625, "2024-04-23T19:21", id="99.95 %: overspent by 26.2 % since 23 April 19:21"),
        pytest.param(0.9999, -5.308124, "2024-04-06T18:22", id="99.99 %: overspent five times since 6 April 18:22"),
    ],
)
def test_the_reference_month(target: float, left: float, gone: str | None, line: Timeline) -> None:
    found = judged(line, target)
    assert (found.budget.counts.eligible, found.budget.counts.bad) == (722_137_084, 455_533)
    assert found.budget.remaining_ratio == pytest.approx(left, abs=1e-6)
    moment = None if found.exhausted_at is None else f"{datetime.fromtimestamp(found.exhausted_at, UTC):%Y-%m-%dT%H:%M}"
    assert moment == gone


def test_averages_of_ratios_would_say_44_percent_where_36_9_are_left(line: Timeline) -> None:
    assert 1 - judged(line, 0.999).unweighted[300] / 0.001 == pytest.approx(0.440, abs=5e-4)


def april(day: int, hour: int, minute: int = 0) -> float:
    return datetime(2024, 4, day, hour, minute, tzinfo=UTC).timestamp()


def test_the_slow_burn_day_peaks_at_2_4_2_3_1_6_and_0_86_and_spends_5_5_percent_that_no_tier_sees(
    line: Timeline,
) -> None:
    windows = {HOUR: 2.41, 6 * HOUR: 2.29, DAY: 1.58, 3 * DAY: 0.861}
    day = [april(24, 6) + 60 * minute for minute in range(14 * 60 + 1)]
    for window, peak in windows.items():
        burns = [burn_rate(line.trailing(window, moment), 0.999) or 0 for moment in day]
        assert max(burns) == pytest.approx(peak, abs=0.006)
    assert all(peak < tier.factor for tier, peak in zip(derive_tiers(28 * DAY), windows.values(), strict=True))
    whole = judged(line, 0.999).budget
    part = stretch(line, whole, april(24, 6), april(24, 20), {})
    assert part.share == pytest.approx(0.0546, abs=1e-4)


def test_eight_minutes_at_8_percent_off_peak_spend_0_17_percent_and_fire_nothing(line: Timeline) -> None:
    spent = line.between(april(9, 14), april(9, 14, 8))
    assert spent.bad / judged(line, 0.999).budget.allowed == pytest.approx(0.0017, abs=1e-4)
    for tiers in (derive_tiers(28 * DAY), derive_tiers(30 * DAY)):
        fired = judge(line, 0.999, 28 * DAY, tiers, trailing_ratios(line, tiers, [])).alerts
        days = {datetime.fromtimestamp(run.start, UTC).day for run in fired}
        assert days == {18}, "only incident 2 fires, and neither incident 1 nor the slow burn"
