"""The keys, and what the words and marks of the screen mean."""

from __future__ import annotations

from slotui.core.states import SloState
from slotui.tui.actions import Place, bindings, help_lines
from slotui.tui.scene import Scene
from slotui.tui.screens.text import TextScreen
from slotui.view.ink import Line, Role, crop, fit, line
from slotui.view.words import Glyphs, state_role, state_word


class HelpScreen(TextScreen):
    """The keys, and what the words and marks of the screen mean."""

    place = Place.HELP
    BINDINGS = bindings(Place.HELP)
    heading = "HELP"

    def about(self) -> str:
        return "keys, states, marks"

    def text(self, scene: Scene, width: int) -> list[Line]:
        rows = [*help_lines(width), (), *_legend(scene.glyphs), (), *_marks(scene.glyphs)]
        return [crop(row, width) for row in rows]


_MEANINGS = {
    SloState.PAGE: "a page tier fires: both of its windows burn above its factor",
    SloState.SPENT: "nothing of the budget is left",
    SloState.TICKET: "a ticket tier fires",
    SloState.NO_DATA: "nothing was measured in the last five minutes",
    SloState.QUIET: "measured, but no traffic for an hour",
    SloState.OK: "none of these",
}


def _legend(glyphs: Glyphs) -> list[Line]:
    states = [
        line("   ", (f"{glyphs.states[state]} {fit(state_word(state), 10)}", state_role(state)), meaning)
        for state, meaning in _MEANINGS.items()
    ]
    return [
        line((" STATES, WORST FIRST", Role.STRONG), ("   (`was PAGE`: the data is too old to speak of now)", Role.DIM)),
        *states,
    ]


def _marks(glyphs: Glyphs) -> list[Line]:
    trends = " ".join(glyphs.trends[trend] for trend in ("up", "down", "flat"))
    marks = [
        (trends, Role.DIM, "the burn of the last hour rises, falls, stays"),
        (glyphs.partial, Role.NO_DATA, "less than the whole window was measured"),
        (glyphs.fault, Role.CHAOS, "a fault is on"),
        (glyphs.planned, Role.CHAOS, "spent on purpose: an experiment, a drill, maintenance"),
        (glyphs.incident, Role.PAGE, "spent by an incident that somebody claimed"),
        (glyphs.unexplained, Role.LOW, "spent, and nobody knows by what"),
        (glyphs.deploy, Role.STRONG, "under a chart: a deploy"),
        (glyphs.note, Role.LOW, "under a chart: a note, or in a drill that is replayed what its player did"),
    ]
    return [
        line((" MARKS", Role.STRONG)),
        *(line("   ", (fit(mark, 12), role), meaning) for mark, role, meaning in marks),
    ]
