"""A feed that is opened behind the first frame: a screen is there at once, and says what it is waiting for."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from slotui.aside import aside

if TYPE_CHECKING:
    from slotui.core.board import Board
    from slotui.watch import Feed, Origin


@dataclass(frozen=True, slots=True)
class Unopened:
    """A source that is known by its name only. Nothing came from it yet, so nothing of it can be old."""

    kind: str
    url: str
    stale_after: float = math.inf


class Opening:
    """Stands for the feed that `open_feed` makes, of the source of that kind at `url`, and then is as that one.

    `every` (seconds) is what is expected of it until then; what a person sets meanwhile holds on.
    """

    past: ClassVar[bool] = False

    def __init__(self, open_feed: Callable[[], Feed], kind: str, url: str, every: float) -> None:
        self._open = open_feed
        self._unopened = Unopened(kind, url)
        self._feed: Feed | None = None
        self._expected = every
        self._wanted: float | None = None

    @property
    def source(self) -> Origin:
        """The source, or what is known of it so far."""
        return self._unopened if self._feed is None else self._feed.source

    @property
    def every(self) -> float:
        """Seconds between two refreshes."""
        return self._wanted or self._expected if self._feed is None else self._feed.every

    @every.setter
    def every(self, seconds: float) -> None:
        if self._feed is None:
            self._wanted = seconds
        else:
            self._feed.every = seconds

    def refresh_now(self) -> None:
        """End the present pause between two refreshes; before the first there is none."""
        if self._feed is not None:
            self._feed.refresh_now()

    async def boards(self) -> AsyncIterator[Board]:
        """Open the feed, then its boards. Raises `SlotuiError` where it cannot be opened."""
        self._feed = await aside(self._open)
        self.every = self._wanted or self._feed.every
        async for board in self._feed.boards():
            yield board

    async def close(self) -> None:
        """Close what was opened. What is being opened still ends with the process."""
        if self._feed is not None:
            await self._feed.close()
