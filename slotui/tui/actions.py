"""Every key in one table: bindings, footer and help are drawn from it, so that they agree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType

from slotui.view.ink import Line, Role, crop, fit, line


class Place(StrEnum):
    """A screen that keys work on."""

    OVERVIEW = "overview"
    DETAIL = "detail"
    EXPLAIN = "explain"
    HELP = "help"


_ALL = frozenset(Place)
_BOARDS = frozenset({Place.OVERVIEW, Place.DETAIL, Place.EXPLAIN})


@dataclass(frozen=True, slots=True)
class Action:
    """What a key does. `keys` are Textual's names, `shown` is what stands on the keyboard.

    `label` is the footer's word; without one the footer leaves it to the help.
    """

    name: str
    keys: tuple[str, ...]
    shown: str
    label: str
    help: str
    places: frozenset[Place] = _ALL
    everywhere: bool = False
    """Whether the app does it, the same on every screen."""


ACTIONS = (
    Action("help", ("question_mark",), "?", "help", "this page; again to close it", everywhere=True),
    Action(
        "open",
        ("enter", "l", "right"),
        "enter l →",
        "open",
        "the SLO under the cursor in full",
        frozenset({Place.OVERVIEW}),
    ),
    Action(
        "back",
        ("escape", "h", "left"),
        "esc h ←",
        "back",
        "to the screen before",
        frozenset({Place.DETAIL, Place.EXPLAIN, Place.HELP}),
    ),
    Action("down", ("j", "down"), "j ↓", "", "next SLO, or down a line of text"),
    Action("up", ("k", "up"), "k ↑", "", "previous SLO, or up a line of text"),
    Action("pause", ("p",), "p", "pause", "freeze the screen; the data goes on coming in", _BOARDS, everywhere=True),
    Action("refresh", ("r",), "r", "refresh", "ask the source now", _BOARDS, everywhere=True),
    Action(
        "explain",
        ("e",),
        "e",
        "explain",
        "the arithmetic behind the numbers, with counts and PromQL",
        frozenset({Place.OVERVIEW, Place.DETAIL}),
    ),
    Action("faster", ("plus", "equals_sign"), "+", "", "refresh more often", _BOARDS, everywhere=True),
    Action("slower", ("minus",), "-", "", "refresh less often", _BOARDS, everywhere=True),
    Action("quit", ("q", "ctrl+c"), "q", "quit", "leave", everywhere=True),
)


def bindings(place: Place) -> list[BindingType]:
    """The Textual bindings of a screen. `quit` has priority: whatever has the focus, it gets a person out."""
    return [
        Binding(
            ",".join(action.keys),
            f"app.{action.name}" if action.everywhere else action.name,
            action.help,
            show=False,
            priority=action.name == "quit",
        )
        for action in ACTIONS
        if place in action.places
    ]


def footer(place: Place, width: int) -> Line:
    """The keys that matter most on this screen, in one line."""
    parts: list[str | tuple[str, Role]] = [" "]
    for action in ACTIONS:
        if place in action.places and action.label:
            parts += [(action.shown.split()[0], Role.KEY), (f" {action.label}   ", Role.DIM)]
    return crop(line(*parts), width)


def help_lines(width: int) -> list[Line]:
    """All keys and what they do."""
    rows = [line((" KEYS", Role.STRONG))]
    rows += [line("   ", (fit(action.shown, 12), Role.KEY), action.help) for action in ACTIONS]
    return [crop(row, width) for row in rows]
