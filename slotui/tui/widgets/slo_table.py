"""The list of SLOs. Its order holds still while a hand is on it.

The cursor follows an SLO, not a row; until somebody moves it, it stays on the first one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.message import Message

from slotui.core.board import Board, SloBoard
from slotui.tui.widgets.lines import Lines
from slotui.view.ink import Line
from slotui.view.table import row
from slotui.view.words import UNICODE, Glyphs

SETTLES_AFTER = 2.0
"""Seconds without a key before a new order is taken over: a row must not slip away under the cursor."""

_WHEEL = 3
"""Rows that a notch of the wheel scrolls."""


class _Drawn(NamedTuple):
    """All that a row is drawn from: while it stays the same, so does the row."""

    slo: SloBoard
    width: int
    was: bool
    selected: bool

    def line(self, glyphs: Glyphs) -> Line:
        return row(self.slo, self.width, was=self.was, selected=self.selected, glyphs=glyphs)


class SloTable(Lines):
    """Draws the rows in sight, however many there are."""

    class Moved(Message):
        """The cursor is on another SLO, or other rows are in sight."""

    class Opened(Message):
        """The SLO under the cursor was clicked once more."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._glyphs = glyphs
        self._shown: Sequence[SloBoard] = ()
        self._slos: dict[str, SloBoard] = {}
        self._order: list[str] = []
        self._place: dict[str, int] = {}
        self._was = False
        self._cursor: str | None = None
        self._top = 0
        self._moved_at = float("-inf")
        self._touched = False
        self._lost: str | None = None
        self._drawn: dict[str, tuple[_Drawn, Line]] = {}

    @property
    def selected(self) -> str | None:
        """The name of the SLO under the cursor."""
        return self._cursor

    @property
    def in_sight(self) -> tuple[int, int]:
        """The first and the last row that can be seen, counted from 1."""
        return self._top + 1, min(len(self._order), self._top + self.size.height)

    def show_board(self, board: Board, moment: float, slos: Sequence[SloBoard] | None = None) -> None:
        """Take over a board, or those `slos` of it in their order. `moment` is monotonic (s), the same as in `move`."""
        shown = board.slos if slos is None else slos
        if shown is not self._shown:
            self._shown, self._slos = shown, {slo.name: slo for slo in shown}
        self._was = board.source.state != "live"
        names = list(self._slos)
        if moment - self._moved_at < SETTLES_AFTER:
            held = [name for name in self._order if name in self._slos]
            names = held + [name for name in names if name not in self._place]
        index = self._index()
        self._take(names)
        self._follow(names, index)
        self._keep_in_sight()
        self._draw()

    def hold(self, moment: float) -> None:
        """Keep this order for a while: a hand is on the list. `moment` is monotonic (s)."""
        self._moved_at = moment

    def settle(self) -> None:
        """Let the next board bring its order at once: a person asked for another one."""
        self._moved_at = float("-inf")

    def move(self, step: int, moment: float) -> None:
        """Put the cursor `step` rows further, as far as the list goes."""
        self.hold(moment)
        if self._order:
            self._select(self._index() + step)

    def select(self, name: str) -> None:
        """Put the cursor on an SLO by name, if the list has it."""
        if name in self._place:
            self._select(self._place[name])

    def neighbour(self, name: str, step: int) -> str:
        """The SLO `step` rows from another, as far as the list goes."""
        if name not in self._place:
            return name
        return self._order[max(0, min(len(self._order) - 1, self._place[name] + step))]

    @property
    def page(self) -> int:
        """Rows that a page moves: one less than are in sight, so that one of them is seen again."""
        return max(1, self.size.height - 1)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._order)

    def _follow(self, names: list[str], index: int) -> None:
        """Keep the cursor on its SLO. One that a filter hides gets it back, unless it was moved meanwhile."""
        wanted = self._lost or self._cursor
        if not self._touched:
            self._cursor = names[0] if names else None
        elif wanted in self._slos:
            self._cursor, self._lost = wanted, None
        else:
            self._lost = wanted
            if self._cursor not in self._slos:
                self._cursor = names[min(index, len(names) - 1)] if names else None

    def _take(self, names: list[str]) -> None:
        if names != self._order:
            self._order = names
            self._place = {name: index for index, name in enumerate(names)}

    def _index(self) -> int:
        return self._place.get(self._cursor or "", 0)

    def _select(self, index: int) -> None:
        self._touched, self._lost = True, None
        before = (self._cursor, self._top)
        self._cursor = self._order[max(0, min(len(self._order) - 1, index))]
        self._keep_in_sight()
        self._draw()
        if (self._cursor, self._top) != before:
            self.post_message(self.Moved())

    def _keep_in_sight(self) -> None:
        height, index = max(1, self.size.height), self._index()
        self._top = max(0, min(self._top, len(self._order) - height))
        self._top = min(max(self._top, index - height + 1), index)

    def _draw(self) -> None:
        height = max(1, self.size.height)
        before, self._drawn = self._drawn, {}
        for name in self._order[self._top : self._top + height]:
            drawn = _Drawn(self._slos[name], self.size.width, self._was, name == self._cursor)
            known = before.get(name)
            self._drawn[name] = known if known and known[0] == drawn else (drawn, drawn.line(self._glyphs))
        self.show([line for _, line in self._drawn.values()])

    def is_lit(self, row: int) -> bool:
        return self._order[self._top + row : self._top + row + 1] == [self._cursor]

    def on_resize(self, _event: events.Resize) -> None:
        self._keep_in_sight()
        self._draw()

    def on_click(self, event: events.Click) -> None:
        index = self._top + event.y
        if index >= len(self._order):
            return
        if self._order[index] == self._cursor and self._touched:
            self.post_message(self.Opened())
        else:
            self._select(index)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll(-_WHEEL)

    def _scroll(self, rows: int) -> None:
        """Other rows in sight; the cursor comes along only where it would be lost."""
        height = max(1, self.size.height)
        top = max(0, min(self._top + rows, len(self._order) - height))
        if top == self._top:
            return
        self._top = top
        self._select(max(top, min(top + height - 1, self._index())))
        self.post_message(self.Moved())
