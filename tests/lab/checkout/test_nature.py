from __future__ import annotations

import random

import pytest

from lab.checkout.nature import BLAME, CAUSES, Nature


def test_the_tail_beyond_the_objective_is_what_the_history_is_told() -> None:
    nature, rng = Nature(), random.Random(7)
    slow = sum(nature.draw(rng).seconds > 0.4 for _ in range(50_000)) / 50_000
    assert slow == pytest.approx(nature.slower_than(0.4), rel=0.1)
    assert 0.014 < nature.slower_than(0.4) < 0.025


def test_failures_are_blamed_in_the_stated_shares() -> None:
    nature, rng = Nature(failure_rate=1.0), random.Random(7)
    drawn = [nature.draw(rng).failure for _ in range(20_000)]
    for cause in CAUSES:
        assert drawn.count(cause) / len(drawn) == pytest.approx(BLAME[cause], abs=0.02)


def test_with_the_rates_at_zero_nothing_fails_and_nothing_is_slow() -> None:
    nature, rng = Nature(failure_rate=0, median=0.01, sigma=0), random.Random(7)
    drawn = [nature.draw(rng) for _ in range(1000)]
    assert {outcome.failure for outcome in drawn} == {None}
    assert {outcome.seconds for outcome in drawn} == {0.01}
    assert nature.slower_than(0.4) == 0


def test_the_same_seed_repeats_every_fate() -> None:
    fates = [[Nature().draw(rng) for _ in range(100)] for rng in (random.Random(3), random.Random(3))]
    assert fates[0] == fates[1]
