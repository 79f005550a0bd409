"""How long the shop goes on serving once it has been told to stop."""

from __future__ import annotations

import asyncio

import pytest

from lab.checkout.ending import QUIET, Ending


class Hands:
    """A clock that somebody turns."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


async def turn() -> None:
    """Longer than the pause between two looks."""
    await asyncio.sleep(0.05)


async def test_a_shop_without_buyers_closes_at_once() -> None:
    ending = Ending(Hands())
    await asyncio.wait_for(ending.drained(1e9, lambda: False), 30)


async def test_it_waits_until_buyers_stay_away() -> None:
    clock = Hands()
    ending = Ending(clock)
    ending.buyer_came()
    draining = asyncio.create_task(ending.drained(1e9, lambda: False))
    for _ in range(3):
        clock.at += QUIET * 0.9
        await turn()
        assert not draining.done()
        ending.buyer_came()
    clock.at += QUIET * 1.1
    await asyncio.wait_for(draining, 30)


@pytest.mark.parametrize(
    ("passed", "hurried"),
    [pytest.param(1.1, False, id="but not for ever"), pytest.param(0.0, True, id="nor when somebody is in a hurry")],
)
async def test_it_stops_waiting(passed: float, hurried: bool) -> None:
    clock, stop = Hands(), [False]
    ending = Ending(clock)
    ending.buyer_came()
    draining = asyncio.create_task(ending.drained(1.0, lambda: stop[0]))
    await turn()
    assert not draining.done()
    clock.at += passed
    ending.buyer_came()
    stop[0] = hurried
    await asyncio.wait_for(draining, 30)
