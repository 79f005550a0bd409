"""The course of a rate: bounded, integrated in closed form, and followed to the request."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from chaos.faults.kinds import ErrorFault
from chaos.faults.sampling import ExactSampler, RandomSampler
from chaos.faults.shapes import Constant, Pulse, Ramp, Shape, Sine

FRACTIONS = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)
RATES = st.integers(1, 1000).map(lambda thousandths: thousandths / 1000)
SHAPES = st.one_of(
    st.just(Constant()),
    st.builds(Ramp, start=FRACTIONS, over=st.none() | st.floats(1, 900)),
    st.builds(
        lambda every, part, base: Pulse(every=every, width=every * part, base=base),
        st.floats(30, 900),
        st.floats(0.05, 0.95),
        FRACTIONS,
    ),
    st.builds(Sine, period=st.floats(30, 900), base=FRACTIONS),
)
EACH = [
    pytest.param(Constant(), id="constant"),
    pytest.param(Ramp(start=0.01), id="a ramp up"),
    pytest.param(Ramp(start=1.0, over=100), id="a ramp down that ends early"),
    pytest.param(Pulse(every=60, width=10, base=0.001), id="pulses"),
    pytest.param(Sine(period=90), id="a wave"),
]


def arrivals(requests: int, seconds: float) -> list[float]:
    """Even traffic: each request in the middle of its own stretch of time."""
    return [(number + 0.5) * seconds / requests for number in range(requests)]


@given(shape=SHAPES, rate=RATES, seconds=st.floats(30, 600))
def test_a_rate_stays_between_zero_and_its_peak(shape: Shape, rate: float, seconds: float) -> None:
    fault = ErrorFault(rate=rate, shape=shape)
    assert all(0 <= fault.rate_at(at, seconds) <= fault.peak + 1e-12 for at in arrivals(200, seconds))
    assert 0 <= fault.mean_rate(seconds) <= fault.peak + 1e-12


@settings(max_examples=50)
@given(shape=SHAPES, rate=RATES, seconds=st.floats(30, 600))
def test_the_mean_is_the_integral_over_the_time(shape: Shape, rate: float, seconds: float) -> None:
    fault = ErrorFault(rate=rate, shape=shape)
    summed = math.fsum(fault.rate_at(at, seconds) for at in arrivals(4000, seconds)) / 4000
    # Each edge of a pulse may fall anywhere in a step: at most 41 edges in 4000 steps.
    assert fault.mean_rate(seconds) == pytest.approx(summed, abs=0.011 if isinstance(shape, Pulse) else 1e-5)


@settings(max_examples=50)
@given(shape=SHAPES, rate=RATES, seconds=st.floats(30, 600))
def test_exact_mode_gives_the_floor_of_the_integral_after_every_request(
    shape: Shape, rate: float, seconds: float
) -> None:
    fault, sampler = ErrorFault(rate=rate, shape=shape), ExactSampler()
    owed, injected = 0.0, 0
    for at in arrivals(1000, seconds):
        now = fault.rate_at(at, seconds)
        owed += now
        injected += sampler.hit(now)
        # 1e-9: whether a sum that is whole on paper is reached in floats is not the sampler's doing.
        assert math.floor(owed - 1e-9) <= injected <= math.floor(owed + 1e-9)


@given(start=FRACTIONS, rate=RATES, requests=st.integers(1, 2000))
def test_what_a_ramp_is_priced_at_is_what_it_injects(start: float, rate: float, requests: int) -> None:
    fault, sampler = ErrorFault(rate=rate, shape=Ramp(start=start)), ExactSampler()
    injected = sum(sampler.hit(fault.rate_at(at, 600)) for at in arrivals(requests, 600))
    predicted = fault.mean_rate(600) * requests
    assert math.floor(predicted - 1e-9) <= injected <= math.floor(predicted + 1e-9)


@pytest.mark.parametrize("shape", EACH)
@pytest.mark.parametrize("seed", range(5))
def test_random_mode_stays_within_four_sigma(shape: Shape, seed: int) -> None:
    fault, sampler = ErrorFault(rate=0.2, shape=shape), RandomSampler(Random(seed))
    rates = [fault.rate_at(at, 300) for at in arrivals(20_000, 300)]
    injected = sum(sampler.hit(rate) for rate in rates)
    sigma = math.sqrt(sum(rate * (1 - rate) for rate in rates))
    assert abs(injected - sum(rates)) < 4 * sigma


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        pytest.param(Constant(), "5% 500", id="constant"),
        pytest.param(Ramp(start=0.01), "1→5% 500", id="a ramp"),
        pytest.param(Pulse(every=60, width=10), "5% for 10s of every 60s 500", id="pulses"),
        pytest.param(Sine(period=300, base=0.01), "1↔5% every 300s 500", id="a wave"),
    ],
)
def test_a_shape_in_a_few_words(shape: Shape, text: str) -> None:
    assert str(ErrorFault(rate=0.05, shape=shape)) == text


def test_pulses_that_touch_are_refused() -> None:
    with pytest.raises(ValidationError, match="run into each other"):
        Pulse(every=10, width=10)
