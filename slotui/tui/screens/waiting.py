"""The first frame: what is waited for. It is drawn before anything is imported that only a board needs."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size

from slotui.tui.actions import Place, bindings
from slotui.tui.scene import Scene
from slotui.tui.screens.base import BoardScreen
from slotui.tui.widgets.lines import Lines
from slotui.view.ink import Line, Role, line, rule

_AT_ONCE = frozenset({"quit", "suspend_process"})


class WaitingScreen(BoardScreen):
    """The overview without an SLO. One can leave it; every other key is kept for the overview that follows."""

    place = Place.OVERVIEW
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.OVERVIEW, _AT_ONCE)

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[str] = []
        self._verdict = Lines(id="verdict")
        self._rule = Lines(id="rule")

    def body(self) -> ComposeResult:
        yield self._verdict
        yield self._rule
        yield Lines(id="page")

    @property
    def canvas(self) -> Size:
        """Before the first layout, all of the terminal: the first frame is not an empty one."""
        return self.size or self.app.size

    def on_mount(self) -> None:
        super().on_mount()
        self.redraw()

    def on_key(self, event: events.Key) -> None:
        if event.key not in self.active_bindings:
            self.kept.append(event.key)

    def draw(self, scene: Scene, width: int, _height: int) -> None:
        self._verdict.show([nothing_yet()])
        self._rule.show([rule(width, dash=scene.glyphs.dash)])


def nothing_yet() -> Line:
    """The verdict before there is any."""
    return line((" ? cannot tell: no answer yet", Role.NO_DATA))
