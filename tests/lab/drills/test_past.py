"""What a virtual shop counted before the drill: whole, without holes, and worth a budget."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from lab.drills.past import past_of
from lab.drills.scenario import PastTrouble, World
from lab.supervisor import SLOS
from slotui.core.budget import Budget
from slotui.core.timeline import Timeline
from slotui.duration import DAY, HOUR
from slotui.spec.load import load_slos

STARTS = 1772539800.0  # Tuesday, 2026-03-03 12:10 UTC
WORLD = World(STARTS, 50, 38 * DAY, seed=5)
PROMISES = {slo.name: slo for slo in load_slos([SLOS])}


def left(world: World, slo: str) -> float:
    """The share of the budget that is left when the drill begins."""
    promise = PROMISES[slo]
    counts = Timeline(past_of(world)[slo]).trailing(promise.window, world.starts)
    ratio = Budget(promise.target, promise.window, counts).remaining_ratio
    assert ratio is not None
    return ratio


def test_it_ends_where_the_drill_begins_and_has_no_holes() -> None:
    assert set(past_of(WORLD)) == set(PROMISES)
    for spans in past_of(WORLD).values():
        assert spans[0].start <= STARTS - WORLD.past
        assert spans[-1].end == STARTS
        assert all(before.end == after.start for before, after in pairwise(spans))
        assert all(0 <= span.bad <= span.eligible and span.measured == span.end - span.start for span in spans)


def test_the_last_three_days_are_kept_by_the_minute() -> None:
    spans = past_of(WORLD)["checkout-availability"]
    assert {span.end - span.start for span in spans if span.start >= STARTS - 3 * DAY} == {60}
    assert max(span.end - span.start for span in spans) == HOUR


@pytest.mark.parametrize("seed", range(3))
def test_budgets_are_left_as_the_labs_are(seed: int) -> None:
    world = replace(WORLD, seed=seed)
    assert 0.55 <= left(world, "checkout-availability") <= 0.8
    assert 0.65 <= left(world, "checkout-latency") <= 0.75
    assert 0.85 <= left(world, "inventory-freshness") <= 0.95


def test_the_same_world_has_the_same_past_and_another_seed_another() -> None:
    first = past_of(WORLD)
    past_of.cache_clear()
    assert past_of(WORLD) == first
    assert past_of(replace(WORLD, seed=6)) != first


def test_a_trouble_takes_its_share_of_the_budget() -> None:
    """Half of the checkouts for half an hour, of thirty days: 0.5 x 1800 s of 0.001 x 30 d, at the hour's traffic."""
    trouble = PastTrouble(ago=2 * DAY, lasted=HOUR / 2, cause="payment", failing=0.5)
    world = replace(WORLD, troubles=(trouble,))
    slo = PROMISES["checkout-availability"]
    during = Timeline(past_of(world)[slo.name]).between(STARTS - 2 * DAY, STARTS - 2 * DAY + HOUR / 2)
    assert during.error_ratio == pytest.approx(0.5, abs=0.01)
    allowed = Timeline(past_of(world)[slo.name]).trailing(slo.window, STARTS).eligible * (1 - slo.target)
    cost = left(WORLD, slo.name) - left(world, slo.name)
    assert cost == pytest.approx(0.5 * during.eligible / allowed, abs=0.01)
    assert left(world, "payment-availability") < left(WORLD, "payment-availability")
    assert left(world, "cart-availability") == pytest.approx(left(WORLD, "cart-availability"), abs=0.01)
