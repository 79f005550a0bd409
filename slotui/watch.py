"""The watch loop: one source polled again and again, one Board a refresh, whatever happens.

The TUI, the text lines and the NDJSON of `slotui watch` all read the same feed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import ClassVar, Protocol

from slotui.clock import Clock, now
from slotui.core.assemble import aged, board_of, nothing_yet, slo_board, source_status
from slotui.core.board import Board
from slotui.core.entry import Entry, as_of
from slotui.core.policy import Policy
from slotui.core.reading import Snapshot
from slotui.core.slo import Slo
from slotui.core.standing import Folds
from slotui.errors import SlotuiError
from slotui.source.base import Source
from slotui.source.marked import Marks
from slotui.turns import in_turns

LedgerReader = Callable[[], tuple[Entry, ...]]
"""The entries that a board shows, oldest first; called at each refresh."""


class Origin(Protocol):
    """What a screen says of a source, opened or not: its kind, its address, and when its data is old (seconds)."""

    @property
    def kind(self) -> str: ...

    @property
    def url(self) -> str: ...

    @property
    def stale_after(self) -> float: ...


class Boards(Protocol):
    """What a screen shows: a feed that is open, or one that is being opened."""

    every: float
    past: ClassVar[bool]
    """Whether it plays what is over, and so is a `Playback`."""

    @property
    def source(self) -> Origin: ...

    def refresh_now(self) -> None: ...

    def boards(self) -> AsyncIterator[Board]: ...

    async def close(self) -> None: ...


class Feed:
    """A source, and what is needed to make Boards of it. `every` (seconds) may be changed while it runs.

    `since` is a moment (UTC seconds): the boards then carry the balance since. `timer` counts the seconds of a pause
    where the `clock` of the boards is not the one on the wall.
    """

    past: ClassVar[bool] = False

    def __init__(
        self,
        source: Source,
        slos: Sequence[Slo],
        policy: Policy,
        *,
        entries: LedgerReader = tuple,
        every: float | None = None,
        clock: Clock = now,
        timer: Clock | None = None,
        since: float | None = None,
    ) -> None:
        self.source = source
        self.slos = tuple(slos)
        self.policy = policy
        self.every = every or source.every
        self._entries = entries
        self._clock = clock
        self._timer = timer or clock
        self._marks = Marks(source, self.slos, policy, since)
        self._wake = asyncio.Event()
        self._last: Board | None = None
        self._folds: Folds = {}

    def refresh_now(self) -> None:
        """End the present pause between two refreshes."""
        self._wake.set()

    async def close(self) -> None:
        """Close its source."""
        await self.source.close()

    async def board(self, at: float | None = None) -> Board:
        """One Board from one answer of the source. Raises `SlotuiError` where it gives none."""
        snapshot = await self.snapshot(at)
        status = source_status(self.source.kind, self.source.url, snapshot, self.source.stale_after)
        entries = self.entries(at)
        boards = [slo_board(slo, snapshot, self.policy, entries, self._folds) async for slo in in_turns(self.slos)]
        return replace(board_of(boards, snapshot, self.policy, entries, status), refresh=self.every)

    async def snapshot(self, at: float | None = None) -> Snapshot:
        """One answer of the source, with what policy excuses and the mark put on it. Raises `SlotuiError`."""
        return await self._marks.put_on(await self.source.read(at))

    def entries(self, at: float | None = None) -> tuple[Entry, ...]:
        """The ledger now, or as it stood at a past instant (UTC seconds)."""
        return self._entries() if at is None else as_of(self._entries(), at)

    async def boards(self) -> AsyncIterator[Board]:
        """A Board a refresh, for ever. A failed refresh repeats the last numbers, marked stale, never invents any."""
        while True:
            started = self._timer()
            yield await self._board_or_why_not()
            self._wake.clear()
            pause = max(0.0, self.every - (self._timer() - started))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause)

    async def _board_or_why_not(self, at: float | None = None) -> Board:
        try:
            self._last = board = await self.board(at)
        except SlotuiError as error:
            board = self._without_answer(error.what, at)
        except Exception as error:  # noqa: BLE001 - the one broad except: a bug must show on the screen, not end it
            board = self._without_answer(f"{type(error).__name__}: {error}", at)
        return board

    def _without_answer(self, error: str, at: float | None) -> Board:
        at = self._clock() if at is None else at
        if self._last is None:
            board = nothing_yet(self.slos, self.source.kind, self.source.url, at, error, self.every)
        else:
            board = aged(self._last, at, error, self.every)
        return replace(board, refresh=self.every)
