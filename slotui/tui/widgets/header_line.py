"""The titles over the list; a click on one sorts by it."""

from __future__ import annotations

from textual import events
from textual.message import Message

from slotui.tui.widgets.lines import Lines
from slotui.view.order import Order
from slotui.view.table import headings


class HeaderLine(Lines):
    """One line; it knows which title stands where."""

    class Chosen(Message):
        """A title was clicked."""

        def __init__(self, order: Order) -> None:
            super().__init__()
            self.order = order

    def __init__(self) -> None:
        super().__init__(id="header")

    def on_click(self, event: events.Click) -> None:
        for heading in headings(self.size.width):
            if heading.start <= event.x < heading.end:
                self.post_message(self.Chosen(heading.order))
