"""What a person sees and hears who looks elsewhere: the title of the terminal's window, and its bell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from slotui.core.states import SEVERITY
from slotui.view.title import title
from slotui.view.words import Glyphs

if TYPE_CHECKING:
    from slotui.core.board import Board

# XTWINOPS 22 and 23 put the title aside and bring it back; OSC 2 sets it. What knows none of them shows nothing.
_KEEP, _BRING_BACK = "\x1b[22;2t", "\x1b[23;2t"
_LEAST = (-len(SEVERITY), 0)
Weight = tuple[int, int]


class Beacon:
    """Tells of the newest board, also while the screen is frozen: a screen that stands still hides what happens.

    It rings when the verdict gets worse, once each time: a worse state, or the same state for more SLOs; and when the
    data has grown older than `stale_after()` seconds, for a bell that stays silent then would lie. What is there when
    the screen opens does not ring, nor does anything of the past.
    """

    def __init__(
        self,
        write: Callable[[str], None],
        ring: Callable[[], None] | None,
        glyphs: Glyphs,
        stale_after: Callable[[], float],
    ) -> None:
        self._write = write
        self._ring = ring
        self._glyphs = glyphs
        self._stale_after = stale_after
        self._said = ""
        self._weight: Weight | None = None
        self._blind = False

    def light(self) -> None:
        """Keep the title that was there, and set ours."""
        self._write(_KEEP)
        self.show(None)

    def show(self, board: Board | None) -> None:
        """Tell of a board, or that none has come yet."""
        said = title(board, self._glyphs)
        if said != self._said:
            self._said = said
            self._write(f"\x1b]2;{said}\x1b\\")
        if board is not None and self._is_worse(board) and self._ring is not None:
            self._ring()

    def put_out(self) -> None:
        """Bring the old title back."""
        self._write(_BRING_BACK)

    def _is_worse(self, board: Board) -> bool:
        if board.source.kind == "replay":
            return False
        if board.source.state != "live":
            was, self._blind = self._blind, board.source.age is not None and board.source.age > self._stale_after()
            return self._blind and not was
        was_weight, self._weight, self._blind = self._weight, weight(board), False
        return was_weight is not None and self._weight > was_weight


def weight(board: Board) -> Weight:
    """How bad a board is, to compare: its worst state, and how many SLOs are in it."""
    if not board.slos:
        return _LEAST
    counts = Counter(slo.state for slo in board.slos)
    worst = min(counts, key=SEVERITY.index)
    return -SEVERITY.index(worst), counts[worst]
