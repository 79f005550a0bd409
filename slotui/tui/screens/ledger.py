"""The bank account of the budget: what was spent, by whom, why, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Size

from slotui.core.board import Board
from slotui.core.entry import Entry
from slotui.tui.actions import Place, bindings
from slotui.tui.scene import Scene
from slotui.tui.screens.listing import Listing, ListScreen
from slotui.tui.screens.text import TextScreen
from slotui.view.ink import Line, Role, clip, line
from slotui.view.ledger_page import entries_for, entry_page, nothing, row, spending, titles, told

_TALL = 10


class LedgerScreen(ListScreen):
    """The entries of one SLO, or of all: `turn` goes from one to the other. Enter shows an entry in full."""

    place = Place.LEDGER
    BINDINGS = bindings(Place.LEDGER)
    foot_at_most = 18

    def __init__(self, slo: str | None = None) -> None:
        super().__init__()
        self._slo = slo
        self._only = slo
        self._entries: list[Entry] = []

    @property
    def subject(self) -> str | None:
        return self._slo

    def turn(self) -> None:
        """From one SLO to all, and back."""
        self._only = self._slo if self._only is None else None
        self.redraw()

    def listing(self, scene: Scene, board: Board, size: Size) -> Listing:
        width, height = size
        only = self._only
        found = self._entries = entries_for(board, only)
        slo = board.find(only) if only is not None else None
        about = only or "all SLOs"
        if slo is not None:
            about += f", {slo.slo.window_label}"
        if self._slo is not None:
            about += f"  (L: {'all SLOs' if only is not None else self._slo})"

        def drawn(index: int, at: float) -> Line:
            return row(found[index], board, at, width, only=only, glyphs=scene.glyphs)

        head = spending(board, only, width, max(3, height // 3), scene.glyphs)
        keys = [entry.id for entry in found]
        if keys:
            head.append(titles(width + 1))
        return Listing("LEDGER", about, head, keys, drawn, nothing(only, width))

    def more(self, scene: Scene, size: Size) -> Sequence[Line]:
        board, (width, height) = scene.board, size
        at = self.rows.at
        if at is None or board is None:
            return ()
        if height >= _TALL:
            return clip(entry_page(self._entries[at], board, scene.at, width, scene.glyphs), height, width)
        return told(self._entries[at], board, width, height, only=self._only)

    def action_open(self) -> None:
        at = self.rows.at
        if at is not None:
            self.app.push_screen(EntryScreen(self._entries[at].id))


class EntryScreen(TextScreen):
    """One entry in full."""

    place = Place.LEDGER
    BINDINGS = bindings(Place.LEDGER)
    heading = "ENTRY"

    def __init__(self, entry: str) -> None:
        super().__init__()
        self._entry = entry

    def text(self, scene: Scene, width: int) -> list[Line]:
        board = scene.board
        entry = next((one for one in board.entries if one.id == self._entry), None) if board is not None else None
        if board is None or entry is None:
            return [line((f" entry {self._entry} is not in the ledger any more", Role.NO_DATA))]
        return entry_page(entry, board, scene.at, width, scene.glyphs)

    def action_open(self) -> None:
        """It is open already."""
