"""Which board is on the screen, and how old it has grown: live, stale by its age, or frozen by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slotui.clock import Clock
from slotui.duration import rough
from slotui.tui.scene import Scene
from slotui.view.chart.zoom import Zoom, closer
from slotui.view.trust import Pause
from slotui.view.words import Glyphs

if TYPE_CHECKING:
    from slotui.core.board import Board
    from slotui.watch import Boards


class Showing:
    """The latest board, and the one that is shown: they differ while the screen is frozen."""

    def __init__(self, feed: Boards, clock: Clock, glyphs: Glyphs) -> None:
        self._feed = feed
        self.glyphs = glyphs
        self.zoom = Zoom.WINDOW
        self._clock = clock
        self._started = clock()
        self._shown: Board | None = None
        self._came = self._started
        self._latest: Board | None = None
        self._latest_came = self._started
        self._paused_at: float | None = None
        self._newer = 0

    @property
    def board(self) -> Board | None:
        """The board on the screen as it came; None before the first."""
        return self._shown

    @property
    def newer(self) -> int:
        """How many boards came since the screen was frozen."""
        return self._newer

    @property
    def frozen(self) -> bool:
        """Whether a person has frozen the screen."""
        return self._paused_at is not None

    def take(self, board: Board) -> None:
        """A new board from the feed; a frozen screen keeps its own, and counts."""
        self._latest, self._latest_came = board, self._clock()
        if self.frozen:
            self._newer += 1
        else:
            self._catch_up()

    def look_closer(self, slo: str | None) -> None:
        """The charts' next zoom, of those that the SLO of that name has; they are the same for all SLOs until then."""
        found = self._shown.find(slo) if self._shown is not None and slo is not None else None
        if found is not None and self._shown is not None:
            self.zoom = closer(found, self._shown, self.zoom)

    def freeze_or_go_on(self) -> None:
        """Freeze the screen, or catch up with what came meanwhile."""
        if self._paused_at is None:
            self._paused_at, self._newer = self._clock(), 0
        else:
            self._paused_at = None
            self._catch_up()

    def scene(self) -> Scene:
        """What is to be seen now."""
        moment = self._clock()
        kind, url = self._feed.source.kind, self._feed.source.url
        if self._shown is None:
            return Scene(None, kind, url, moment, moment - self._started, self.glyphs, zoom=self.zoom)
        if self._paused_at is not None:
            newest, _ = self._grown_old(self._latest or self._shown, moment - self._latest_came)
            pause = Pause(self._paused_at, self._newer, newest.source.state)
            return Scene(self._shown, kind, url, moment, moment - self._came, self.glyphs, pause, self.zoom)
        board, elapsed = self._grown_old(self._shown, moment - self._came)
        return Scene(board, kind, url, moment, elapsed, self.glyphs, zoom=self.zoom)

    @property
    def newest(self) -> Board | None:
        """The latest board as old as it is by now, whether the screen is frozen or not; None before the first."""
        return None if self._latest is None else self._grown_old(self._latest, self._clock() - self._latest_came)[0]

    def _catch_up(self) -> None:
        self._shown, self._came = self._latest, self._latest_came

    def _grown_old(self, board: Board, elapsed: float) -> tuple[Board, float]:
        """A live board that nothing has followed turns stale by the same rule as its source's."""
        age = board.source.age
        if board.source.state != "live" or age is None or age + elapsed <= self._feed.source.stale_after:
            return board, elapsed
        from slotui.core.assemble import aged

        error = f"no answer from {board.source.kind} for {rough(elapsed)}"
        return aged(board, board.at + elapsed, error, None), 0.0
