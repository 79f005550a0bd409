"""The traffic to come: the last half hour, and how last week went on from there."""

from __future__ import annotations

import pytest

from chaos.pricing.traffic import LastWeek, around, expected
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
