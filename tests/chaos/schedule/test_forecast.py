"""The price of a whole timetable: what adds up, what will be skipped, and how it reads."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from chaos.faults.kinds import ErrorFault
from chaos.pricing.impact import Hit
from chaos.pricing.plan import Before, plans
from chaos.pricing.price import Standing
from chaos.schedule.forecast import Foreseen, foresee
from chaos.schedule.spending import Spending
from chaos.schedule.table import table_json, table_text
from chaos.schedule.timetable import Offsets, Routine, Timetable
from chaos.spend.order import Order
from chaos.spend.quote import Quote
from slotui.clock import parse_time
from slotui.core.blackout import Blackout, Once, Opening
from slotui.core.policy import DEFAULT_POLICY, Moment, Policy
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Timeline
from slotui.duration import DAY

MONTH = 30 * DAY
START = parse_time("2026-11-20T12:00:00Z")
SLO = Slo("shop", "checkout", 0.999, MONTH, EventSli(Selector("http_requests_total")))


def routine(name: str, when: Offsets, seconds: float = 600, cap: float | None = None) -> Routine:
    order = Order(faults=({"kind": "error", "rate": 0.05},), seconds=seconds, route=None, method=None)
    return Routine(name, when, order, {}, cap=cap)


def quote(seconds: float = 600, left: float = 0.9) -> Quote:
    """Failing 5 % of 10 requests/s with that share of the budget left."""
    window = Counts(10 * MONTH, (1 - left) * 0.001 * 10 * MONTH, MONTH)
    standing = Standing(SLO, window, Counts(18_000, 0, 1800), at=MONTH)
    before = {"shop": Before(standing, Timeline(), (Moment(MONTH, left),), DEFAULT_POLICY)}
    planned = plans([Hit(SLO, ErrorFault(rate=0.05))], before, seconds, {})
    return Quote("5% 500 on any route", seconds, None, "checkout", "lab", planned)


def seen(
    *routines: Routine,
    left: float = 0.9,
    policy: Policy = DEFAULT_POLICY,
    cap: float | None = None,
    blackouts: tuple[Blackout, ...] = (),
) -> tuple[Foreseen, ...]:
    table = Timetable("friday", routines, cap=cap, blackouts=blackouts)
    quotes = {one.name: quote(one.order.seconds, left) for one in routines}
    return foresee(table, START, quotes, policy, settle=20, most=5)


def sale(start: float, end: float) -> Blackout:
    return Blackout("sale", Once(Opening(START + start, START + end)))


def test_costs_add_up_from_run_to_run() -> None:
    costs = [one.costs[0] for one in seen(routine("a", Offsets(0, 3600))) if one.costs]
    single = costs[0].share
    assert single is not None
    for count, each in enumerate(costs, 1):
        assert each.so_far is not None
        assert each.so_far.mid == pytest.approx(count * single.mid)
        # Chance evens out: ten runs are known better, in proportion, than one.
        assert each.so_far.high - each.so_far.mid == pytest.approx((single.high - single.mid) * count**0.5)


def test_a_run_that_would_end_in_the_next_tier_is_the_last() -> None:
    foreseen = seen(routine("a", Offsets(0, 3600)), left=0.52)
    tiers = [one.costs[0].tier.name for one in foreseen if one.costs and one.costs[0].tier]
    assert tiers[:2] == ["healthy", "caution"]
    # In caution experiments are limited to what does not reach freeze: these do not.
    assert [one.skipped for one in foreseen] == [None] * 5
    at_the_edge = seen(routine("a", Offsets(0, 3600)), left=0.03)
    skipped = [one.skipped for one in at_the_edge]
    assert skipped[0] is None
    assert skipped[2] == "policy will not let shop come to tier freeze by an experiment"


def test_a_run_that_comes_while_another_lasts_is_skipped_and_costs_nothing() -> None:
    first, second, third = seen(routine("a", Offsets(0)), routine("b", Offsets(300)), routine("c", Offsets(700)))
    assert (first.skipped, third.skipped) == (None, None)
    assert second.skipped == "the run before it is not over by then"
    assert third.costs
    assert first.costs
    assert third.costs[0].so_far
    assert first.costs[0].share
    assert third.costs[0].so_far.mid == pytest.approx(2 * first.costs[0].share.mid)


@pytest.mark.parametrize("of_the_policy", [True, False], ids=["of the policy", "of the timetable"])
def test_a_blackout_skips_what_would_run_in_it(of_the_policy: bool) -> None:
    closed = (sale(3900, 7300),)
    policy = Policy("p", DEFAULT_POLICY.tiers, blackouts=closed if of_the_policy else ())
    foreseen = seen(routine("a", Offsets(0, 3600)), policy=policy, blackouts=() if of_the_policy else closed)
    # At 1 h it would run into it, at 2 h it is open, and at 3 h it is over.
    assert [one.skipped for one in foreseen[:4]] == [
        None,
        "blackout 'sale' begins at 2026-11-20T13:05:00Z, and ends at 2026-11-20T14:01:40Z",
        "blackout 'sale' is open, and ends at 2026-11-20T14:01:40Z",
        None,
    ]


def test_caps_of_one_and_of_all() -> None:
    foreseen = seen(routine("a", Offsets(0, 3600), cap=0.02), routine("b", Offsets(1800, 3600)), cap=0.035)
    assert [one.run.name for one in foreseen] == ["a #1", "b #1", "a #2", "b #2", "a #3"]
    one, two, three, four, _ = (one.skipped for one in foreseen)
    assert (one, two) == (None, None)
    assert three == "shop: 1.2% of the budget spent so far, and this run costs up to 1.3%: above its own cap of 2%"
    assert four == (
        "shop: 2.3% of the budget spent so far, and this run costs up to 1.3%: above the timetable's cap of 3.5%"
    )


def test_what_nobody_can_price_fits_under_no_cap() -> None:
    capped = routine("a", Offsets(0), cap=0.5)
    assert Spending().no_room(Timetable("t", (capped,)), capped, None) is not None
    free = routine("a", Offsets(0))
    assert Spending().no_room(Timetable("t", (free,)), free, None) is None


GOLDEN = """\
timetable friday: the next 4 runs, at most 3% of each budget
  warm-up: 5% 500 on any route for 2m
  main: 5% 500 on any route for 10m
DUE                   RUN         FOR  SLO   COST                 SO FAR               TIER AFTER
2026-11-20T12:00:00Z  warm-up #1  2m   shop  0.23% (0.17%-0.29%)  0.23% (0.17%-0.29%)  healthy
2026-11-20T12:10:00Z  main #1     10m  shop  1.2% (1.0%-1.3%)     1.4% (1.2%-1.5%)     healthy
2026-11-20T13:10:00Z  main #2     10m        skipped
2026-11-20T14:10:00Z  main #3     10m  shop  1.2% (1.0%-1.3%)     2.5% (2.4%-2.7%)     healthy
  main #2 will be skipped: blackout 'sale' begins at 2026-11-20T13:15:00Z, and ends at 2026-11-20T13:20:00Z
  assumed: traffic stays at 10/s, the mean of the last 30m"""


def test_the_table_as_it_is_read() -> None:
    table = Timetable(
        "friday",
        (routine("warm-up", Offsets(0), 120), routine("main", Offsets(600, 3600))),
        cap=0.03,
        blackouts=(sale(4500, 4800),),
    )
    quotes = {"warm-up": quote(120), "main": quote()}
    foreseen = foresee(table, START, quotes, DEFAULT_POLICY, settle=20, most=4)
    assert table_text(table, foreseen, quotes) == GOLDEN
    told = json.loads(json.dumps(table_json(table, foreseen, quotes)))
    assert told["schema"] == "slotui/timetable/1"
    assert [run["skipped"] is None for run in told["runs"]] == [True, True, False, True]
    assert told["runs"][3]["costs"][0]["so_far"]["mid"] == pytest.approx(0.0255, rel=0.01)
    assert datetime.fromisoformat(told["runs"][0]["due"]).timestamp() == START


def test_a_price_that_nobody_knows_is_told_as_that() -> None:
    table = Timetable("friday", (routine("a", Offsets(0)),))
    quotes = {"a": Quote("5% 500", 600, None, None, None, None, why="shop: nothing measured yet")}
    text = table_text(table, foresee(table, START, quotes, DEFAULT_POLICY, settle=20, most=4), quotes)
    assert "unknown" in text
    assert "price of a unknown: shop: nothing measured yet" in text
