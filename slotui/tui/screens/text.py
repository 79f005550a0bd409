"""A screen of text that may be longer than it."""

from __future__ import annotations

from textual.app import ComposeResult

from slotui.tui.scene import Scene
from slotui.tui.screens.base import BoardScreen
from slotui.tui.widgets.lines import Lines
from slotui.view.ink import Line, Role, line


class TextScreen(BoardScreen):
    """Text that may be longer than the screen."""

    def __init__(self) -> None:
        super().__init__()
        self._page = Lines(id="page")
        self._top = 0
        self._rows: list[Line] = []

    def body(self) -> ComposeResult:
        yield self._page

    def text(self, scene: Scene, width: int) -> list[Line]:
        """All of the text, in lines of at most `width` columns."""
        raise NotImplementedError

    def draw(self, scene: Scene, width: int, height: int) -> None:
        self._rows = self.text(scene, width)
        self._top = max(0, min(self._top, len(self._rows) - height))
        rows = self._rows[self._top : self._top + height]
        below = len(self._rows) - self._top - height
        if below > 0:
            rows[-1] = line((f" j for {below + 1} more lines", Role.KEY))
        self._page.show(rows)

    def action_down(self) -> None:
        self._top += 1
        self.redraw()

    def action_up(self) -> None:
        self._top = max(0, self._top - 1)
        self.redraw()

    def action_back(self) -> None:
        self.app.pop_screen()
