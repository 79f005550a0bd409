"""Colours, last of all: after glyph, word and place. What a role looks like is a matter of the theme."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from slotui.view.ink import Line, Role

READABLE = 4.5
"""The least contrast of text on its ground (WCAG 2.2, 1.4.3, level AA)."""

_STRONG = frozenset({Role.STRONG, Role.PAGE, Role.SPENT, Role.TICKET, Role.NO_DATA, Role.KEY})
Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a theme, as Rich writes them. Without a colour a role has that of the text."""

    ground: str
    text: str
    raised: str
    """The ground of the row under the cursor."""
    roles: Mapping[Role, str]

    @property
    def cursor(self) -> Style:
        """What the row under the cursor lies on."""
        return Style(bgcolor=self.raised)

    def style(self, role: Role) -> Style:
        """What a piece of a role is drawn in."""
        return Style(color=self.roles.get(role), bold=True if role in _STRONG else None)


def strip(parts: Line, width: int, base: Style, styles: Mapping[Role, Style]) -> Strip:
    """A line as Textual draws it, in exactly `width` columns on the widget's own ground."""
    drawn = Strip([Segment(piece.text, _on(base, styles[piece.role])) for piece in parts])
    return drawn.adjust_cell_length(width, base)


@lru_cache(maxsize=1024)
def _on(base: Style, style: Style) -> Style:
    return base + style


def rgb(colour: str) -> Rgb:
    """The three parts, 0 to 255, of `#rrggbb`.

    >>> rgb("#0f1216")
    (15, 18, 22)
    """
    return tuple(Color.parse(colour).get_truecolor())  # type: ignore[return-value]


def contrast(one: str, other: str) -> float:
    """The ratio of two colours' luminances, 1 to 21 (WCAG 2.2, "contrast ratio").

    >>> round(contrast("#000000", "#ffffff")), round(contrast("#777777", "#ffffff"), 2)
    (21, 4.48)
    """
    dark, light = sorted((_luminance(rgb(one)), _luminance(rgb(other))))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Rgb) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2, "relative luminance")."""
    parts = (part / 255 for part in colour)
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def blend(colour: str, towards: str, share: float) -> str:
    """`colour` with a `share` (0 to 1) of another in it.

    >>> blend("#000000", "#ffffff", 0.5)
    '#808080'
    """
    mixed = (round(a + (b - a) * share) for a, b in zip(rgb(colour), rgb(towards), strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def readable(colour: str, grounds: Iterable[str], least: float = READABLE) -> str:
    """The nearest shade of a colour that can be read on all of the grounds.

    >>> readable("#ba3c5b", ["#121212"]), readable("#ffa62b", ["#121212"])
    ('#c8637c', '#ffa62b')
    """
    grounds = list(grounds)
    pole = max(("#000000", "#ffffff"), key=lambda end: min(contrast(end, ground) for ground in grounds))
    for step in range(21):
        shade = blend(colour, pole, step / 20)
        if all(contrast(shade, ground) >= least for ground in grounds):
            return shade
    return pole
