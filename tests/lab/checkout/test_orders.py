"""Orders by their buyer's key: one order for a request that comes twice, however and whenever it does."""

from __future__ import annotations

import asyncio

import pytest

from lab.checkout.dependencies import Failed
from lab.checkout.orders import AnotherCart, Order, Orders, usable_key

CART, OTHER = b'{"items": 1}', b'{"items": 2}'


class Till:
    """Places orders, one at a time where `held` says so, and counts them."""

    def __init__(self) -> None:
        self.placed = 0
        self.held = asyncio.Event()
        self.held.set()
        self.fails = False

    async def place(self) -> Order:
        self.placed += 1
        number = self.placed
        await self.held.wait()
        if self.fails:
            raise Failed("payment")
        return Order(f"order-{number}", 1)


async def turn() -> None:
    """Let everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_second_request_gets_the_order_of_the_first() -> None:
    orders, till = Orders(), Till()
    first = await orders.once("k", CART, till.place)
    assert await orders.once("k", CART, till.place) == first
    assert await orders.once("another", CART, till.place) != first
    assert till.placed == 2


async def test_who_comes_meanwhile_waits_for_the_first() -> None:
    orders, till = Orders(), Till()
    till.held.clear()
    asked = [asyncio.create_task(orders.once("k", CART, till.place)) for _ in range(20)]
    await turn()
    assert not any(task.done() for task in asked)
    till.held.set()
    assert set(await asyncio.gather(*asked)) == {Order("order-1", 1)}
    assert till.placed == 1


@pytest.mark.parametrize("held", [pytest.param(True, id="under way"), pytest.param(False, id="done")])
async def test_another_cart_is_refused_while_the_first_is(held: bool) -> None:
    orders, till = Orders(), Till()
    if held:
        till.held.clear()
    first = asyncio.create_task(orders.once("k", CART, till.place))
    await turn()
    with pytest.raises(AnotherCart):
        await orders.once("k", OTHER, till.place)
    till.held.set()
    assert await first == Order("order-1", 1)


async def test_a_failure_is_that_of_everybody_who_waited_and_then_forgotten() -> None:
    orders, till = Orders(), Till()
    till.held.clear()
    till.fails = True
    asked = [asyncio.create_task(orders.once("k", CART, till.place)) for _ in range(3)]
    await turn()
    till.held.set()
    assert [type(one) for one in await asyncio.gather(*asked, return_exceptions=True)] == [Failed] * 3
    assert till.placed == 1
    till.fails = False
    assert await orders.once("k", OTHER, till.place) == Order("order-2", 1)


async def test_a_failure_that_nobody_waited_for_is_no_complaint_of_the_loop() -> None:
    orders, till = Orders(), Till()
    till.fails = True
    with pytest.raises(Failed):
        await orders.once("k", CART, till.place)
    assert len(orders) == 0


async def test_when_the_first_is_cut_off_the_next_one_takes_its_place() -> None:
    orders, till = Orders(), Till()
    till.held.clear()
    first = asyncio.create_task(orders.once("k", CART, till.place))
    await turn()
    second, third = (asyncio.create_task(orders.once("k", CART, till.place)) for _ in range(2))
    await turn()
    first.cancel()
    await turn()
    till.held.set()
    assert await second == await third == Order("order-2", 1)
    assert first.cancelled()


async def test_who_stops_waiting_does_not_stop_the_order() -> None:
    orders, till = Orders(), Till()
    till.held.clear()
    first = asyncio.create_task(orders.once("k", CART, till.place))
    await turn()
    second = asyncio.create_task(orders.once("k", CART, till.place))
    await turn()
    second.cancel()
    await turn()
    till.held.set()
    assert await first == Order("order-1", 1)


async def test_memory_is_bounded_by_count_and_what_was_asked_for_lately_stays() -> None:
    orders, till = Orders(most=3), Till()
    for key in "abc":
        await orders.once(key, CART, till.place)
    await orders.once("a", CART, till.place)
    await orders.once("d", CART, till.place)
    assert len(orders) == 3
    assert (await orders.once("a", CART, till.place)).id == "order-1"
    assert (await orders.once("b", CART, till.place)).id == "order-5"


async def test_memory_is_bounded_by_age() -> None:
    time = [0.0]
    orders, till = Orders(seconds=60, monotonic=lambda: time[0]), Till()
    await orders.once("a", CART, till.place)
    time[0] = 59.0
    assert (await orders.once("a", CART, till.place)).id == "order-1"
    time[0] = 118.0
    assert (await orders.once("a", CART, till.place)).id == "order-1"
    time[0] = 178.0
    await orders.once("b", CART, till.place)
    assert len(orders) == 1


@pytest.mark.parametrize(
    ("key", "usable"),
    [
        pytest.param("8e03978e-40d5-43dd-bc93-6894a57f9324", True, id="a uuid"),
        pytest.param("k" * 128, True, id="the longest"),
        pytest.param("k" * 129, False, id="one longer"),
        pytest.param("", False, id="nothing"),
        pytest.param("two words", False, id="a space"),
        pytest.param("line\nfeed", False, id="a line feed"),
        pytest.param("schlüssel", False, id="not ASCII"),
    ],
)
def test_what_can_be_a_key(key: str, usable: bool) -> None:
    assert usable_key(key) is usable
