"""The list of SLOs. Its order holds still while a hand is on it.

The cursor follows an SLO, not a row; until somebody moves it, it stays on the worst one.
"""

from __future__ import annotations

from rich.style import Style
from textual import events
from textual.message import Message

from slotui.core.board import Board
from slotui.tui.colours import RAISED
from slotui.tui.widgets.lines import Lines
from slotui.view.table import row
from slotui.view.words import UNICODE, Glyphs

SETTLES_AFTER = 2.0
"""Seconds without a key before a new order is taken over: a row must not slip away under the cursor."""

_CURSOR = Style(bgcolor=RAISED)


class SloTable(Lines):
    """Draws the rows in sight, however many there are."""

    class Moved(Message):
        """The cursor is on another SLO."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._glyphs = glyphs
        self._board: Board | None = None
        self._order: list[str] = []
        self._cursor: str | None = None
        self._top = 0
        self._moved_at = float("-inf")
        self._touched = False

    @property
    def selected(self) -> str | None:
        """The name of the SLO under the cursor."""
        return self._cursor

    @property
    def in_sight(self) -> tuple[int, int]:
        """The first and the last row that can be seen, counted from 1."""
        return self._top + 1, min(len(self._order), self._top + self.size.height)

    def show_board(self, board: Board, moment: float) -> None:
        """Take over a board. `moment` is a monotonic time in seconds, the same clock as in `move`."""
        self._board = board
        names = [slo.name for slo in board.slos]
        if moment - self._moved_at < SETTLES_AFTER:
            present, known = set(names), set(self._order)
            names = [name for name in self._order if name in present] + [name for name in names if name not in known]
        index = self._index()
        self._order = names
        if names and (self._cursor not in names or not self._touched):
            self._cursor = names[min(index, len(names) - 1) if self._touched else 0]
        self._draw()

    def move(self, step: int, moment: float) -> None:
        """Put the cursor `step` rows further, as far as the list goes."""
        self._moved_at = moment
        if self._order:
            self._select(max(0, min(len(self._order) - 1, self._index() + step)))

    def select(self, name: str) -> None:
        """Put the cursor on an SLO by name, if the list has it."""
        if name in self._order:
            self._select(self._order.index(name))

    def neighbour(self, name: str, step: int) -> str:
        """The SLO `step` rows from another, as far as the list goes."""
        if name not in self._order:
            return name
        return self._order[max(0, min(len(self._order) - 1, self._order.index(name) + step))]

    def _index(self) -> int:
        return self._order.index(self._cursor) if self._cursor in self._order else 0

    def _select(self, index: int) -> None:
        self._touched = True
        before, self._cursor = self._cursor, self._order[index]
        self._draw()
        if self._cursor != before:
            self.post_message(self.Moved())

    def _draw(self) -> None:
        if self._board is None:
            return
        height, width = max(1, self.size.height), self.size.width
        index = self._index()
        self._top = max(0, min(self._top, len(self._order) - height))
        self._top = min(max(self._top, index - height + 1), index)
        was = self._board.source.state != "live"
        by_name = {slo.name: slo for slo in self._board.slos}
        self.show(
            [
                row(by_name[name], width, was=was, selected=name == self._cursor, glyphs=self._glyphs)
                for name in self._order[self._top : self._top + height]
            ]
        )

    def ground(self, y: int) -> Style:
        """The cursor's row has a ground of its own."""
        here = self._order[self._top + y : self._top + y + 1]
        return self.rich_style + _CURSOR if here == [self._cursor] else self.rich_style

    def on_resize(self, _event: events.Resize) -> None:
        self._draw()

    def on_click(self, event: events.Click) -> None:
        index = self._top + event.y
        if index < len(self._order):
            self._select(index)
