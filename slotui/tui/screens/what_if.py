"""The what-if line: a fault to imagine, typed over whatever screen is open, answered while one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from slotui.core.what_if import parse_outage, what_if
from slotui.errors import UsageError
from slotui.tui.widgets.lines import Lines
from slotui.tui.widgets.plain_input import plain_input
from slotui.view.ink import Line, Role, clip, line, rule, spread
from slotui.view.what_if import answer, nothing_to_go_by, unread

if TYPE_CHECKING:
    from slotui.tui.app import SlotuiApp

_ROWS = 5
_USUAL = "1% 10m"


class WhatIfScreen(ModalScreen[None]):
    """A line at the foot of another screen. It asks the board that is on the screen, and nobody else."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "leave", "back", show=False),
        Binding("ctrl+c", "app.quit", "quit", show=False, priority=True),
    ]
    DEFAULT_CSS = f"""
    WhatIfScreen {{ align: left bottom; }}
    WhatIfScreen #what-if {{ height: {_ROWS + 2}; background: $surface; }}
    WhatIfScreen Horizontal, WhatIfScreen #what-if-title {{ height: 1; }}
    WhatIfScreen #what-if-asks {{ width: 10; }}
    WhatIfScreen Input {{ width: 1fr; }}
    """

    def __init__(self, slo: str) -> None:
        super().__init__()
        self.slo = slo
        self._title, self._asks = Lines(id="what-if-title"), Lines(id="what-if-asks")
        self._answer = Lines()
        self._typed = plain_input(_USUAL)

    def compose(self) -> ComposeResult:
        yield Vertical(self._title, Horizontal(self._asks, self._typed), self._answer, id="what-if")

    def on_mount(self) -> None:
        self.styles.background = "transparent"  # over what the app's own style says of screens
        self._asks.show([line((" errors: ", Role.DIM))])
        self._typed.focus()
        self.set_interval(1.0, self._draw)  # the board goes on below

    def on_resize(self, _event: events.Resize) -> None:
        self.call_after_refresh(self._draw)

    @on(Input.Changed)
    def _draw(self) -> None:
        columns = self.size.width
        if not columns:
            return
        scene = cast("SlotuiApp", self.app).scene()
        title = rule(columns - 12, ("WHAT IF", Role.STRONG), f" {self.slo}", dash=scene.glyphs.dash)
        self._title.show([spread(title, line(" ", ("esc", Role.KEY), (" back ", Role.DIM)), columns)])
        self._answer.show(clip(self._rows(columns), _ROWS, columns))

    def _rows(self, columns: int) -> list[Line]:
        scene = cast("SlotuiApp", self.app).scene()
        slo = scene.board.find(self.slo) if scene.board is not None else None
        if scene.board is None or slo is None:
            return nothing_to_go_by(columns)
        try:
            outage = parse_outage(self._typed.value)
        except UsageError as error:
            return unread(error, columns)
        found = what_if(slo, scene.board.tiers, outage, scene.board.at)
        return nothing_to_go_by(columns) if found is None else answer(found, slo, columns)

    @on(Input.Submitted)
    def action_leave(self) -> None:
        """Back to the screen below."""
        self.dismiss()
