"""The virtual stage: however it is looked at it lives the same, and its boards agree with what it says itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.drills.record import Line
from lab.drills.scenario import Blindness, Fault, Par, PastTrouble, Scenario, World
from lab.drills.stage import AlertChange, Look
from lab.drills.virtual import VirtualStage
from slotui.core.alerts import detection_time
from slotui.core.timeline import Counts
from slotui.duration import DAY, HOUR, MINUTE
from slotui.watch import Feed

CHECKOUT, PAYMENT, FRESH = "checkout-availability", "payment-availability", "inventory-freshness"
LATENCY = "checkout-latency"
WORLD = World(1772539800.0, 50, 38 * DAY, seed=5)  # one for all: its past is made once
OUTAGE = Fault("outage", 3 * MINUTE, 13 * MINUTE, "payment", failing=0.4)
SLOW = Fault("slow", 100, 700, "inventory", slow=0.5, failing=0.01)
FEED = Fault("feed", 5 * MINUTE, 15 * MINUTE, "inventory", stalls=True)
UNSEEN = Fault("unseen", 200, 800, "checkout", failing=0.6, unseen=True)
DARK = Blindness("dark", 4 * MINUTE, 7 * MINUTE)


def scenario(
    *faults: Fault, blindness: Sequence[Blindness] = (), lasts: float = 20 * MINUTE, world: World = WORLD
) -> Scenario:
    return Scenario(
        name="a-drill", title="A drill", teaches="nothing", objective="none", brief="", roles=(), lasts=lasts,
        speed=10, real_time=False, world=world, faults=faults, blindness=tuple(blindness), messages=(), deploys=(),
        alerts=(), hypotheses=(), decisions=(), remedies=(), par=Par(None, None, 0, 0, None, 0), hints=(), questions=(),
    )  # fmt: skip


async def live(drill: Scenario, at: Sequence[float] = ()) -> tuple[VirtualStage, list[Look]]:
    """The whole drill with nobody doing anything, looked at then, and at its end."""
    stage = VirtualStage(drill)
    await stage.begin(drill)
    looks = []
    agenda = [(fault.at, 0, stage.start, fault) for fault in drill.faults]
    agenda += [(fault.until, 1, stage.end, fault) for fault in drill.faults]
    agenda += [(one.at, 0, stage.blind, one) for one in drill.blindness]  # type: ignore[misc]
    agenda += [(one.until, 1, stage.see, one) for one in drill.blindness]  # type: ignore[misc]
    agenda = sorted((item for item in agenda if item[0] <= drill.lasts), key=lambda item: item[:2])
    for moment in sorted({*at, *(item[0] for item in agenda), drill.lasts}):
        while agenda and agenda[0][0] <= moment:
            due, _, do, what = agenda.pop(0)
            await do(what, due)
        looks.append(await stage.look(moment))
    return stage, looks


def changes(looks: list[Look]) -> list[AlertChange]:
    return [change for look in looks for change in look.alerts]


def fired(looks: list[Look], slo: str, tier: str = "page_1h_5m") -> float | None:
    return next((one.at for one in changes(looks) if (one.slo, one.tier, one.firing) == (slo, tier, True)), None)


async def bill(drill: Scenario) -> dict[str, Line]:
    stage, _ = await live(drill)
    return {line.slo: line for line in await stage.bill()}


# -- living ------------------------------------------------------------------------------------------------


@settings(max_examples=8)
@given(at=st.lists(st.floats(0, 20 * MINUTE), max_size=30))
async def test_looked_at_often_or_seldom_it_lives_the_same(at: list[float]) -> None:
    drill = scenario(OUTAGE, SLOW, FEED, UNSEEN, blindness=[DARK])
    seldom, few = await live(drill)
    often, many = await live(drill, at)
    assert changes(many) == changes(few)
    assert many[-1].spent == few[-1].spent
    assert many[-1].injected == few[-1].injected
    assert dict(many[-1].policy) == dict(few[-1].policy)
    assert await often.bill() == await seldom.bill()


async def test_a_fault_changes_nothing_before_it_begins_and_after_it_ends() -> None:
    calm, _ = await live(scenario())
    broken, _ = await live(scenario(OUTAGE))
    for slo in (CHECKOUT, PAYMENT, LATENCY, FRESH):
        for start, end in ((-HOUR, OUTAGE.at), (OUTAGE.until, 20 * MINUTE)):
            stretch = WORLD.starts + start, WORLD.starts + end
            assert await broken.source.count(slo, *stretch) == await calm.source.count(slo, *stretch)


async def test_a_fault_that_is_ended_early_costs_less() -> None:
    drill = scenario(OUTAGE)
    stage = VirtualStage(drill)
    await stage.look(OUTAGE.at)
    await stage.start(OUTAGE, OUTAGE.at)
    half = await stage.look(OUTAGE.at + 5 * MINUTE)
    await stage.end(OUTAGE, half.at)
    last = await stage.look(drill.lasts)
    assert last.injected == half.injected
    mended, slept = {line.slo: line for line in await stage.bill()}[CHECKOUT], (await bill(drill))[CHECKOUT]
    assert mended.predicted == slept.predicted
    assert (mended.burned or 0) < 0.7 * (slept.burned or 0)


@pytest.mark.parametrize(
    ("fault", "slo"),
    [
        pytest.param(OUTAGE, PAYMENT, id="payment's own SLO"),
        pytest.param(OUTAGE, CHECKOUT, id="what buyers feel"),
        pytest.param(Fault("slow", 60, 4400, "inventory", slow=0.9), LATENCY, id="slow answers"),
    ],
)
async def test_a_page_comes_within_an_interval_or_two_of_its_detection_time(fault: Fault, slo: str) -> None:
    stage, looks = await live(scenario(fault, lasts=75 * MINUTE))
    promise = next(one for one in stage.slos if one.name == slo)
    ratio = fault.slow if slo == LATENCY else fault.failing
    due = detection_time(promise.tiers[0], promise.target, ratio)
    assert due is not None
    at = fired(looks, slo)
    assert at is not None
    # Traffic grows at noon, and nature fails some too: a little sooner, then.
    assert 0.95 * due - 15 <= at - fault.at <= due + 30


async def test_nothing_fires_where_nothing_is_wrong() -> None:
    _, looks = await live(scenario())
    assert changes(looks) == []
    assert looks[-1].firing == frozenset()
    assert looks[-1].injected == {}


async def test_what_burned_before_the_drill_fires_in_its_first_look() -> None:
    burning = PastTrouble(ago=10 * MINUTE, lasted=10 * MINUTE, cause="cart", failing=0.5)
    first = await VirtualStage(scenario(world=replace(WORLD, troubles=(burning,)))).look(0.0)
    assert (0.0, CHECKOUT, "page_1h_5m", True) in {(one.at, one.slo, one.tier, one.firing) for one in first.alerts}
    assert first.firing == {CHECKOUT, "cart-availability"}


# -- what is seen, and what is not -------------------------------------------------------------------------


async def test_blindness_leaves_a_hole_and_the_shop_goes_on() -> None:
    drill = scenario(OUTAGE, blindness=[DARK])
    stage, looks = await live(drill)
    assert await stage.source.count(CHECKOUT, WORLD.starts + DARK.at, WORLD.starts + DARK.until) is None
    assert looks[-1].spent[CHECKOUT].measured == drill.lasts - (DARK.until - DARK.at)
    _, seeing = await live(scenario(OUTAGE))
    assert looks[-1].injected == seeing[-1].injected
    assert looks[-1].spent[CHECKOUT].bad < seeing[-1].spent[CHECKOUT].bad


async def test_unseen_failures_spend_nothing_and_are_injected_all_the_same() -> None:
    _, looks = await live(scenario(UNSEEN))
    _, calm = await live(scenario())
    assert looks[-1].spent[CHECKOUT].bad == calm[-1].spent[CHECKOUT].bad
    lost = calm[-1].spent[CHECKOUT].eligible - looks[-1].spent[CHECKOUT].eligible
    assert looks[-1].injected == {"unseen": lost}
    assert lost > 0


async def test_the_counters_have_what_was_injected_and_what_is_usual() -> None:
    _, looks = await live(scenario(OUTAGE, FEED))
    _, calm = await live(scenario())
    beyond = {slo: looks[-1].spent[slo].bad - calm[-1].spent[slo].bad for slo in (CHECKOUT, PAYMENT, FRESH)}
    assert beyond == {
        CHECKOUT: looks[-1].injected["outage"], PAYMENT: looks[-1].injected["outage"], FRESH: 9.0,
    }  # fmt: skip
    assert looks[-1].injected["feed"] == 9.0


# -- boards ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [0.0, 250.0, 400.0, 15 * MINUTE, 20 * MINUTE])
async def test_a_board_says_what_the_stage_says(at: float) -> None:
    stage, looks = await live(scenario(OUTAGE, FEED, lasts=at))
    last = looks[-1]
    board = await Feed(stage.source, stage.slos, stage.policy).board()
    assert (board.at, board.source.state) == (WORLD.starts + last.at, "live")
    for slo in board.slos:
        assert slo.standing is not None
        assert last.policy[slo.name] == slo.standing.tier.name
        assert last.left[slo.name] == pytest.approx(slo.remaining)
        assert last.burn[slo.name] == pytest.approx(slo.burns[5 * MINUTE])


async def test_the_stage_pages_where_its_board_does() -> None:
    stage, looks = await live(scenario(OUTAGE, lasts=12 * MINUTE))
    board = await Feed(stage.source, stage.slos, stage.policy).board()
    paging = {slo.name for slo in board.slos if any(one.firing and one.tier.severity == "page" for one in slo.alerts)}
    assert looks[-1].firing == paging == {CHECKOUT, PAYMENT}


async def test_each_look_knows_the_policy_of_its_own_instant() -> None:
    _, looks = await live(scenario(Fault("all", 60, 1140, "payment", failing=1.0)))
    assert [look.policy[CHECKOUT] for look in (looks[-1], looks[0])] == ["caution", "healthy"]


async def test_a_board_of_a_past_instant_knows_nothing_of_later() -> None:
    drill = scenario(OUTAGE)
    stage, _ = await live(drill)
    early, _ = await live(scenario(OUTAGE, lasts=OUTAGE.at))
    then = await stage.source.read(WORLD.starts + OUTAGE.at)
    assert then.readings == (await early.source.read()).readings


# -- the bill ----------------------------------------------------------------------------------------------


async def test_the_bill_of_a_drill_that_nobody_touched() -> None:
    lines = await bill(scenario(OUTAGE, SLOW, FEED))
    for slo, line in lines.items():
        assert line.predicted is not None
        assert line.injected is not None
        assert line.observed is not None
        low, mid, high = line.predicted
        assert low <= mid <= high
        noise = 4 * (mid + line.usual + 1) ** 0.5
        assert abs(line.injected - mid) <= noise, slo
        assert line.unexplained is not None
        assert abs(line.unexplained) <= noise, slo
    stale = lines[FRESH]
    assert stale.predicted is not None
    assert stale.predicted[1] == stale.injected == stale.observed == 9
    before, after = lines[PAYMENT].left_before, lines[PAYMENT].left_after
    assert before is not None
    assert after is not None
    assert before - after == pytest.approx(lines[PAYMENT].burned, abs=0.005)


async def test_the_bill_tells_what_failed_from_what_was_slow() -> None:
    lines = await bill(scenario(SLOW))
    stage, looks = await live(scenario(SLOW))
    failed, slow = lines[CHECKOUT].injected, lines[LATENCY].injected
    assert failed is not None
    assert slow is not None
    assert failed + slow == looks[-1].injected["slow"]
    assert lines["inventory-availability"].injected == failed < slow
    assert stage.scenario.faults == (SLOW,)


async def test_a_drill_that_was_blind_all_along_observed_nothing() -> None:
    dark = Blindness("dark", 0.0, 20 * MINUTE)
    lines = await bill(scenario(OUTAGE, blindness=[dark]))
    assert {line.observed for line in lines.values()} == {None}
    assert lines[CHECKOUT].injected


async def test_before_anything_was_lived_nothing_was_spent() -> None:
    stage = VirtualStage(scenario())
    look = await stage.look(0.0)
    assert set(look.spent.values()) == {Counts(0, 0, 0)}
    assert {slo.name for slo in stage.slos} == set(look.left) == set(look.policy)
