"""Colours, last of all: after glyph, word and place. Okabe and Ito's set, which colour-blind eyes tell apart."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from slotui.view.ink import Line, Role

GROUND = "#0f1216"
TEXT = "#d8dee4"
RAISED = "#1c222a"

_VERMILLION = "#d55e00"
_ORANGE = "#e69f00"
_GREEN = "#009e73"
_SKY = "#56b4e9"
_PURPLE = "#cc79a7"
_YELLOW = "#f0e442"
_GREY = "#9aa4ae"

_STYLES = {
    Role.PLAIN: Style(),
    Role.STRONG: Style(bold=True),
    Role.DIM: Style(color=_GREY),
    Role.RULE: Style(color="#4d5761"),
    Role.PAGE: Style(color=_VERMILLION, bold=True),
    Role.SPENT: Style(color=_PURPLE, bold=True),
    Role.TICKET: Style(color=_ORANGE, bold=True),
    Role.OK: Style(color=_GREEN),
    Role.QUIET: Style(color=_GREY),
    Role.NO_DATA: Style(color=_GREY, bold=True),
    Role.CHAOS: Style(color=_SKY),
    Role.LOW: Style(color=_YELLOW),
    Role.KEY: Style(color="#ffffff", bold=True),
}


@lru_cache(maxsize=256)
def _on(base: Style, role: Role) -> Style:
    return base + _STYLES[role]


def strip(parts: Line, width: int, base: Style) -> Strip:
    """A line as Textual draws it, in exactly `width` columns on the widget's own ground."""
    drawn = Strip([Segment(piece.text, _on(base, piece.role)) for piece in parts])
    return drawn.adjust_cell_length(width, base)
