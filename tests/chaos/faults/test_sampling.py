"""Which requests are hit: exactly as many as promised, or at random with the promised mean."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from chaos.faults.sampling import ExactSampler, RandomSampler

RATES = st.integers(1, 1_000_000).map(lambda millionths: millionths / 1_000_000)


@given(rate=RATES, requests=st.integers(1, 3000))
def test_exact_mode_is_exact_after_every_request(rate: float, requests: int) -> None:
    sampler = ExactSampler()
    injected = 0
    for matched in range(1, requests + 1):
        injected += sampler.hit(rate)
        assert injected == int(matched * Decimal(str(rate)))


@given(rate=RATES)
def test_exact_mode_spreads_evenly(rate: float) -> None:
    sampler = ExactSampler()
    hits = [n for n in range(2000) if sampler.hit(rate)]
    gaps = [right - left for left, right in pairwise(hits)]
    assert not gaps or max(gaps) - min(gaps) <= 1


@given(seed=st.integers())
def test_random_mode_repeats_with_its_seed(seed: int) -> None:
    first, second = RandomSampler(Random(seed)), RandomSampler(Random(seed))
    assert [first.hit(0.3) for _ in range(200)] == [second.hit(0.3) for _ in range(200)]


def test_random_mode_has_its_rate() -> None:
    sampler = RandomSampler(Random(7))
    hits = sum(sampler.hit(0.05) for _ in range(100_000))
    assert abs(hits - 5000) < 5 * 69  # five standard deviations of a binomial


def test_a_rate_of_one_hits_everybody() -> None:
    exact, chance = ExactSampler(), RandomSampler(Random(1))
    assert all(exact.hit(1.0) and chance.hit(1.0) for _ in range(1000))
