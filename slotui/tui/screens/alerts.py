"""Every alert tier of every SLO."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Size

from slotui.core.board import Board, SloBoard
from slotui.tui.actions import Place, bindings
from slotui.tui.scene import Scene
from slotui.tui.screens.listing import Listing, ListScreen
from slotui.view.alerts_page import Ranked, ranked, row, summary, titles, told
from slotui.view.ink import Line


class AlertsScreen(ListScreen):
    """Every alert tier, the loudest first; enter opens its SLO."""

    place = Place.ALERTS
    BINDINGS = bindings(Place.ALERTS)

    def __init__(self) -> None:
        super().__init__()
        self._of: tuple[SloBoard, ...] | None = None
        self._ranked: list[Ranked] = []
        self._keys: list[tuple[str, str, int]] = []

    @property
    def subject(self) -> str | None:
        at = self.rows.at
        return None if at is None else self._ranked[at].slo.name

    def listing(self, scene: Scene, board: Board, size: Size) -> Listing:
        if self._of is not board.slos:
            # Thousands of tiers are put in order once a board, not once a second.
            self._of, self._ranked = board.slos, ranked(board.slos)
            self._keys = [each.key for each in self._ranked]
        width = size.width
        was = board.source.state != "live"
        found = self._ranked

        def drawn(index: int, at: float) -> Line:
            return row(found[index].slo, found[index].status, at, width, was=was, glyphs=scene.glyphs)

        head = [summary(found, width, was=was), titles(width + 1)]
        return Listing("ALERTS", "each window against its tier's threshold", head, self._keys, drawn, head[:1])

    def more(self, scene: Scene, size: Size) -> Sequence[Line]:
        at = self.rows.at
        if at is None:
            return ()
        return told(*self._ranked[at], scene.at, size.width, size.height)

    def action_open(self) -> None:
        if self.subject is not None:
            self.owner.open_detail(self.subject)
