"""Orders by the key that their buyer gave them: a request that is sent twice is one order.

A buyer's browser that heard nothing sends the same request again, with the same `Idempotency-Key`. Who asks while the
first is still being worked on waits for it, and gets what it gets. A checkout that failed is forgotten at once: nothing
was charged, so the next one with that key is a new attempt.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import blake2b

from lab.checkout.dependencies import Failed

LONGEST_KEY = 128
"""Characters of an `Idempotency-Key`."""

_KEY = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}")

MOST_KEPT = 20_000
KEPT_SECONDS = 3600.0
"""How many orders are remembered, and for how long after somebody last asked for them: about 10 MB at most."""


class AnotherCart(Exception):
    """The key belongs to an order of another cart."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was bought: the order's id, and the number of lines."""

    id: str
    lines: int


@dataclass(slots=True)
class _Placed:
    cart: bytes
    order: Order
    asked: float


class Orders:
    """The orders of late. `monotonic` is in seconds."""

    def __init__(
        self,
        *,
        most: int = MOST_KEPT,
        seconds: float = KEPT_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._monotonic = monotonic
        self._placed: OrderedDict[str, _Placed] = OrderedDict()
        self._under_way: dict[str, tuple[bytes, asyncio.Future[Order]]] = {}

    def __len__(self) -> int:
        return len(self._placed)

    async def once(self, key: str, cart: bytes, place: Callable[[], Awaitable[Order]]) -> Order:
        """The order of `key`: the one there is, else the one that `place` makes of these bytes of a cart.

        Raises `AnotherCart`, and what `place` raises: `Failed` also to those who waited for it.
        """
        fingerprint = blake2b(cart, digest_size=16).digest()
        while True:
            placed = self._remembered(key)
            if placed is not None:
                _same(placed.cart, fingerprint)
                return placed.order
            if key not in self._under_way:
                return await self._first(key, fingerprint, place)
            other, order = self._under_way[key]
            _same(other, fingerprint)
            # Who stops waiting does not stop the order; an order that was cut off is tried again by who waited for it.
            await asyncio.wait((order,))
            if not order.cancelled():
                return order.result()

    async def _first(self, key: str, fingerprint: bytes, place: Callable[[], Awaitable[Order]]) -> Order:
        waited_for: asyncio.Future[Order] = asyncio.get_running_loop().create_future()
        self._under_way[key] = (fingerprint, waited_for)
        try:
            order = await place()
        except Failed as failed:
            waited_for.set_exception(failed)
            waited_for.exception()  # somebody has looked at it, also where nobody waits
            raise
        else:
            waited_for.set_result(order)
            self._remember(key, _Placed(fingerprint, order, self._monotonic()))
            return order
        finally:
            del self._under_way[key]
            waited_for.cancel()  # for who waits for an order that was cut off; one that is done stays as it is

    def _remembered(self, key: str) -> _Placed | None:
        placed = self._placed.get(key)
        if placed is None:
            return None
        now = self._monotonic()
        if placed.asked <= now - self._seconds:
            del self._placed[key]
            return None
        placed.asked = now
        self._placed.move_to_end(key)
        return placed

    def _remember(self, key: str, placed: _Placed) -> None:
        self._placed[key] = placed
        self._forget()

    def _forget(self) -> None:
        """Drop what is too old or too much; the one that was asked for the longest ago stands first."""
        oldest_kept = self._monotonic() - self._seconds
        while self._placed:
            first = next(iter(self._placed))
            if len(self._placed) <= self._most and self._placed[first].asked > oldest_kept:
                return
            del self._placed[first]


def _same(one: bytes, other: bytes) -> None:
    if one != other:
        raise AnotherCart


def usable_key(key: str) -> bool:
    """Whether it can be a key: 1 to `LONGEST_KEY` visible ASCII characters.

    >>> usable_key("8e03978e-40d5-43dd-bc93-6894a57f9324"), usable_key(""), usable_key("a b")
    (True, False, False)
    """
    return _KEY.fullmatch(key) is not None
