"""The traffic to come: the last half hour, and how last week went on from there."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.pricing.base_latency import Share
from chaos.pricing.price import bad_events
from chaos.pricing.traffic import LastWeek, around, expected
from chaos.pricing.trend import through
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


def pieces(*eligible: float) -> tuple[Counts, ...]:
    return tuple(Counts(count, 0, 300) for count in eligible)


@pytest.mark.parametrize(
    ("counts", "seconds", "rate"),
    [
        pytest.param((3000,) * 6, 60, 10, id="even"),
        pytest.param((3000, 3050, 2960, 3010, 3040, 2990), 60, 10, id="differences that chance explains"),
        pytest.param((3250, 3150, 3050, 2950, 2850, 2750), 0, 9, id="falling: now a quarter of an hour past the mean"),
        pytest.param((3250, 3150, 3050, 2950, 2850, 2750), 1800, 8, id="falling: the middle of the next half hour"),
        pytest.param((3250, 3150, 3050, 2950, 2850, 2750), 86_400, 8, id="no fall goes on all day"),
        pytest.param((3000, 3000, 3000, 3000, 1200, 3000), 60, 10, id="a restart is no fall"),
        pytest.param((3000, 3000, 3000, 0, 3000, 3000), 60, 10, id="nor is an outage"),
        pytest.param((90,) * 6, 60, 10, id="too few to tell anything"),
    ],
)
def test_without_a_last_week_a_clear_trend_goes_on(counts: tuple[int, ...], seconds: float, rate: float) -> None:
    traffic = expected(Counts(18_000, 180, 1800), None, pieces(*counts), seconds)
    assert traffic.rate == pytest.approx(rate, rel=0.01)
    assert traffic.counts.error_ratio == pytest.approx(0.01)
    assert ("odd piece" in traffic.basis) == (min(counts) in (0, 1200))


def test_a_trend_is_known_less_well_than_a_mean() -> None:
    falling = expected(RECENT, None, pieces(3250, 3150, 3050, 2950, 2850, 2750), 60)
    even = expected(RECENT, None, pieces(*(3000,) * 6), 60)
    assert falling.counts.eligible < even.counts.eligible == pytest.approx(18_000)


def test_last_week_changes_what_is_left_without_the_odd_piece() -> None:
    week = LastWeek(Counts(9000, 0, 1800), Counts(18_000, 0, 1800), 1800)
    traffic = expected(Counts(16_200, 0, 1800), week, pieces(3000, 3000, 1200, 3000, 3000, 3000), 60)
    assert traffic.rate == pytest.approx(20)


def test_bursts_widen_the_price() -> None:
    bursts = expected(RECENT, None, pieces(3600, 2400, 3500, 2500, 3300, 2700), 60)
    assert bursts.dispersion > 50
    assert bursts.counts.eligible < 18_000 / 50
    calm, wild = (bad_events(RECENT, 600, 0.5, "random", Share(1, 1, 1), much) for much in (1.0, bursts.dispersion))
    assert wild.high - wild.low > 3 * (calm.high - calm.low)
    assert wild.mid == calm.mid


@given(
    rate=st.floats(1, 500),
    slope=st.floats(-0.4, 0.4),
    hole=st.none() | st.integers(0, 5),
    seed=st.integers(0, 2**32),
)
def test_the_line_finds_the_traffic_that_made_the_counts(
    rate: float, slope: float, hole: int | None, seed: int
) -> None:
    """Traffic that comes by chance and changes by up to 40 % in half an hour, with a restart in one piece or none."""
    random = Random(seed)
    means = [rate * 300 * (1 + slope * (n - 2.5) / 5) for n in range(6)]
    counts = [max(0.0, random.gauss(mean, math.sqrt(mean))) for mean in means]
    if hole is not None:
        counts[hole] *= 0.5
    line = through(pieces(*counts))
    assert line is not None
    assert line.rate == pytest.approx(rate, abs=max(0.13 * rate, 6 * math.sqrt(rate / 1800)))


def test_a_restart_across_two_short_pieces_leaves_the_rest_of_the_evening() -> None:
    falling = [6250.0 - 36 * n for n in range(15)]
    broken = [*falling[:6], 0.55 * falling[6], 0.8 * falling[7], *falling[8:]]
    lines = [through([Counts(count, 0, 120) for count in counts]) for counts in (falling, broken)]
    whole, rest = (line.at(930.0).eligible / line.at(930.0).measured for line in lines if line)
    assert rest == pytest.approx(whole, rel=0.001)
    unmeasured = through([Counts(count, 0, 120 if n != 6 else 0) for n, count in enumerate(falling)])
    assert unmeasured is not None
    assert unmeasured.odd == 1
