"""A screen of text that may be longer than it."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult

from slotui.tui.scene import Scene
from slotui.tui.screens.base import BoardScreen
from slotui.tui.widgets.lines import Lines
from slotui.view.ink import Line
from slotui.view.paging import headline, span

_WHEEL = 3


class TextScreen(BoardScreen):
    """Text that may be longer than the screen, under a title that says where in it one is."""

    heading: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__()
        self._rule = Lines(id="rule")
        self._page = Lines(id="page")
        self._top = 0
        self._count = 0

    def body(self) -> ComposeResult:
        yield self._rule
        yield self._page

    def text(self, scene: Scene, width: int) -> list[Line]:
        """All of the text, in lines of at most `width` columns."""
        raise NotImplementedError

    def about(self) -> str:
        """What stands beside the heading."""
        return ""

    def draw(self, scene: Scene, width: int, height: int) -> None:
        rows = self.text(scene, width)
        self._count, room = len(rows), height - 1
        self._top = max(0, min(self._top, len(rows) - room))
        where = span(self._top, room, len(rows), "lines")
        self._rule.show([headline(width, self.heading, self.about(), where, dash=scene.glyphs.dash)])
        self._page.show(rows[self._top : self._top + room])

    def _go(self, line: int) -> None:
        # `draw` holds it within the text.
        self._top = max(0, line)
        self.redraw()

    def _screenful(self) -> int:
        return max(1, self._page.size.height - 1)

    def action_down(self) -> None:
        self._go(self._top + 1)

    def action_up(self) -> None:
        self._go(self._top - 1)

    def action_page_down(self) -> None:
        self._go(self._top + self._screenful())

    def action_page_up(self) -> None:
        self._go(self._top - self._screenful())

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(self._count)

    def action_back(self) -> None:
        self.app.pop_screen()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._go(self._top + _WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._go(self._top - _WHEEL)
