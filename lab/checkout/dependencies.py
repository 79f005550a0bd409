"""The three services that a checkout calls, one small client each: cart, inventory, payment, in that order.

Each call is counted where it is made, as a client library would count it. So nothing has to be worked out from the
answer: an order that is given a second time, a cart that is refused and a failure of the shop itself call nobody, and
count for nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lab.checkout.inventory import Inventory
from lab.checkout.nature import Cause, Dependency, Outcome

Line = tuple[str, int]
"""A line of a cart: SKU and quantity."""


_SHORTEST_WAIT = 0.0005
"""Seconds: an event loop wakes up at whole milliseconds, so a shorter wait would come out longer than none does."""


class Failed(Exception):
    """A part that a checkout needs gave no usable answer."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(f"{cause} failed")
        self.cause = cause


class CallCount(Protocol):
    """Counts one finished call."""

    def __call__(self, dependency: Dependency, *, ok: bool, synthetic: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a checkout meets on its way: the fate that nature drew for it, and whether a probe asked for it."""

    fate: Outcome
    synthetic: bool


class Cart:
    """Knows what a buyer has put into the basket."""

    def __init__(self, count: CallCount) -> None:
        self._count = count

    async def read(self, lines: Sequence[Line], circumstances: Circumstances) -> Sequence[Line]:
        """The lines of the basket, as they are to be bought. Raises `Failed`."""
        await _call("cart", circumstances, self._count)
        return lines


class Warehouse:
    """Puts goods aside for an order."""

    def __init__(self, inventory: Inventory, count: CallCount) -> None:
        self._inventory = inventory
        self._count = count

    async def reserve(self, lines: Sequence[Line], circumstances: Circumstances) -> None:
        """Put aside what an order needs. Raises `Failed`."""
        await _call("inventory", circumstances, self._count)
        for sku, quantity in lines:
            self._inventory.take(sku, quantity)

    def give_back(self, lines: Sequence[Line]) -> None:
        """Back onto the shelf, when the order came to nothing."""
        for sku, quantity in lines:
            self._inventory.put_back(sku, quantity)


class Payment:
    """Charges the buyer's card."""

    def __init__(self, count: CallCount) -> None:
        self._count = count

    async def charge(self, circumstances: Circumstances) -> None:
        """Take the money. Raises `Failed`."""
        await _call("payment", circumstances, self._count)


async def _call(dependency: Dependency, circumstances: Circumstances, count: CallCount) -> None:
    seconds = circumstances.fate.seconds_of(dependency)
    if seconds >= _SHORTEST_WAIT:
        await asyncio.sleep(seconds)
    failed = circumstances.fate.failure == dependency
    count(dependency, ok=not failed, synthetic=circumstances.synthetic)
    if failed:
        raise Failed(dependency)
