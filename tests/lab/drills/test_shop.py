"""A step of the virtual shop: what it counts depends on the seed, on its time and on what is broken, on nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.checkout.nature import CAUSES, Cause, Nature
from lab.drills.scenario import Fault
from lab.drills.shop import Broken, Caused, Shop, Step, failing, slowing
from slotui.duration import HOUR

NOON = 1772539200.0  # Tuesday, 2026-03-03 12:00 UTC
UNBROKEN = Nature(failure_rate=0.0, sigma=0.0)
SPAN = 10.0

shares = st.floats(0, 1)
faults = st.builds(
    Fault,
    name=st.sampled_from(["one", "two", "three"]),
    at=st.just(0.0),
    until=st.just(600.0),
    cause=st.sampled_from(CAUSES),
    failing=shares,
    slow=shares,
    stalls=st.booleans(),
    unseen=st.booleans(),
)
worlds = st.tuples(st.floats(0.01, 200), st.integers(0, 999), st.integers(0, 400).map(lambda n: n * SPAN))
several = st.lists(faults, max_size=3, unique_by=lambda fault: fault.name)


def broken(*all_of: Fault, start: float = 0.0, end: float = SPAN) -> list[Broken]:
    return [Broken(fault, start, end) for fault in all_of]


def fault(name: str = "it", cause: Cause = "payment", at: float = 0.0, **how: float | bool) -> Fault:
    return Fault(name, at, at + 600, cause, **how)  # type: ignore[arg-type]


def many(shop: Shop, on: Sequence[Fault], steps: int = 360) -> list[Step]:
    """An hour of steps, with the same faults on all along."""
    starts = [number * SPAN for number in range(steps)]
    return [shop.step(at, at + SPAN, broken(*on, start=at, end=at + SPAN)) for at in starts]


@given(world=worlds, on=several)
def test_a_step_counts_the_same_whoever_asks_and_however_often(
    world: tuple[float, int, float], on: list[Fault]
) -> None:
    rps, seed, at = world
    first, second = Shop(NOON, rps, seed), Shop(NOON, rps, seed)
    second.step(at + SPAN, at + 2 * SPAN)  # somebody looked elsewhere before
    assert first.step(at, at + SPAN, broken(*on)) == second.step(at, at + SPAN, broken(*on))


@given(world=worlds, on=several)
def test_no_more_is_bad_than_there_was(world: tuple[float, int, float], on: list[Fault]) -> None:
    rps, seed, at = world
    step = Shop(NOON, rps, seed).step(at, at + SPAN, broken(*on, start=at, end=at + SPAN))
    for eligible, bad in step.counts().values():
        assert 0 <= bad <= eligible


@given(world=worlds, on=several)
def test_what_a_fault_failed_is_what_the_counters_have_beyond_nature(
    world: tuple[float, int, float], on: list[Fault]
) -> None:
    rps, seed, at = world
    shop = Shop(NOON, rps, seed)
    calm = shop.step(at, at + SPAN)
    step = shop.step(at, at + SPAN, broken(*on, start=at, end=at + SPAN))
    seen = dict.fromkeys(CAUSES, 0)
    lost = 0
    for one in on:
        if one.unseen:
            lost += step.injected[one.name].failed
        else:
            seen[one.cause] += step.injected[one.name].failed
    assert {cause: step.failed[cause] - calm.failed[cause] for cause in CAUSES} == seen
    assert calm.requests - step.requests == lost


@given(world=worlds, on=several.filter(bool))
def test_a_fault_that_is_over_leaves_the_step_as_it_would_have_been(
    world: tuple[float, int, float], on: list[Fault]
) -> None:
    rps, seed, at = world
    shop = Shop(NOON, rps, seed)
    over = broken(*on, start=at, end=at)  # it ended where the step begins
    assert shop.step(at, at + SPAN, over).counts() == shop.step(at, at + SPAN).counts()


def test_what_comes_after_a_failed_call_is_not_called() -> None:
    step = Shop(NOON, 50, 1, UNBROKEN).step(0, SPAN, broken(fault(cause="inventory", failing=1.0)))
    counts = step.counts()
    assert counts["checkout-availability"] == (step.requests, step.requests)
    assert counts["cart-availability"] == (step.requests, 0)
    assert counts["inventory-availability"] == (step.requests, step.requests)
    assert counts["payment-availability"] == (0, 0)


def test_what_our_own_code_fails_is_no_dependencys_failure() -> None:
    step = Shop(NOON, 50, 1, UNBROKEN).step(0, SPAN, broken(fault(cause="checkout", failing=1.0)))
    bad = {name for name, (_, lost) in step.counts().items() if lost}
    assert bad == {"checkout-availability"}


def test_slow_checkouts_are_no_failures() -> None:
    step = Shop(NOON, 50, 1, UNBROKEN).step(0, SPAN, broken(fault(slow=1.0)))
    counts = step.counts()
    assert counts["checkout-latency"] == (step.requests, step.requests)
    assert counts["checkout-availability"][1] == 0


def test_unseen_failures_only_make_traffic_look_lower() -> None:
    shop = Shop(NOON, 50, 1, UNBROKEN)
    calm = shop.step(0, SPAN).requests
    step = shop.step(0, SPAN, broken(fault(failing=0.6, unseen=True)))
    assert step.counts()["checkout-availability"] == (step.requests, 0)
    assert step.injected["it"] == Caused(failed=calm - step.requests)
    assert 0.4 < step.injected["it"].failed / calm < 0.8


def test_a_fault_that_is_on_for_half_a_step_does_half_the_harm() -> None:
    shop = Shop(NOON, 50, 1, UNBROKEN)
    step = shop.step(0, SPAN, broken(fault(failing=1.0), start=4.0, end=9.0))
    assert step.injected["it"].failed == pytest.approx(step.requests / 2, abs=1)


@pytest.mark.parametrize(
    "share", [pytest.param(0.001, id="rare"), pytest.param(0.4, id="often"), pytest.param(1.0, id="always")]
)
@pytest.mark.parametrize("rps", [pytest.param(0.2, id="at night"), pytest.param(50.0, id="by day")])
def test_an_hour_of_a_fault_costs_its_share_of_the_traffic(rps: float, share: float) -> None:
    shop = Shop(NOON, rps, 3, UNBROKEN)
    steps = many(shop, [fault(failing=share)])
    requests = sum(step.requests for step in steps)
    failed = sum(step.injected["it"].failed for step in steps)
    assert abs(requests - shop.expected(0, HOUR)) < 4 * requests**0.5 + 1
    assert abs(failed - share * requests) <= 4 * (share * (1 - share) * requests) ** 0.5 + (share < 1)


def test_an_hour_without_faults_costs_what_is_usual() -> None:
    shop = Shop(NOON, 200, 3)
    steps = many(shop, [])
    usual = shop.usual(0, HOUR)
    for slo in ("checkout-availability", "checkout-latency", "payment-availability", "cart-availability"):
        bad = sum(step.counts()[slo][1] for step in steps)
        assert abs(bad - usual[slo]) < 4 * usual[slo] ** 0.5, slo


def test_the_usual_of_two_stretches_adds_up() -> None:
    shop = Shop(NOON, 50, 0)
    whole, parts = shop.usual(0, HOUR), [shop.usual(0, HOUR / 2), shop.usual(HOUR / 2, HOUR)]
    for slo, mean in whole.items():
        assert sum(part[slo] for part in parts) == pytest.approx(mean)


@pytest.mark.parametrize(
    ("end", "on_until", "stale"),
    [
        pytest.param(160.0, 160.0, False, id="a stock that stood still for a minute is as old as it may be"),
        pytest.param(170.0, 170.0, True, id="ten seconds more are too many"),
        pytest.param(170.0, 165.0, False, id="once refreshed it is fresh"),
    ],
)
def test_the_stock_is_stale_beyond_a_minute(end: float, on_until: float, stale: bool) -> None:
    stands = fault("feed", "inventory", at=100.0, stalls=True)
    step = Shop(NOON, 50, 1).step(end - SPAN, end, broken(stands, start=end - SPAN, end=on_until))
    assert step.stalled == ("feed" if stale else None)


def test_a_course_goes_evenly_from_first_to_last() -> None:
    leak = Fault("leak", 100, 500, "checkout", failing=0.09, from_failing=0.01, slow=0.5)
    assert [failing(leak, at) for at in (0, 100, 300, 500, 900)] == pytest.approx([0.01, 0.01, 0.05, 0.09, 0.09])
    assert slowing(leak, 100) == slowing(leak, 400) == 0.5
