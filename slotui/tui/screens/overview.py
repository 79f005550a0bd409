"""The ten-second screen: trust, verdict, policy, table; then chaos, alerts and ledger."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from slotui.core.board import Board, SloBoard
from slotui.tui.actions import Place, bindings
from slotui.tui.choice import Choice
from slotui.tui.scene import Scene
from slotui.tui.screens.base import WIDE, BoardScreen
from slotui.tui.screens.waiting import nothing_yet
from slotui.tui.widgets.filter_line import FilterLine
from slotui.tui.widgets.header_line import HeaderLine
from slotui.tui.widgets.lines import Lines
from slotui.tui.widgets.slo_table import SloTable
from slotui.view.detail import detail
from slotui.view.ink import Line, Role, dimmed, line, rule, wrapped
from slotui.view.order import Order
from slotui.view.sections import SPENT_TITLE, alerts, faults, ledger_tail, ledger_title, spent_line, spent_row
from slotui.view.table import header, note
from slotui.view.trust import verdict_lines, what_failed
from slotui.view.words import Glyphs, clock_time

_SECTIONS = 6
"""The least that chaos, alerts and ledger take: a title and a line each."""

_LEAST_LIST = 60


class OverviewScreen(BoardScreen):
    """All SLOs; from 120 columns with the detail of the one under the cursor beside them."""

    place = Place.OVERVIEW
    AUTO_FOCUS = ""  # nothing has the keys until a filter is typed
    # Only a filter has anything to go back from here.
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.OVERVIEW),
        Binding("escape", "show_all", "show all SLOs", show=False),
    ]

    def __init__(self, glyphs: Glyphs, choice: Choice) -> None:
        super().__init__()
        self.table = SloTable(glyphs=glyphs, id="table")
        self.choice = choice
        self._filter_line = FilterLine()
        self._alone = False
        self._verdict = Lines(id="verdict")
        self._rule = Lines(id="rule")
        self._header = HeaderLine()
        self._note = Lines(id="note")
        self._sections = Lines(id="sections")
        self._list = Vertical(self._header, self.table, self._note, self._sections, id="list")
        self._beside = Lines(id="beside")

    def body(self) -> ComposeResult:
        yield self._verdict
        yield self._rule
        yield Horizontal(self._list, self._beside, id="panes")
        yield self._filter_line

    @property
    def subject(self) -> str | None:
        return self.table.selected

    def selected(self, board: Board | None) -> SloBoard | None:
        """The SLO under the cursor."""
        name = self.table.selected
        return board.find(name) if board is not None and name is not None else None

    def draw(self, scene: Scene, width: int, height: int) -> None:
        verdict = 2 if width >= WIDE else 3
        beside = self._is_beside(width)
        left = max(_LEAST_LIST, width // 2) if beside else width
        self._verdict.styles.height = verdict
        self._list.styles.width = left
        self._beside.display = beside
        if scene.board is None:
            self._draw_waiting(scene, width)
            return
        room = height - verdict - 1
        slos = self.choice.choose(scene.board)
        rows = max(1, min(len(slos), room - 2 - _SECTIONS if room >= 2 + _SECTIONS + 3 else room - 2))
        self.table.styles.height = rows
        self._verdict.show(verdict_lines(scene.board, width, verdict, scene.glyphs))
        self._header.show([header(left, self.choice.order, scene.glyphs)])
        self.table.show_board(scene.board, self.owner.monotonic(), slos)
        self._filter_line.say(self.choice.while_typing())
        self._draw_selected(scene, width, left, room, rows)

    def _is_beside(self, width: int) -> bool:
        return width >= WIDE and not self._alone

    def _draw_waiting(self, scene: Scene, width: int) -> None:
        self._verdict.show([nothing_yet()])
        self._rule.show([rule(width, dash=scene.glyphs.dash)])

    def _draw_selected(self, scene: Scene, width: int, left: int, room: int, rows: int) -> None:
        board = scene.board
        if board is None:
            return
        self._rule.show([rule(width, *self._position(rows), dash=scene.glyphs.dash)])
        slo = self.selected(board)
        under = room - rows - 2
        if slo is None:
            self._note.show([])
            self._beside.show([])
            self._sections.show(_no_match(self.choice.text, left) if board.slos else _no_slo(left))
            return
        error = board.source.error if board.source.state == "stale" else None
        # Where the source is down, the section below says more than a note could.
        down = board.source.state == "down"
        self._note.show([] if down else [note(slo, left, error=error, glyphs=scene.glyphs)])
        sections = _sections(scene, board, slo, left, under, ledger=not self._is_beside(width))
        stale = board.source.state == "stale"
        self._sections.show([dimmed(row) for row in sections] if stale else sections)
        if self._is_beside(width):
            columns = width - left - 1
            self._beside.show(
                detail(slo, board, now=scene.at, columns=columns, height=room, zoom=scene.zoom, glyphs=scene.glyphs)
            )

    def _position(self, rows: int) -> tuple[str | tuple[str, Role], ...]:
        """What the rule above the list says: which part of it can be seen, and what a filter leaves of it."""
        chosen = self.choice.in_words
        if self.table.count <= rows:
            return chosen
        first, last = self.table.in_sight
        where = f"{first}-{last} of {self.table.count}"
        return (*chosen, f"  {where}") if chosen else (f"{where} SLOs",)

    def on_slo_table_moved(self) -> None:
        # By the mouse too: a second click must find the row where the first one did.
        self.table.hold(self.owner.monotonic())
        self.redraw()

    def on_slo_table_opened(self) -> None:
        self.action_open()

    # -- what is shown, and in which order ------------------------------------------------------------

    def action_filter(self) -> None:
        self.add_class("filtering")
        self._filter_line.open(self.choice.text)

    def on_filter_line_typed(self, message: FilterLine.Typed) -> None:
        self._choose(text=message.text)

    def on_filter_line_closed(self, message: FilterLine.Closed) -> None:
        self.remove_class("filtering")
        self._filter_line.close()
        if not message.kept:
            self._choose(text="")

    def action_show_all(self) -> None:
        """Take the filter off."""
        self._choose(text="")

    def action_sort(self) -> None:
        self._choose(order=self.choice.order.turned(1))

    def action_sort_back(self) -> None:
        self._choose(order=self.choice.order.turned(-1))

    def on_header_line_chosen(self, message: HeaderLine.Chosen) -> None:
        self._choose(order=message.order)

    def _choose(self, *, text: str | None = None, order: Order | None = None) -> None:
        if text is not None:
            self.choice.text = text
        if order is not None:
            self.choice.order = order
        self.table.settle()
        self.redraw()

    # -- where the cursor goes ------------------------------------------------------------------------

    def action_down(self) -> None:
        self._move(1)

    def action_up(self) -> None:
        self._move(-1)

    def action_page_down(self) -> None:
        self._move(self.table.page)

    def action_page_up(self) -> None:
        self._move(-self.table.page)

    def action_first(self) -> None:
        self._move(-self.table.count)

    def action_last(self) -> None:
        self._move(self.table.count)

    def _move(self, rows: int) -> None:
        self.table.move(rows, self.owner.monotonic())

    def action_maximise(self) -> None:
        """Both, the list alone, the detail alone; where there is no room for both, one of them in turn."""
        if self._is_beside(self.size.width):
            self._alone = True
            self.redraw()
        else:
            self._alone = False
            self.action_open()

    def action_open(self) -> None:
        if self.table.selected is not None:
            self.owner.open_detail(self.table.selected)

    def action_zoom(self) -> None:
        if self.has_class("wide"):
            self.owner.zoom_chart(self.table.selected)
        else:
            self.say("the chart is in the detail: enter opens it")

    def action_explain(self) -> None:
        if self.table.selected is not None:
            self.owner.open_explain(self.table.selected)

    def action_what_if(self) -> None:
        if self.table.selected is not None:
            self.owner.open_what_if(self.table.selected)

    def action_copy(self) -> None:
        self.owner.copy_query(self.table.selected)


def _sections(scene: Scene, board: Board, slo: SloBoard, width: int, height: int, *, ledger: bool) -> list[Line]:
    """Chaos, alerts and ledger in `height` lines: what is over goes to the alerts, then to the ledger's tail.

    Without `ledger`, where the detail beside the list has this one, every SLO's spend stands in its place.
    """
    if board.source.state == "down":
        return what_failed(board.source, width)[:height]
    if height < _SECTIONS:
        return []
    on = faults(board, scene.at, width, scene.glyphs)
    spare = height - _SECTIONS
    on = on[: 1 + min(len(on) - 1, spare, 3)]
    spare -= len(on) - 1
    fires, hidden = alerts(board, scene.at, width, 1 + spare, scene.glyphs)
    more = len(fires) - 1
    title = f" {hidden} more not shown" if hidden else ""
    dash = scene.glyphs.dash
    if board.source.state == "stale":
        title = f" as of {clock_time(scene.at)}{title}"
    rows = [
        rule(width, ("CHAOS", Role.STRONG), dash=dash),
        *on,
        rule(width, ("ALERTS", Role.STRONG), title, dash=dash),
        *fires,
    ]
    if ledger:
        rows += [rule(width, *ledger_title(slo), dash=dash), spent_line(slo, width, scene.glyphs)]
        return rows + ledger_tail(slo, board, width, spare - more, scene.glyphs)
    rows.append(rule(width, *SPENT_TITLE, dash=dash))
    return rows + [spent_row(slo, width) for slo in board.slos[: height - len(rows)]]


def _no_match(text: str, width: int) -> list[Line]:
    rows = wrapped(f"No SLO matches {text}", width - 1, first=" ", rest=" ", role=Role.STRONG)
    return [*rows, line((" esc", Role.KEY), " shows all, ", ("/", Role.KEY), " changes the filter")]


def _no_slo(width: int) -> list[Line]:
    return wrapped(
        "No SLO to watch. Name files or folders: slotui watch --slos PATH", width - 1, first=" ", role=Role.STRONG
    )
