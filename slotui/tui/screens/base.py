"""What every screen has: the trust line on top, the keys at the bottom, and the verdict when there is no room."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import Screen
from textual.timer import Timer

from slotui.tui.actions import Place, footer
from slotui.tui.scene import Scene
from slotui.tui.trimming import Trimming
from slotui.tui.widgets.lines import Lines
from slotui.tui.widgets.trust_line import TrustLine
from slotui.view.ink import Line, Role, crop, line, wrapped
from slotui.view.trust import verdict_lines

if TYPE_CHECKING:
    from slotui.tui.app import SlotuiApp

LEAST_WIDTH = 60
LEAST_HEIGHT = 12
WIDE = 120
SAID_FOR = 5.0
"""Seconds that a message stands in the footer's line."""


class BoardScreen(Screen[None]):
    """A screen that draws a Scene. `body` makes its widgets, `draw` fills them."""

    place: ClassVar[Place]
    AUTO_FOCUS: ClassVar[str | None] = None

    def __init__(self) -> None:
        super().__init__()
        self._compositor = Trimming()
        # Held by name, not looked up: a board may come before the last of them is mounted.
        self._trust = TrustLine()
        self._drill = Lines(id="drill")
        self._cramped = Lines(id="cramped")
        self._footer = Lines(id="footer")
        self._said: Line | None = None
        self._unsay: Timer | None = None

    def compose(self) -> ComposeResult:
        yield self._trust
        if self.owner.drill_line(0) is not None:
            yield self._drill
        yield self._cramped
        yield from self.body()
        yield self._footer

    def body(self) -> ComposeResult:
        """The widgets between the trust line and the footer."""
        raise NotImplementedError

    def draw(self, scene: Scene, width: int, height: int) -> None:
        """Fill the widgets; `height` is what the lines above and below leave."""
        raise NotImplementedError

    def settle(self, scene: Scene) -> None:
        """Once a second: what time alone changes, beside the trust line."""

    @property
    def owner(self) -> SlotuiApp:
        """The app, by its own type."""
        return cast("SlotuiApp", self.app)

    @property
    def subject(self) -> str | None:
        """The name of the SLO that is meant here: the one under the cursor, or the one that is open."""
        return None

    @property
    def canvas(self) -> Size:
        """The columns and rows to draw on: none before the first layout."""
        return self.size

    def say(self, text: str, *, role: Role = Role.STRONG) -> None:
        """Tell something in the footer's line, which then comes back: nothing else is hidden by it."""
        if self._unsay is not None:
            self._unsay.stop()
        self._said = line((f" {text}", role))
        self._unsay = self.set_timer(SAID_FOR, self._fall_silent)
        self._draw_footer()

    def _fall_silent(self) -> None:
        self._said = None
        self._draw_footer()

    def _draw_footer(self) -> None:
        width = self.canvas.width
        self._footer.show([self.footer_line(width) if self._said is None else crop(self._said, width)])

    def footer_line(self, width: int) -> Line:
        """The keys that matter most here."""
        return footer(self.place, width, replay=self.owner.player is not None)

    def on_mount(self) -> None:
        self.set_class(self._is_small(self.app.size.width, self.app.size.height), "small")

    def on_click(self, event: events.Click) -> None:
        # By its place: the click has come up from a line, and is told of as the screen's own.
        at = event.screen_offset
        if self._drill.is_attached and self._drill.region.contains_point(at):
            self.run_worker(self.app.run_action("drill"))
        elif self._footer.region.contains_point(at) and (does := self.pointed(at.x)) is not None:
            self.run_worker(self.app.run_action(does))

    def pointed(self, _column: int) -> str | None:
        """The app's action whose word stands in that column of the footer, if words can be clicked here."""
        return None

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self.redraw)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(self._is_small(event.size.width, event.size.height), "small")
        self.set_class(event.size.width >= WIDE, "wide")
        # The widgets learn their new sizes first.
        self.call_after_refresh(self.redraw)

    @property
    def room(self) -> int:
        """The rows between what stands above and below on every screen."""
        return self.canvas.height - (2 if self.owner.drill_line(0) is None else 3)

    def redraw(self) -> None:
        """Draw what the app shows now."""
        self.show(self.owner.scene())

    def show(self, scene: Scene) -> None:
        """Draw a scene."""
        width, height = self.canvas
        room = self.room
        if not width:
            return
        with self.app.batch_update():
            self.tick(scene)
            self._draw_footer()
            if self._is_small(width, height):
                self._cramped.show(_cramped(scene, width, room))
            else:
                self.draw(scene, width, room)

    def tick(self, scene: Scene) -> None:
        """Draw only what time changes."""
        self._trust.show([scene.trust(self.canvas.width)])
        if (drill := self.owner.drill_line(self.canvas.width)) is not None:
            self._drill.show([drill])
        self.settle(scene)

    @staticmethod
    def _is_small(width: int, height: int) -> bool:
        return width < LEAST_WIDTH or height < LEAST_HEIGHT


def _cramped(scene: Scene, width: int, height: int) -> list[Line]:
    """The verdict and nothing else: a window too small for a table still answers the first questions."""
    if scene.board is None:
        return wrapped("no answer yet", width - 1, first=" ", role=Role.NO_DATA)
    rows = verdict_lines(scene.board, width, height, scene.glyphs, for_policy=0)
    return [*rows, line((f" {LEAST_WIDTH}x{LEAST_HEIGHT} shows the table", Role.DIM))]
