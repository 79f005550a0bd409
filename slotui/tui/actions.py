"""Every key in one table: bindings, footer, help and palette are drawn from it, so that they agree."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType

from slotui.view.ink import Line, Role, crop, fit, fitting, line


class Place(StrEnum):
    """A screen that keys work on."""

    OVERVIEW = "overview"
    DETAIL = "detail"
    EXPLAIN = "explain"
    LEDGER = "ledger"
    ALERTS = "alerts"
    POLICY = "policy"
    CHAOS = "chaos"
    HELP = "help"
    DRILL = "drill"


_ALL = frozenset(Place)
_OVERVIEW = frozenset({Place.OVERVIEW})
_OF_ONE = frozenset({Place.OVERVIEW, Place.DETAIL})
"""Where an SLO is meant: the one under the cursor, or the one that is open."""
_LISTS = frozenset({Place.OVERVIEW, Place.LEDGER, Place.ALERTS})
"""Where a cursor goes from row to row."""
_READ = _ALL - {Place.CHAOS}
"""Where letters are keys; the chaos panel is a form to type into."""
_BOARDS = _READ - {Place.HELP}


@dataclass(frozen=True, slots=True)
class Action:
    """What a key does. `keys` are Textual's names, `shown` is what stands on the keyboard, `label` the footer's word.

    `everywhere`: the app does it, the same on every screen; else the screen does. `always`: a key that works
    whatever has the focus.
    """

    name: str
    keys: tuple[str, ...]
    shown: str
    label: str
    help: str
    places: frozenset[Place] = _READ
    everywhere: bool = False
    always: tuple[str, ...] = ()


ACTIONS = (
    Action("help", ("question_mark",), "?", "help", "this page; again to close it", everywhere=True),
    Action("filter", ("slash",), "/", "filter", "only some SLOs: state:page tier:freeze team=pay !x", _OVERVIEW),
    Action("open", ("enter", "l", "right"), "enter l →", "open", "what is under the cursor in full", _LISTS),
    Action("back", ("escape", "h", "left"), "esc h ←", "back", "to the screen before", _READ - _OVERVIEW),
    Action("down", ("j", "down"), "j ↓", "", "next SLO, or down a line"),
    Action("up", ("k", "up"), "k ↑", "", "previous SLO, or up a line"),
    Action("page_down", ("pagedown", "ctrl+d"), "pgdn ^d", "", "a screen down"),
    Action("page_up", ("pageup", "ctrl+u"), "pgup ^u", "", "a screen up"),
    Action("first", ("g", "home"), "g home", "", "to the first"),
    Action("last", ("G", "end"), "G end", "", "to the last"),
    Action("pause", ("p", "space"), "p space", "pause", "freeze the screen; the data goes on coming in", _BOARDS, True),
    Action("refresh", ("r",), "r", "refresh", "ask the source now", _BOARDS, True),
    Action("faster", ("plus", "equals_sign"), "+", "", "refresh more often; a replay plays faster", _BOARDS, True),
    Action("slower", ("minus",), "-", "", "refresh less often; a replay plays slower", _BOARDS, True),
    Action("sort", ("s",), "s", "sort", "order by severity, budget left, burn, time left, name", _OVERVIEW),
    Action("sort_back", ("S",), "S", "", "the order before", _OVERVIEW),
    Action("zoom", ("z",), "z", "zoom", "the chart over 30d, 7d, 24h, 1h, since the incident", _OF_ONE),
    Action("maximise", ("m",), "m", "", "the list and the detail side by side, or one of them alone", _OF_ONE),
    Action("explain", ("e",), "e", "explain", "the arithmetic behind the numbers, with counts and PromQL", _OF_ONE),
    Action("copy", ("y",), "y", "copy", "copy the PromQL behind the numbers", _OF_ONE | {Place.EXPLAIN}),
    Action("what_if", ("w",), "w", "what if", "what so many errors for so long would cost", _OF_ONE),
    Action("chaos", ("x",), "x", "chaos", "price, inject or halt a fault", _BOARDS, True),
    Action("ledger", ("L",), "L", "ledger", "where the budget went, entry by entry", _BOARDS, True),
    Action("alerts", ("a",), "a", "alerts", "every alert tier, the loudest first", _BOARDS, True),
    Action("policy", ("P",), "P", "policy", "what the tier allows, what ends it, who may override", _BOARDS, True),
    Action("palette", ("colon", "ctrl+p"), ": ^p", "palette", "find an SLO or an action by a few letters", _READ, True),
    Action("save", ("ctrl+s",), "^s", "save", "this screen as SVG and text, its board as JSON", _BOARDS, True),
    Action("step_back", ("left_square_bracket",), "[", "", "replay: a step back", _BOARDS, True),
    Action("step", ("right_square_bracket",), "]", "", "replay: a step on", _BOARDS, True),
    Action("leap_back", ("left_curly_bracket",), "{", "", "replay: ten steps back", _BOARDS, True),
    Action("leap", ("right_curly_bracket",), "}", "", "replay: ten steps on", _BOARDS, True),
    Action("suspend_process", ("ctrl+z",), "^z", "", "to the background; fg in the shell brings it back", _READ, True),
    Action("quit", ("q",), "q", "quit", "leave; ctrl+c from anywhere", _READ, True, always=("ctrl+c",)),
)

FOOTERS: Mapping[Place, tuple[str, ...]] = {
    Place.OVERVIEW: ("help", "filter", "open", "pause", "quit", "chaos", "ledger", "alerts", "sort", "explain"),
    Place.DETAIL: ("help", "back", "pause", "zoom", "quit", "explain", "chaos", "ledger", "what_if", "policy"),
    Place.EXPLAIN: ("help", "back", "copy", "pause", "quit", "save"),
    Place.LEDGER: ("help", "back", "open", "ledger", "pause", "quit", "alerts", "chaos", "save"),
    Place.ALERTS: ("help", "back", "open", "pause", "quit", "ledger", "chaos", "save"),
    Place.POLICY: ("help", "back", "pause", "quit", "ledger", "chaos", "save"),
    Place.CHAOS: (),
    Place.HELP: ("help", "back", "quit"),
    Place.DRILL: ("help", "back", "quit"),
}
"""What the footer of a place names, what matters most first: the last ones go where there is no room."""
_TURN = (("[ ]", "step"), ("+ -", "speed"))
"""Keys and word of what a replay has beside them."""

_BY_NAME = {action.name: action for action in ACTIONS}


def bindings(place: Place, names: Container[str] | None = None) -> list[BindingType]:
    """The Textual bindings of a screen, all of them or those of the actions named."""
    found: list[BindingType] = []
    for action in ACTIONS:
        if names is not None and action.name not in names:
            continue
        does = f"app.{action.name}" if action.everywhere else action.name
        if place in action.places:
            found.append(Binding(",".join(action.keys), does, action.help, show=False))
        if action.always:
            found.append(Binding(",".join(action.always), does, action.help, show=False, priority=True))
    return found


def footer(place: Place, width: int, *, replay: bool = False) -> Line:
    """The keys that matter most on this screen, in one line; in a `replay` also those that turn it."""
    found = [(action.shown.split()[0], action.label) for action in (_BY_NAME[name] for name in FOOTERS[place])]
    if replay and "pause" in FOOTERS[place]:
        after = FOOTERS[place].index("pause") + 1
        found[after:after] = _TURN
    parts = [line((shown, Role.KEY), (f" {label}  ", Role.DIM)) for shown, label in found]
    return fitting(line(" "), parts, width)


def help_lines(width: int) -> list[Line]:
    """All keys and what they do, by where they work."""
    rows: list[Line] = []
    for heading, actions in _by_place().items():
        rows += [(), line((f" {heading}", Role.STRONG))]
        rows += [line("   ", (fit(action.shown, 12), Role.KEY), action.help) for action in actions]
    return [crop(row, width) for row in rows[1:]]


def _by_place() -> dict[str, list[Action]]:
    found: dict[str, list[Action]] = {}
    for action in ACTIONS:
        found.setdefault(_heading(action), []).append(action)
    return found


def _heading(action: Action) -> str:
    # A page of keys has no use for all of them, and the overview has nowhere to go back to.
    if len(_READ - action.places) <= 1:
        return "EVERYWHERE"
    if action.places == _OVERVIEW:
        return "IN THE LIST OF SLOs"
    if action.places == _LISTS:
        return "WHEREVER THERE IS A CURSOR"
    return f"WITH ONE SLO: {', '.join(place.value for place in Place if place in action.places)}"
