"""The arithmetic behind one SLO."""

from __future__ import annotations

from slotui.tui.actions import Place, bindings
from slotui.tui.scene import Scene
from slotui.tui.screens.text import TextScreen
from slotui.view.explain import explain
from slotui.view.ink import Line, Role, line


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
