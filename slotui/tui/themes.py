"""Two themes of our own, and a place for any of Textual's: what each makes of the roles of a line."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

from rich.style import Style
from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme

from slotui.errors import UsageError
from slotui.tui.colours import Palette, blend, readable, rgb
from slotui.view.ink import Role

DEFAULT = "slotui"

_DARK = Palette(
    ground="#0f1216",
    text="#d8dee4",
    raised="#1c222a",
    roles={
        # Vermillion, purple, amber, green and grey: hues after Okabe and Ito, moved apart in lightness until eyes
        # without red, green or blue cones tell them apart too. A test holds the distances.
        Role.PAGE: "#f0643c",
        Role.SPENT: "#df6cf0",
        Role.TICKET: "#ffc21a",
        Role.OK: "#14e0a0",
        Role.QUIET: "#808a97",
        Role.NO_DATA: "#9aa4ae",
        Role.DIM: "#9aa4ae",
        Role.RULE: "#5d6873",
        Role.CHAOS: "#56b4e9",
        Role.LOW: "#fff3a0",
        Role.KEY: "#ffffff",
    },
)
_LIGHT = Palette(
    ground="#ffffff",
    text="#1d2226",
    raised="#ecedef",
    roles={
        # For bright rooms and projectors. Everything has to be dark here, so that there is less room between hues.
        Role.PAGE: "#851a0b",
        Role.SPENT: "#751d73",
        Role.TICKET: "#9a5d00",
        Role.OK: "#097248",
        Role.QUIET: "#474f56",
        Role.NO_DATA: "#474f56",
        Role.DIM: "#59616a",
        Role.RULE: "#8b9197",
        Role.CHAOS: "#005f9e",
        Role.LOW: "#6b5f00",
        Role.KEY: "#000000",
    },
)
OWN = {"slotui": _DARK, "slotui-light": _LIGHT}
"""Both are made for colour-blind eyes."""

_ANSI = {
    Role.PAGE: "red",
    Role.SPENT: "magenta",
    Role.TICKET: "yellow",
    Role.OK: "green",
    Role.CHAOS: "cyan",
    Role.LOW: "yellow",
    Role.RULE: "bright_black",
}
"""The terminal's own sixteen: nobody but it knows what they look like, or what is legible on its ground."""


def known_themes() -> tuple[str, ...]:
    """Every name that `--theme` takes: our own first."""
    return (*OWN, *BUILTIN_THEMES)


def known_theme(name: str) -> str:
    """`name`, if there is such a theme. Raises `UsageError` with the nearest."""
    known = known_themes()
    if name in known:
        return name
    near = get_close_matches(name, known, n=1)
    fix = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    raise UsageError(f"no theme is named {name!r}", fix=fix)


def palette_of(theme: Theme) -> Palette:
    """What a theme makes of the roles: our own as they are, others by the meaning of their colours, made legible."""
    if theme.name in OWN:
        return OWN[theme.name]
    if theme.ansi:
        return Palette("default", "default", "color(238)" if theme.dark else "color(253)", _ANSI)
    made = theme.to_color_system().generate()
    ground, text, raised = made["background"], made["foreground"], made["surface"]
    grounds = (ground, raised)
    free = [made[name] for name in ("accent", "secondary", "primary")]
    taken = [made["error"], made["warning"], made["success"]]
    spent = _farthest(free, taken)
    colours = {
        Role.PAGE: made["error"],
        Role.SPENT: spent,
        Role.TICKET: made["warning"],
        Role.OK: made["success"],
        Role.CHAOS: _farthest([one for one in free if one != spent], [*taken, spent]),
        Role.LOW: made["warning"],
        Role.KEY: text,
        Role.PLAIN: text,
        Role.STRONG: text,
        Role.DIM: blend(text, ground, 0.3),
        Role.QUIET: blend(text, ground, 0.3),
        Role.NO_DATA: blend(text, ground, 0.2),
    }
    roles = {role: readable(colour, grounds) for role, colour in colours.items()}
    roles[Role.RULE] = blend(text, ground, 0.6)
    return Palette(ground, roles[Role.PLAIN], raised, roles)


def _farthest(colours: list[str], taken: list[str]) -> str:
    """The colour that is least like any that is taken."""
    return max(colours, key=lambda one: min(_distance(one, other) for other in taken))


def _distance(one: str, other: str) -> int:
    return sum((a - b) ** 2 for a, b in zip(rgb(one), rgb(other), strict=True))


def _as_textual(name: str, palette: Palette, *, dark: bool) -> Theme:
    """One of our own as Textual's widgets understand it: borders, inputs, the palette of commands."""
    return Theme(
        name=name,
        primary=palette.roles[Role.CHAOS],
        secondary=palette.roles[Role.SPENT],
        accent=palette.roles[Role.CHAOS],
        warning=palette.roles[Role.TICKET],
        error=palette.roles[Role.PAGE],
        success=palette.roles[Role.OK],
        foreground=palette.text,
        background=palette.ground,
        surface=palette.raised,
        panel=palette.raised,
        dark=dark,
    )


@cache
def _own_themes() -> Mapping[str, Theme]:
    return {name: _as_textual(name, palette, dark=name == DEFAULT) for name, palette in OWN.items()}


_made: dict[str, tuple[Palette, dict[Role, Style]]] = {}


def colours_of(app: App[object]) -> tuple[Palette, dict[Role, Style]]:
    """The palette of the theme that an app shows now, and the style of every role in it."""
    if app.theme not in _made:
        palette = palette_of(app.current_theme)
        _made[app.theme] = palette, {role: palette.style(role) for role in Role}
    return _made[app.theme]


class Themed(App[None]):
    """An app that knows our themes too. Its CSS may use `$slotui-rule` and `$slotui-raised` with every theme."""

    def __init__(self, theme: str = DEFAULT) -> None:
        # Before Textual reads its style sheets: a theme that is set later has all of them read once more.
        self.set_reactive(App.theme, theme)
        super().__init__()

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Textual's and ours, by name."""
        return {**super().available_themes, **_own_themes()}

    def get_css_variables(self) -> dict[str, str]:
        variables = super().get_css_variables()
        palette = palette_of(self.current_theme)
        own = {"slotui-rule": palette.roles[Role.RULE], "slotui-raised": palette.raised}
        if self.current_theme.ansi:
            own = {"slotui-rule": "ansi_bright_black", "slotui-raised": "ansi_default"}
        return {**variables, **own}
