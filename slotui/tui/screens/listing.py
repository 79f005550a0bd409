"""A screen of rows to go through: a head that stands still, the rows, and more of the one under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.geometry import Size

from slotui.core.board import Board
from slotui.tui.scene import Scene
from slotui.tui.screens.base import BoardScreen
from slotui.tui.widgets.lines import Lines
from slotui.tui.widgets.pick_list import PickList
from slotui.view.ink import Line, Role, dimmed, line, rule
from slotui.view.paging import headline
from slotui.view.trust import what_failed

_LEAST_FOOT = 5
"""A rule, and four lines of what is under the cursor."""
_TALL = 30


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list screen shows: a title, what stands under it, and rows; `empty` stands where there is none.

    `row` draws one row by its index at a time in UTC seconds: what it says may change with time alone.
    """

    title: str
    about: str
    head: Sequence[Line]
    keys: Sequence[Hashable]
    row: Callable[[int, float], Line]
    empty: Sequence[Line]


class ListScreen(BoardScreen):
    """Rows with a cursor. `listing` says what they are, `more` what stands below of the one under the cursor."""

    DEFAULT_CSS: ClassVar[str] = """
    ListScreen .rows { height: 1fr; }
    ListScreen .empty { height: 1fr; display: none; }
    ListScreen.none .rows { display: none; }
    ListScreen.none .empty { display: block; }
    ListScreen.small .head, ListScreen.small .rows, ListScreen.small .empty, ListScreen.small .foot { display: none; }
    """

    foot_at_most: ClassVar[int] = _LEAST_FOOT
    """Lines that the foot takes in a tall window."""

    def __init__(self) -> None:
        super().__init__()
        self._head = Lines(classes="head")
        self.rows = PickList(classes="rows")
        self._empty = Lines(classes="empty")
        self._foot = Lines(classes="foot")
        self._shown: Listing | None = None

    def body(self) -> ComposeResult:
        yield self._head
        yield self.rows
        yield self._empty
        yield self._foot

    def listing(self, scene: Scene, board: Board, size: Size) -> Listing:
        """What to show in a room of this size; so wide is a row."""
        raise NotImplementedError

    def more(self, scene: Scene, size: Size) -> Sequence[Line]:
        """What stands below the rows, of the one under the cursor."""
        raise NotImplementedError

    def draw(self, scene: Scene, width: int, height: int) -> None:
        board = scene.board
        if board is None or board.source.state == "down":
            waiting = [line((" no answer yet", Role.NO_DATA))]
            self._show_empty(waiting if board is None else what_failed(board.source, width))
            return
        shown = self._shown = self.listing(scene, board, Size(width - 1, height))
        self.set_class(not shown.keys, "none")
        self._head.styles.height = 1 + len(shown.head)
        self._foot.styles.height = self._below(height) if shown.keys else 0
        self._empty.show(shown.empty)
        self.rows.show_rows(shown.keys, self._row(scene), scene.glyphs.cursor)
        self._draw_around(scene, board, width, height)

    def _row(self, scene: Scene) -> Callable[[int], Line]:
        shown, stale = self._shown, scene.board is not None and scene.board.source.state == "stale"
        if shown is None:
            return lambda _: ()
        return lambda index: dimmed(shown.row(index, scene.at)) if stale else shown.row(index, scene.at)

    def _draw_around(self, scene: Scene, board: Board, width: int, height: int) -> None:
        """What depends on where the cursor is: the title, and what stands below."""
        shown = self._shown
        if shown is None:
            return
        at, count = self.rows.at, self.rows.count
        where = "" if at is None or count < 2 else f"{at + 1:,} of {count:,}"
        dash = scene.glyphs.dash
        head = [headline(width, shown.title, shown.about, where, dash=dash), *shown.head]
        foot = [rule(width, dash=dash)]
        if at is not None:
            foot += self.more(scene, Size(width, self._below(height) - 1))
        stale = board.source.state == "stale"
        self._head.show([dimmed(row) for row in head] if stale else head)
        self._foot.show([dimmed(row) for row in foot] if stale else foot)

    def _show_empty(self, sentences: Sequence[Line]) -> None:
        self._shown = None
        self.add_class("none")
        self._head.styles.height = self._foot.styles.height = 0
        self._empty.show(sentences)

    def settle(self, scene: Scene) -> None:
        # Ages grow by the second; only lines that changed are painted.
        if self._shown is not None and scene.board is not None and not self.has_class("small"):
            self.rows.show_rows(self._shown.keys, self._row(scene), scene.glyphs.cursor)
            self._draw_around(scene, scene.board, self.size.width, self.size.height - 2)

    def on_pick_list_moved(self) -> None:
        with self.app.batch_update():
            self.settle(self.owner.scene())

    def on_pick_list_picked(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Show what is under the cursor in full."""
        raise NotImplementedError

    def action_down(self) -> None:
        self.rows.move(1)

    def action_up(self) -> None:
        self.rows.move(-1)

    def action_page_down(self) -> None:
        self.rows.page(1)

    def action_page_up(self) -> None:
        self.rows.page(-1)

    def action_first(self) -> None:
        self.rows.end(last=False)

    def action_last(self) -> None:
        self.rows.end(last=True)

    def action_back(self) -> None:
        self.app.pop_screen()

    def _below(self, height: int) -> int:
        return _LEAST_FOOT if height < _TALL else min(self.foot_at_most, height // 2)
