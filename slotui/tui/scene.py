"""What a screen needs to draw itself at one instant: a Board, its age, and whether it is frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slotui.view.chart.zoom import Zoom
from slotui.view.ink import Line
from slotui.view.trust import Pause, last_good, trust, waiting
from slotui.view.words import Glyphs

if TYPE_CHECKING:
    from slotui.core.board import Board
    from slotui.view.progress import Progress


@dataclass(frozen=True, slots=True)
class Scene:
    """`board` is None before the first answer of `kind` at `url`; `elapsed`: seconds since it came, or since the start.

    `zoom` is how close a look the charts take; `progress` is where a replay stands. `now` (UTC seconds) is for the
    clock in the corner, `at` for ages: they differ where the source lives in the past.
    """

    board: Board | None
    kind: str
    url: str
    now: float
    elapsed: float
    glyphs: Glyphs
    pause: Pause | None = None
    zoom: Zoom = Zoom.WINDOW
    progress: Progress | None = None

    @property
    def at(self) -> float:
        """The board's own time, gone on since it came; that of a frozen or a stale board stands still."""
        if self.board is None:
            return self.now
        moves = self.pause is None and self.board.source.state == "live"
        return last_good(self.board) + (self.elapsed if moves else 0.0)

    def trust(self, columns: int) -> Line:
        """The first line of every screen."""
        if self.progress is not None:
            from slotui.view.progress import replaying

            return replaying(self.board, self.progress, columns=columns, glyphs=self.glyphs)
        if self.board is None:
            return waiting(self.kind, self.url, now=self.now, waited=self.elapsed, columns=columns, glyphs=self.glyphs)
        return trust(
            self.board, now=self.now, elapsed=self.elapsed, columns=columns, pause=self.pause, glyphs=self.glyphs
        )
