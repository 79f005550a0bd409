"""A widget that shows lines, and repaints only what changed of them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from slotui.tui.colours import strip
from slotui.tui.themes import colours_of
from slotui.view.changes import changes
from slotui.view.ink import Line


class Lines(Widget):
    """Lines from the top; what is below the last one is blank. It asks for nothing and knows nothing else."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()
        self._lit: tuple[bool, ...] = ()
        self._ground: Style | None = None

    def on_mount(self) -> None:
        # Lines carry roles: another theme makes other colours of the same ones.
        self.watch(self.app, "theme", self._repaint, init=False)

    def _repaint(self) -> None:
        self._ground = None
        self.refresh()

    def notify_style_update(self) -> None:
        self._ground = None
        super().notify_style_update()

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines from now on."""
        before, self._lines = self._lines, tuple(lines)
        lit, self._lit = self._lit, tuple(self.is_lit(row) for row in range(len(self._lines)))
        width = self.size.width
        if not width:
            return
        changed: list[Region] = []
        for row in range(max(len(before), len(self._lines))):
            was, now = _at(before, row), _at(self._lines, row)
            if _is_lit(lit, row) != _is_lit(self._lit, row):
                changed.append(Region(0, row, width, 1))
            elif was != now:
                changed += [Region(first, row, columns, 1) for first, columns in changes(was, now)]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        palette, styles = colours_of(self.app)
        if self._ground is None:
            # Textual works it out from all that this widget stands in, and asks anew for each row.
            self._ground = self.rich_style
        ground = self._ground + palette.cursor if _is_lit(self._lit, y) else self._ground
        return strip(_at(self._lines, y), self.size.width, ground, styles)

    def is_lit(self, _row: int) -> bool:
        """Whether a row has the cursor's ground."""
        return False


def _is_lit(lit: tuple[bool, ...], row: int) -> bool:
    return row < len(lit) and lit[row]


def _at(lines: tuple[Line, ...], row: int) -> Line:
    return lines[row] if row < len(lines) else ()
