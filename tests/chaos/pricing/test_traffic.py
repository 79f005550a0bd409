"""The traffic to come: the last half hour, and how last week went on from there."""

from __future__ import annotations

import pytest

from chaos.pricing.traffic import Halves, LastWeek, around, expected
from slotui.core.timeline import Counts

RECENT = Counts(18_000, 180, 1800)


@pytest.mark.parametrize(
    ("last_week", "rate"),
    [
        pytest.param(None, 10, id="nothing known of last week: as it was"),
        pytest.param(LastWeek(Counts(9000, 0, 1800), Counts(18_000, 0, 1800), 1800), 20, id="it doubled last week"),
        pytest.param(LastWeek(Counts(900, 0, 1800), Counts(450, 0, 1800), 1800), 5, id="it halved, at a tenth of now"),
        pytest.param(LastWeek(Counts(9000, 0, 900), Counts(18_000, 0, 1800), 1800), 10, id="half of it not measured"),
        pytest.param(LastWeek(Counts(50, 0, 1800), Counts(99, 0, 1800), 1800), 10, id="too few to tell a change"),
    ],
)
def test_the_change_of_last_week_is_expected_again(last_week: LastWeek | None, rate: float) -> None:
    traffic = expected(RECENT, last_week)
    assert traffic.rate == pytest.approx(rate)
    assert traffic.counts.error_ratio == pytest.approx(0.01)
    assert ("last week" in traffic.basis) == (rate != 10)


def test_three_counts_are_known_less_well_than_one() -> None:
    week = LastWeek(Counts(18_000, 0, 1800), Counts(18_000, 0, 1800), 1800)
    assert expected(RECENT, week).counts.eligible == pytest.approx(18_000 / 3)


def test_no_traffic_expects_none() -> None:
    assert expected(Counts(), None).rate == 0


def test_last_week_is_looked_at_around_the_middle_of_the_experiment() -> None:
    assert around(1000, 60) == (1030 - 900, 1030 + 900)
    assert around(1000, 7200) == (1000, 8200)


@pytest.mark.parametrize(
    ("earlier", "later", "seconds", "rate"),
    [
        pytest.param(9000, 9000, 60, 10, id="even"),
        pytest.param(9000, 9150, 60, 10, id="a difference that chance explains"),
        pytest.param(9450, 8550, 0, 9, id="falling: now a quarter of an hour past the mean"),
        pytest.param(9450, 8550, 1800, 8, id="falling: the middle of the next half hour"),
        pytest.param(9450, 8550, 86_400, 8, id="no fall goes on all day"),
        pytest.param(16_000, 2000, 1800, 0, id="nor below nothing: then the mean is as good a guess"),
    ],
)
def test_without_a_last_week_a_clear_trend_goes_on(earlier: int, later: int, seconds: float, rate: float) -> None:
    halves = Halves(Counts(earlier, 0, 900), Counts(later, 0, 900))
    traffic = expected(Counts(18_000, 180, 1800), None, halves, seconds)
    assert traffic.rate == pytest.approx(rate or 10, rel=1e-6)
    assert traffic.counts.error_ratio == pytest.approx(0.01)
    # A line through two counts is known less well than their mean.
    assert (traffic.counts.eligible < 18_000) == (rate in (9, 8))


def test_half_a_quarter_tells_no_trend() -> None:
    halves = Halves(Counts(4500, 0, 450), Counts(18_000, 0, 900))
    assert expected(RECENT, None, halves, 60).rate == pytest.approx(10)
