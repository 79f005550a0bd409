"""How the shop stops: it says so, goes on serving who still comes, finishes what it has begun, then it is gone.

A load balancer needs a moment to hear from `/readyz` that this shop is about to stop. A shop that closes its door at
once refuses the buyers who are sent to it in that moment.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from types import FrameType

import uvicorn

QUIET = 0.5
"""Seconds without a buyer after which the door can be closed: whoever sends them has understood."""

_LOOK = 0.02


class Ending:
    """Whether the shop is about to stop, and when the last buyer came (`monotonic`, seconds)."""

    __slots__ = ("_last_buyer", "_monotonic", "begun")

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._last_buyer = monotonic() - QUIET
        self.begun = False

    def begin(self) -> None:
        """From now on the shop is not ready, and asks every caller to connect elsewhere next time."""
        self.begun = True

    def buyer_came(self) -> None:
        """A checkout was asked for."""
        self._last_buyer = self._monotonic()

    async def drained(self, at_most: float, hurried: Callable[[], bool]) -> None:
        """Wait until buyers stay away, `at_most` so many seconds, or until somebody is `hurried`."""
        deadline = self._monotonic() + at_most
        while not hurried():
            now = self._monotonic()
            if now >= deadline or now - self._last_buyer >= QUIET:
                return
            await asyncio.sleep(_LOOK)


class Server(uvicorn.Server):
    """uvicorn, but between the signal and the closing of its door there is time to drain: `drain` seconds at most."""

    def __init__(self, config: uvicorn.Config, ending: Ending, drain: float) -> None:
        super().__init__(config)
        self._ending = ending
        self._drain = drain

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """What a signal does, also one that comes before the server runs: it then stops as soon as it does."""
        self._ending.begin()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, close the door, finish what is in flight."""
        self._ending.begin()
        await self._ending.drained(self._drain, lambda: self.force_exit)
        await super().shutdown(sockets)
