"""The screens behind the overview: one SLO in full, its arithmetic, and the keys."""

from __future__ import annotations

from textual.app import ComposeResult

from slotui.core.board import SloState
from slotui.tui.actions import Place, bindings, help_lines
from slotui.tui.board_screen import BoardScreen
from slotui.tui.lines import Lines
from slotui.tui.scene import Scene
from slotui.view.detail import detail
from slotui.view.explain import explain
from slotui.view.ink import Line, Role, fit, line
from slotui.view.words import Glyphs, state_role, state_word


class DetailScreen(BoardScreen):
    """One SLO in full; up and down go to its neighbours in the list."""

    place = Place.DETAIL
    BINDINGS = bindings(Place.DETAIL)

    def __init__(self, slo: str) -> None:
        super().__init__()
        self.slo = slo
        self._page = Lines(id="page")

    def body(self) -> ComposeResult:
        yield self._page

    def draw(self, scene: Scene, width: int, height: int) -> None:
        slo = scene.board.find(self.slo) if scene.board is not None else None
        if slo is None or scene.board is None:
            self._page.show([line((f" {self.slo} is not among the SLOs any more", Role.NO_DATA))])
            return
        rows = detail(slo, scene.board, now=scene.at, columns=width, height=height, glyphs=scene.glyphs)
        self._page.show(rows)

    def action_down(self) -> None:
        self._go(1)

    def action_up(self) -> None:
        self._go(-1)

    def _go(self, step: int) -> None:
        self.slo = self.owner.neighbour(self.slo, step)
        self.redraw()

    def action_back(self) -> None:
        self.owner.back_from_detail(self.slo)

    def action_explain(self) -> None:
        self.owner.open_explain(self.slo)


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


class ExplainScreen(TextScreen):
    """The arithmetic behind the numbers of one SLO."""

    place = Place.EXPLAIN
    BINDINGS = bindings(Place.EXPLAIN)

    def __init__(self, slo: str) -> None:
        super().__init__()
        self.slo = slo

    def text(self, scene: Scene, width: int) -> list[Line]:
        slo = scene.board.find(self.slo) if scene.board is not None else None
        if slo is None:
            return [line((f" {self.slo} is not among the SLOs any more", Role.NO_DATA))]
        rows = explain(slo, now=scene.at, columns=min(100, width - 2)).split("\n")
        # What starts at the margin is a title.
        return [line((f" {row}", Role.PLAIN if row.startswith(" ") else Role.STRONG)) for row in rows]


class HelpScreen(TextScreen):
    """The keys, and what the words of the screen mean."""

    place = Place.HELP
    BINDINGS = bindings(Place.HELP)

    def text(self, scene: Scene, width: int) -> list[Line]:
        return [*help_lines(width), (), *_legend(scene.glyphs)]


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
