"""The stock that buyers see: read again every 15 seconds, and dated, so that staleness can be measured."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from prometheus_client import Gauge

from slotui.clock import Clock, now

REFRESH_SECONDS = 15.0

Withholds = Callable[[float], Awaitable[bool]]
"""Asked when an update is due, with the seconds between updates: True once the next is due and this one was skipped."""

SKUS = tuple(f"SKU-{number:03d}" for number in range(1, 41))


async def never(_every: float) -> bool:
    """Nobody holds back an update."""
    return False


class Inventory:
    """Stock by SKU. `updated_at` is when it was last read (UTC seconds), and what the gauge exports."""

    def __init__(self, gauge: Gauge, rng: random.Random, clock: Clock = now, *, withholds: Withholds = never) -> None:
        self._gauge = gauge
        self._rng = rng
        self._clock = clock
        self._withholds = withholds
        self.stock: dict[str, int] = {}
        self.updated_at: float | None = None

    def refresh(self) -> None:
        """Read the warehouse once."""
        self.stock = {sku: self._rng.randint(500, 1000) for sku in SKUS}
        self.updated_at = self._clock()
        self._gauge.set(self.updated_at)

    def take(self, sku: str, quantity: int) -> None:
        """Reserve goods; what is short is back-ordered, so stock never blocks a sale."""
        self.stock[sku] = max(0, self.stock.get(sku, 0) - quantity)

    def put_back(self, sku: str, quantity: int) -> None:
        """Undo a reservation."""
        self.stock[sku] = self.stock.get(sku, 0) + quantity

    async def keep_fresh(self, every: float = REFRESH_SECONDS) -> None:
        """Refresh every `every` seconds, for ever, but for the updates that a fault withholds."""
        while True:
            await asyncio.sleep(every)
            while await self._withholds(every):
                pass
            self.refresh()
