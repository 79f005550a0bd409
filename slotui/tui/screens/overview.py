"""The ten-second screen: trust, verdict, policy, table; then chaos, alerts and ledger."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from slotui.core.board import Board, SloBoard
from slotui.tui.actions import Place, bindings
from slotui.tui.scene import Scene
from slotui.tui.screens.base import WIDE, BoardScreen
from slotui.tui.widgets.lines import Lines
from slotui.tui.widgets.slo_table import SloTable
from slotui.view.detail import detail
from slotui.view.ink import Line, Role, dimmed, line, rule, wrapped
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
    BINDINGS = bindings(Place.OVERVIEW)

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self.table = SloTable(glyphs=glyphs, id="table")
        self._verdict = Lines(id="verdict")
        self._rule = Lines(id="rule")
        self._header = Lines(id="header")
        self._note = Lines(id="note")
        self._sections = Lines(id="sections")
        self._list = Vertical(self._header, self.table, self._note, self._sections, id="list")
        self._beside = Lines(id="beside")

    def body(self) -> ComposeResult:
        yield self._verdict
        yield self._rule
        yield Horizontal(self._list, self._beside, id="panes")

    def selected(self, board: Board | None) -> SloBoard | None:
        """The SLO under the cursor."""
        name = self.table.selected
        return board.find(name) if board is not None and name is not None else None

    def draw(self, scene: Scene, width: int, height: int) -> None:
        verdict = 2 if width >= WIDE else 3
        left = max(_LEAST_LIST, width // 2) if width >= WIDE else width
        self._verdict.styles.height = verdict
        self._list.styles.width = left
        if scene.board is None:
            self._draw_waiting(scene, width)
            return
        room = height - verdict - 1
        rows = max(1, min(len(scene.board.slos), room - 2 - _SECTIONS if room >= 2 + _SECTIONS + 3 else room - 2))
        self.table.styles.height = rows
        self._verdict.show(verdict_lines(scene.board, width, verdict, scene.glyphs))
        self._header.show([header(left)])
        self.table.show_board(scene.board, self.owner.monotonic())
        self._draw_selected(scene, width, left, room, rows)

    def _draw_waiting(self, scene: Scene, width: int) -> None:
        self._verdict.show([line((" ? cannot tell: no answer yet", Role.NO_DATA))])
        self._rule.show([rule(width, dash=scene.glyphs.dash)])

    def _draw_selected(self, scene: Scene, width: int, left: int, room: int, rows: int) -> None:
        board = scene.board
        if board is None:
            return
        self._rule.show([rule(width, *self._position(len(board.slos), rows), dash=scene.glyphs.dash)])
        slo = self.selected(board)
        under = room - rows - 2
        if slo is None:
            self._sections.show(_no_slo(left))
            return
        error = board.source.error if board.source.state == "stale" else None
        # Where the source is down, the section below says more than a note could.
        down = board.source.state == "down"
        self._note.show([] if down else [note(slo, left, error=error, glyphs=scene.glyphs)])
        sections = _sections(scene, board, slo, left, under, ledger=width < WIDE)
        stale = board.source.state == "stale"
        self._sections.show([dimmed(row) for row in sections] if stale else sections)
        if width >= WIDE:
            beside = detail(slo, board, now=scene.at, columns=width - left - 1, height=room, glyphs=scene.glyphs)
            self._beside.show(beside)

    def _position(self, count: int, rows: int) -> tuple[str, ...]:
        if count <= rows:
            return ()
        first, last = self.table.in_sight
        return (f"{first}-{last} of {count} SLOs",)

    def on_slo_table_moved(self) -> None:
        self.redraw()

    def action_down(self) -> None:
        self.table.move(1, self.owner.monotonic())

    def action_up(self) -> None:
        self.table.move(-1, self.owner.monotonic())

    def action_open(self) -> None:
        if self.table.selected is not None:
            self.owner.open_detail(self.table.selected)

    def action_explain(self) -> None:
        if self.table.selected is not None:
            self.owner.open_explain(self.table.selected)


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


def _no_slo(width: int) -> list[Line]:
    return wrapped(
        "No SLO to watch. Name files or folders: slotui watch --slos PATH", width - 1, first=" ", role=Role.STRONG
    )
