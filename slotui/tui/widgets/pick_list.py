"""A list to go through with a cursor. The cursor follows what it is on, whatever place that has in the next board."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from textual import events
from textual.message import Message

from slotui.tui.widgets.lines import Lines
from slotui.view.ink import Line, Role, line


class PickList(Lines):
    """Draws the rows in sight, however many there are. Until somebody moves it, the cursor stays on the first."""

    class Moved(Message):
        """The cursor is on another row, or other rows are in sight."""

    class Picked(Message):
        """The row under the cursor was clicked."""

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._glyph = " "
        self._keys: Sequence[Hashable] = ()
        self._row: Callable[[int], Line] = lambda _: ()
        self._cursor = 0
        self._top = 0
        self._touched = False

    @property
    def at(self) -> int | None:
        """The index under the cursor; None in an empty list."""
        return self._cursor if self._keys else None

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._keys)

    def show_rows(self, keys: Sequence[Hashable], row: Callable[[int], Line], cursor: str) -> None:
        """Take over a list. `row(index)` draws one, a column narrower than the widget; `keys` tell them apart.

        `cursor` is the glyph before the row that the cursor is on.
        """
        if not self._touched:
            self._cursor = 0
        elif self._keys is not keys and self._cursor < len(self._keys) and keys:
            here = self._keys[self._cursor]
            # What is gone leaves the cursor at its place.
            self._cursor = keys.index(here) if here in keys else min(self._cursor, len(keys) - 1)
        self._keys, self._row, self._glyph = keys, row, cursor
        self.draw_again()

    def move(self, step: int) -> None:
        """Put the cursor so many rows further, as far as the list goes."""
        self._go(self._cursor + step)

    def page(self, step: int) -> None:
        """Put the cursor so many screens further."""
        self.move(step * max(1, self.size.height - 1))

    def end(self, *, last: bool) -> None:
        """Put the cursor on the last row, or the first."""
        self._go(len(self._keys) - 1 if last else 0)

    def _go(self, index: int) -> None:
        if self._keys:
            self._touched = True
            self._cursor = max(0, min(len(self._keys) - 1, index))
            self.post_message(self.Moved())

    def draw_again(self) -> None:
        """Draw the rows in sight once more: what they say may change with time."""
        height = max(1, self.size.height)
        self._top = max(0, min(self._top, len(self._keys) - height))
        self._top = min(max(self._top, self._cursor - height + 1), self._cursor)
        rows = range(self._top, min(len(self._keys), self._top + height))
        self.show([(*self._mark(index), *self._row(index)) for index in rows])

    def _mark(self, index: int) -> Line:
        return line((self._glyph if index == self._cursor else " ", Role.KEY))

    def is_lit(self, row: int) -> bool:
        return bool(self._keys) and self._top + row == self._cursor

    def on_resize(self, _event: events.Resize) -> None:
        self.draw_again()

    def on_click(self, event: events.Click) -> None:
        index = self._top + event.y
        if index < len(self._keys):
            if index == self._cursor and self._touched:
                self.post_message(self.Picked())
            self._go(index)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.move(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.move(-3)
