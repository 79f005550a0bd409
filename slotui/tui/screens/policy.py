"""What policy makes of one SLO."""

from __future__ import annotations

from slotui.tui.actions import Place, bindings
from slotui.tui.scene import Scene
from slotui.tui.screens.text import TextScreen
from slotui.view.ink import Line, Role, line
from slotui.view.policy_page import policy_page


class PolicyScreen(TextScreen):
    """The tier of one SLO, what it allows, what ends it, who may override it, and all tiers as a ladder."""

    place = Place.POLICY
    BINDINGS = bindings(Place.POLICY)
    heading = "POLICY"

    def __init__(self, slo: str | None) -> None:
        super().__init__()
        self.slo = slo

    @property
    def subject(self) -> str | None:
        return self.slo

    def text(self, scene: Scene, width: int) -> list[Line]:
        board = scene.board
        slo = board.find(self.slo) if board is not None and self.slo is not None else None
        if board is None or slo is None:
            gone = f"{self.slo} is not among the SLOs any more" if self.slo and board else "no SLO to speak of yet"
            return [line((f" {gone}", Role.NO_DATA))]
        return policy_page(slo, board, width, scene.glyphs)
