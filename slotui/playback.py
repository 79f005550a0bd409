"""The feed of the past: a deck says which instant it is, and the boards of a recording or a file of counts follow it.

The board at an instant is a function of the instant alone: whoever played to it, stepped or jumped sees the same.
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import ClassVar, Protocol

from slotui.clock import Clock
from slotui.core.assemble import nothing_yet
from slotui.core.board import Board
from slotui.core.deck import Deck
from slotui.core.entry import Entry
from slotui.core.policy import Policy
from slotui.core.slo import Slo
from slotui.source.base import Source
from slotui.watch import Feed, LedgerReader

AT_MOST_EVERY = 0.1
"""Seconds between two boards: at high speed, the instants in between are passed over."""


class Past(Source, Protocol):
    """A source that has `instants` behind it, in order, and may know how the ledger stood."""

    @property
    def slos(self) -> tuple[Slo, ...]:
        """Which SLOs it counts."""

    @property
    def instants(self) -> Sequence[float]:
        """When there is something new to see, in UTC seconds."""

    def entries(self, at: float) -> tuple[Entry, ...]:
        """The ledger as it stood at `at`."""


class Playback(Feed):
    """Boards at the pace of its `deck`. `at` is where it begins (UTC seconds), `speed` how many seconds go in one.

    `entries` is another ledger than the recording's own, shown as of each instant.
    """

    source: Past
    past: ClassVar[bool] = True

    def __init__(
        self,
        source: Past,
        slos: Sequence[Slo],
        policy: Policy,
        *,
        entries: LedgerReader | None = None,
        since: float | None = None,
        at: float | None = None,
        speed: float = 60,
        clock: Clock = time.monotonic,
    ) -> None:
        super().__init__(source, slos, policy, entries=entries or tuple, since=since, clock=clock)
        self._own_ledger = entries is None
        first, last = source.instants[0], source.instants[-1]
        self._deck = Deck(first, last, first, speed).moved(first if at is None else at, clock()).played(clock())
        self._shown: float | None = None
        self._turned = asyncio.Event()

    @property
    def deck(self) -> Deck:
        """What plays, as it was last set."""
        return self._deck

    def now(self) -> float:
        """Seconds of the steady clock that the deck goes by."""
        return self._clock()

    @property
    def instant(self) -> float:
        """The newest of the instants that the deck has come to."""
        return self._instant(self._deck.at(self.now()))

    @property
    def shown(self) -> float:
        """The instant of the board that came last."""
        return self.instant if self._shown is None else self._shown

    def turn(self, turned: Callable[[Deck, float], Deck]) -> None:
        """Set the deck: `turned` makes another of it, at the clock's time. A board of where it is follows at once."""
        self._deck = turned(self._deck, self.now())
        self._turned.set()

    def step(self, count: int) -> None:
        """Go `count` instants on, or back where it is negative, and stand there."""
        instants = self.source.instants
        index = max(0, min(len(instants) - 1, bisect_right(instants, self.instant) - 1 + count))
        self.turn(lambda deck, now: deck.moved(instants[index], now).paused(now))

    def refresh_now(self) -> None:
        """Draw again: the past has nothing newer."""
        self._shown = None
        self._turned.set()

    async def board(self, at: float | None = None) -> Board:
        """The board at `at`, or where the past ends. Raises `SlotuiError` where the file is broken there."""
        moment = self.source.instants[-1] if at is None else at
        return replace(await super().board(moment), refresh=None)

    def entries(self, at: float | None = None) -> tuple[Entry, ...]:
        """The ledger as it stood at `at`."""
        moment = self.source.instants[-1] if at is None else at
        return self.source.entries(moment) if self._own_ledger else super().entries(moment)

    async def boards(self) -> AsyncIterator[Board]:
        """A board whenever the deck comes to another instant, for ever; those that it passes too fast are left out."""
        while True:
            self._turned.clear()
            started, instant = self.now(), self.instant
            if instant != self._shown:
                board = await self._board_or_why_not(instant)
                self._shown = instant
                yield board
            await asyncio.sleep(max(0.0, AT_MOST_EVERY - (self.now() - started)))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._turned.wait(), self._until_next())

    def _without_answer(self, error: str, at: float | None) -> Board:
        # Not the board before, marked stale: which one that is depends on the way here.
        moment = self.instant if at is None else at
        return nothing_yet(self.slos, self.source.kind, self.source.url, moment, error, None)

    def _until_next(self) -> float | None:
        """Seconds until there is another instant to show, or None while the deck stands."""
        deck, now = self._deck, self.now()
        if not deck.playing(now):
            return 0.0 if self.instant != self._shown else None
        instants = self.source.instants
        index = bisect_left(instants, deck.at(now))
        if instants[index] == self._shown:
            index += 1
        return max(0.0, (instants[min(index, len(instants) - 1)] - deck.at(now)) / deck.speed)

    def _instant(self, position: float) -> float:
        instants = self.source.instants
        return instants[max(0, bisect_right(instants, position) - 1)]
