"""Delays have the distribution that was asked for: their quantiles say so."""

from __future__ import annotations

from random import Random
from statistics import NormalDist, fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.faults.distribution import Distribution
from chaos.faults.kinds import LONGEST_DELAY, LatencyFault


def drawn(distribution: Distribution, delay: float, jitter: float, count: int = 40_000) -> list[float]:
    fault, random = LatencyFault(delay=delay, jitter=jitter, distribution=distribution), Random(3)
    return sorted(fault.quantile(random.random()) for _ in range(count))


@pytest.mark.parametrize("distribution", ["uniform", "normal", "pareto"])
@given(delay=st.floats(0.001, LONGEST_DELAY), part=st.floats(0.01, 1), share=st.floats(0, 1), more=st.floats(0, 1))
def test_a_quantile_is_a_delay_and_grows_with_its_share(
    distribution: Distribution, delay: float, part: float, share: float, more: float
) -> None:
    fault = LatencyFault(delay=delay, jitter=delay * part, distribution=distribution)
    low, high = fault.quantile(min(share, more)), fault.quantile(max(share, more))
    assert 0 <= low <= high <= LONGEST_DELAY
    assert fault.quantile(0.5) <= fault.longest <= LONGEST_DELAY


def test_uniform_is_even_to_each_side() -> None:
    delays = drawn("uniform", 0.3, 0.1)
    assert delays[0] >= 0.2
    assert delays[-1] <= 0.4
    assert [delays[len(delays) * tenths // 10] for tenths in (1, 5, 9)] == pytest.approx([0.22, 0.3, 0.38], abs=0.003)


def test_normal_has_its_mean_and_deviation() -> None:
    delays = drawn("normal", 0.3, 0.05)
    assert (fmean(delays), pstdev(delays)) == pytest.approx((0.3, 0.05), abs=0.001)
    assert delays[int(len(delays) * 0.95)] == pytest.approx(NormalDist(0.3, 0.05).inv_cdf(0.95), abs=0.003)


def test_pareto_starts_at_the_delay_and_has_its_mean_and_a_long_tail() -> None:
    delays = drawn("pareto", 0.3, 0.1)  # index 4
    assert delays[0] >= 0.3
    assert fmean(delays) == pytest.approx(0.4, abs=0.003)
    above = sum(seconds > 0.6 for seconds in delays) / len(delays)
    assert above == pytest.approx(0.5**4, abs=0.005)


def test_without_jitter_every_delay_is_the_same() -> None:
    assert set(drawn("fixed", 0.3, 0.0, 10)) == {0.3}
