"""The arithmetic behind one SLO, and the questions that give its numbers again."""

from __future__ import annotations

from slotui.tui.actions import Place, bindings
from slotui.tui.scene import Scene
from slotui.tui.screens.text import TextScreen
from slotui.view.explain import asked, explain
from slotui.view.ink import Line, Role, line

_WIDEST = 100


class ExplainScreen(TextScreen):
    """The arithmetic behind the numbers of one SLO."""

    place = Place.EXPLAIN
    BINDINGS = bindings(Place.EXPLAIN)
    heading = "EXPLAIN"

    def __init__(self, slo: str) -> None:
        super().__init__()
        self.slo = slo

    @property
    def subject(self) -> str | None:
        return self.slo

    def about(self) -> str:
        return self.slo

    def text(self, scene: Scene, width: int) -> list[Line]:
        slo = scene.board.find(self.slo) if scene.board is not None else None
        if slo is None:
            return [line((f" {self.slo} is not among the SLOs any more", Role.NO_DATA))]
        columns = min(_WIDEST, width - 2)
        rows = [*explain(slo, now=scene.at, columns=columns).split("\n"), "", *asked(slo, columns)]
        # What starts at the margin is a title.
        return [line((f" {row}", Role.PLAIN if row.startswith(" ") else Role.STRONG)) for row in rows]

    def action_copy(self) -> None:
        self.owner.copy_query(self.slo)
