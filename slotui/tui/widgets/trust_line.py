"""The first line of every screen. That of a replay has a bar in it, which is clicked and dragged along."""

from __future__ import annotations

from textual import events
from textual.message import Message

from slotui.tui.widgets.lines import Lines


class TrustLine(Lines):
    """It knows where it is pressed, and not what stands there."""

    class Pointed(Message):
        """The mouse is held down over a column of a line so many `columns` wide."""

        def __init__(self, column: int, columns: int, *, first: bool) -> None:
            super().__init__()
            self.column = column
            self.columns = columns
            self.first = first

    def __init__(self) -> None:
        super().__init__(id="trust")
        self._held = False

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._held = True
        self.capture_mouse()
        self._point(event.x, first=True)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._held:
            self._point(event.x, first=False)

    def on_mouse_up(self) -> None:
        self._held = False
        self.release_mouse()

    def _point(self, column: int, *, first: bool) -> None:
        self.post_message(self.Pointed(column, self.size.width, first=first))
