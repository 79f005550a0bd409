"""One SLO in full."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult

from slotui.tui.actions import Place, bindings
from slotui.tui.scene import Scene
from slotui.tui.screens.base import BoardScreen
from slotui.tui.widgets.lines import Lines
from slotui.view.detail import page
from slotui.view.ink import Role, line, spread
from slotui.view.paging import span

_WHEEL = 3


class DetailScreen(BoardScreen):
    """One SLO in full; up and down go to its neighbours in the list, a page down to the rest of its ledger."""

    place = Place.DETAIL
    BINDINGS = bindings(Place.DETAIL)

    def __init__(self, slo: str) -> None:
        super().__init__()
        self.slo = slo
        self._page = Lines(id="page")
        self._top = 0
        self._count = 0

    def body(self) -> ComposeResult:
        yield self._page

    @property
    def subject(self) -> str | None:
        return self.slo

    def draw(self, scene: Scene, width: int, height: int) -> None:
        slo = scene.board.find(self.slo) if scene.board is not None else None
        if slo is None or scene.board is None:
            self._page.show([line((f" {self.slo} is not among the SLOs any more", Role.NO_DATA))])
            return
        # The first line stands still: it says of whom the rest speaks.
        first, *rows = page(
            slo, scene.board, now=scene.at, columns=width, height=height, zoom=scene.zoom, glyphs=scene.glyphs
        )
        self._count, room = len(rows), height - 1
        self._top = max(0, min(self._top, len(rows) - room))
        where = span(self._top, room, len(rows), "lines")
        if where:
            first = spread(first, line((f" {where} ", Role.DIM)), width)
        self._page.show([first, *rows[self._top : self._top + room]])

    def action_down(self) -> None:
        self._go(1)

    def action_up(self) -> None:
        self._go(-1)

    def _go(self, step: int) -> None:
        self.slo, self._top = self.owner.neighbour(self.slo, step), 0
        self.redraw()

    def action_page_down(self) -> None:
        self._read_from(self._top + self._screenful())

    def action_page_up(self) -> None:
        self._read_from(self._top - self._screenful())

    def action_first(self) -> None:
        self._read_from(0)

    def action_last(self) -> None:
        self._read_from(self._count)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._read_from(self._top + _WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._read_from(self._top - _WHEEL)

    def _read_from(self, top: int) -> None:
        # `draw` holds it within the page.
        self._top = max(0, top)
        self.redraw()

    def _screenful(self) -> int:
        return max(1, self._page.size.height - 2)

    def action_zoom(self) -> None:
        self.owner.zoom_chart(self.slo)

    def action_maximise(self) -> None:
        # The detail alone is what is open; beside the list it is on the screen before.
        self.action_back()

    def action_back(self) -> None:
        self.owner.back_from_detail(self.slo)

    def action_explain(self) -> None:
        self.owner.open_explain(self.slo)

    def action_what_if(self) -> None:
        self.owner.open_what_if(self.slo)

    def action_copy(self) -> None:
        self.owner.copy_query(self.slo)
