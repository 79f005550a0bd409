"""A widget that shows lines, and repaints only those that changed."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from slotui.tui.colours import strip
from slotui.view.ink import Line


class Lines(Widget):
    """Lines from the top; what is below the last one is blank. It asks for nothing and knows nothing else."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines from now on."""
        before, self._lines = self._lines, tuple(lines)
        rows = max(len(before), len(self._lines))
        changed = [row for row in range(rows) if _at(before, row) != _at(self._lines, row)]
        width = self.size.width
        if changed and width:
            self.refresh(*(Region(0, row, width, 1) for row in changed))

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        return strip(_at(self._lines, y), self.size.width, self.ground(y))

    def ground(self, _y: int) -> Style:
        """What a row is drawn on."""
        return self.rich_style


def _at(lines: tuple[Line, ...], row: int) -> Line:
    return lines[row] if row < len(lines) else ()
