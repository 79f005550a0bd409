"""One SLO in full."""

from __future__ import annotations

from textual.app import ComposeResult

from slotui.tui.actions import Place, bindings
from slotui.tui.scene import Scene
from slotui.tui.screens.base import BoardScreen
from slotui.tui.widgets.lines import Lines
from slotui.view.detail import detail
from slotui.view.ink import Role, line


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
