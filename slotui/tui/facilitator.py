"""The facilitator's screen: a drill as it runs in another terminal, and a line to type orders into."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from slotui.errors import SlotuiError
from slotui.tui.look import PLAIN, Look
from slotui.tui.themes import Themed
from slotui.tui.widgets.lines import Lines
from slotui.tui.widgets.plain_input import plain_input
from slotui.view.facilitator import asked, head, hints, timeline
from slotui.view.ink import Line, Role, line, rule

if TYPE_CHECKING:
    from slotui.core.drill import FacilitatorView
    from slotui.tui.facilitator_desk import FacilitatorDesk

_LOOKS_EVERY = 0.5
_LEAVE = frozenset({"q", "quit", "exit"})
_HINTS_AT_MOST = 8


class FacilitatorApp(Themed):
    """Shows a drill and takes orders. Leaving it leaves the drill running."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "quit", "quit", show=False, priority=True),
        Binding("pageup", "scroll(-1)", "up", show=False, priority=True),
        Binding("pagedown", "scroll(1)", "down", show=False, priority=True),
    ]
    CSS = """
    #head, #hints, #title, #asked, #said { height: auto; }
    #timeline { height: 1fr; }
    Input { height: 1; }
    """

    def __init__(self, desk: FacilitatorDesk, look: Look = PLAIN) -> None:
        super().__init__(look.theme)
        self._desk = desk
        self._dash = look.glyphs.dash
        self._head, self._hints = Lines(id="head"), Lines(id="hints")
        self._title, self._timeline = Lines(id="title"), Lines(id="timeline")
        self._asked, self._said = Lines(id="asked"), Lines(id="said")
        self._typed = plain_input()
        self._back = 0
        """Lines above the newest at which the timeline is looked at."""

    def compose(self) -> ComposeResult:
        yield from (self._head, self._hints, self._title, self._timeline, self._asked, self._typed, self._said)

    def on_mount(self) -> None:
        self._typed.focus()
        self._draw()
        self.set_interval(_LOOKS_EVERY, self._draw)

    def on_resize(self, _event: events.Resize) -> None:
        self.call_after_refresh(self._draw)

    def action_scroll(self, screens: int) -> None:
        """Back in the timeline, or on."""
        self._back = max(0, self._back - screens * max(1, self._timeline.size.height - 1))
        self._draw()

    @on(Input.Submitted)
    def _order(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if text.casefold() in _LEAVE:
            self.exit()
            return
        if not text:
            return
        try:
            self._tell(line((f" {self._desk.order(text)}", Role.STRONG)))
        except SlotuiError as error:
            self._tell(line((f" {error.what}", Role.PAGE), (f"  {error.fix}", Role.DIM)))
        else:
            self._typed.value = ""
        self._draw()

    def _tell(self, said: Line) -> None:
        self._put(self._said, [said])

    def _draw(self) -> None:
        try:
            view = self._desk.view()
        except SlotuiError as error:
            self._tell(line((f" {error.what}", Role.PAGE)))
            return
        self._show(view, self.size.width)

    def _show(self, view: FacilitatorView, columns: int) -> None:
        if not columns:
            return
        self._put(self._head, head(view, columns, dash=self._dash))
        self._put(self._hints, hints(view, columns)[:_HINTS_AT_MOST])
        self._put(self._title, [rule(columns, "TIMELINE", dash=self._dash)])
        self._put(self._asked, [asked(view)])
        rows, room = timeline(view, columns), max(1, self._timeline.size.height)
        self._back = min(self._back, max(0, len(rows) - room))
        end = len(rows) - self._back
        self._timeline.show(rows[max(0, end - room) : end])

    def _put(self, where: Lines, rows: list[Line]) -> None:
        where.styles.height = len(rows)
        where.show(rows)
