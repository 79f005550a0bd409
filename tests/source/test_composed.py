"""Composites over a source: read, counted and recorded like any other SLO."""

from __future__ import annotations

import pytest

from slotui.core.assemble import assemble, source_status
from slotui.core.composite import composite_target
from slotui.core.policy import DEFAULT_POLICY
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.sli import CompositeSli, EventSli, Member, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Span, Timeline
from slotui.duration import DAY, HOUR
from slotui.source.composed import composed, counted

NOW = 40.0 * DAY
CART = Slo("cart", "shop", 0.999, 30 * DAY, EventSli(Selector("carts"), Selector("ok")))
PAY = Slo("pay", "shop", 0.95, 30 * DAY, EventSli(Selector("payments"), Selector("ok")))
MEMBERS = (Member("cart", 0.999, 1), Member("pay", 0.95, 1))
JOURNEY = Slo("journey", "shop", composite_target(MEMBERS), 30 * DAY, CompositeSli(MEMBERS))
SLOS = (CART, PAY, JOURNEY)


def steady(rate: float, bad: float) -> Timeline:
    """So many events an hour, with a share of bad ones in the last hour."""
    hours = [h * HOUR for h in range(40 * 24)]
    return Timeline(Span(s, s + HOUR, rate, rate * bad if s == NOW - HOUR else 0, HOUR) for s in hours)


class Shop:
    """A source of the two members."""

    kind, url, every, stale_after, settle = "replay", "tape", 1.0, 60.0, 0.0

    def __init__(self) -> None:
        self.lines = {"cart": steady(1000, 1.0), "pay": steady(10, 0.0)}
        self.closed = False

    async def read(self, at: float | None = None) -> Snapshot:
        moment = NOW if at is None else at
        return Snapshot(moment, {s.name: read_timeline(s, self.lines[s.name], moment) for s in (CART, PAY)})

    async def count(self, slo: str, start: float, end: float) -> Counts | None:
        return self.lines[slo].between(start, end)

    async def by_cause(self, slo: str, *_: float) -> dict[str, float] | None:
        return {"bank": 750.0, "unknown": 250.0} if slo == "cart" else None

    async def record(self, slo: str) -> Timeline:
        return self.lines[slo]

    async def close(self) -> None:
        self.closed = True


def test_a_source_is_asked_for_what_it_can_count() -> None:
    assert counted(SLOS) == (CART, PAY)
    shop = Shop()
    assert composed(shop, [CART, PAY]) is shop


async def test_the_composite_is_on_the_board_beside_its_members() -> None:
    source = composed(Shop(), SLOS)
    snapshot = await source.read()
    board = assemble(snapshot, SLOS, DEFAULT_POLICY, (), source_status("replay", "tape", snapshot, 60))
    cart, pay, journey = (board.find(name) for name in ("cart", "pay", "journey"))
    assert cart
    assert pay
    assert journey
    # The cart spent 1000 of the 720 that 30 days allow; the payments nothing; half of each is the journey's.
    assert cart.remaining == pytest.approx(1 - 1000 / 720)
    assert (journey.remaining, pay.remaining) == (pytest.approx(1 - 500 / 720), 1)
    assert journey.burns[HOUR] == pytest.approx(500)
    assert journey.state.value == "page"
    assert [point.at for point in journey.chart] == [point.at for point in cart.chart]


async def test_counting_a_stretch_weighs_by_the_whole_window() -> None:
    source = composed(Shop(), SLOS)
    hour = await source.count("journey", NOW - HOUR, NOW)
    assert hour is not None
    assert hour.bad / hour.eligible / (1 - JOURNEY.target) == pytest.approx(500)
    assert await source.count("cart", NOW - HOUR, NOW) == Counts(1000, 1000, HOUR)


async def test_causes_of_members_are_weighed_and_one_that_names_none_is_a_cause_itself() -> None:
    shop = Shop()
    shop.lines["pay"] = steady(10, 0.5)
    source = composed(shop, SLOS)
    causes = await source.by_cause("journey", NOW - HOUR, NOW)
    hour = await source.count("journey", NOW - HOUR, NOW)
    assert causes is not None
    assert hour is not None
    assert set(causes) == {"bank", "unknown", "pay"}
    assert sum(causes.values()) == pytest.approx(hour.bad)
    assert causes["bank"] == pytest.approx(3 * causes["unknown"])
    # 5 of the 360 that 720 hours of 10 allow at 95 %, against 1000 of 720: each of its own budget, half of the whole.
    assert causes["pay"] / causes["bank"] == pytest.approx((5 / 360) / (750 / 720))
    assert await source.by_cause("cart", NOW - HOUR, NOW) == {"bank": 750.0, "unknown": 250.0}


async def test_the_record_of_a_composite_is_as_long_as_its_members() -> None:
    shop = Shop()
    source = composed(shop, SLOS)
    line = await source.record("journey")
    assert (line.first, line.last, len(line)) == (0, NOW, 40 * 24)
    assert line.until(NOW).eligible == pytest.approx(1010 * 40 * 24)
    await source.close()
    assert shop.closed
