"""The drill's own page: the brief, the timeline as its player knows it, the score at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from slotui.duration import compact
from slotui.tui.actions import Place, bindings
from slotui.tui.scene import Scene
from slotui.tui.screens.text import TextScreen
from slotui.view.drill import DOES, drill_footer, drill_key_at, page
from slotui.view.ink import Line, crop

if TYPE_CHECKING:
    from slotui.core.drill import DrillView
    from slotui.tui.drill_desk import DrillDesk
    from slotui.tui.drilled import DrilledApp


class DrillScreen(TextScreen):
    """What a player knows of the drill: the brief, until they do something; from then on what is new.

    Whoever scrolls up stays there, until they do something again.
    """

    place = Place.DRILL
    BINDINGS = bindings(Place.DRILL)
    heading = "DRILL"

    def __init__(self, desk: DrillDesk, *, follows: bool) -> None:
        super().__init__()
        self._desk = desk
        self._view = desk.view()
        self._follows = follows
        """Whether it shows the end of the text: not at first, when there is a brief to read."""

    def about(self) -> str:
        speed = "in real time" if self._view.speed == 1 else f"{self._view.speed:g}x"
        return f"{compact(self._view.lasts)}, {speed}"

    def text(self, scene: Scene, width: int) -> list[Line]:
        before, self._view = self._view, self._desk.view()
        rows = page(self._view, width, dash=scene.glyphs.dash)
        if _acts(self._view) > _acts(before):
            self._follows = True
        if self._view.result and not before.result:
            self._top, self._follows = 0, False
        elif self._follows:
            self._top = len(rows)
        return rows

    def settle(self, scene: Scene) -> None:
        cast("DrilledApp", self.app).read_drill(self._view)
        if self._changed():
            self.draw(scene, self.canvas.width, self.room)
            self._draw_footer()

    def _changed(self) -> bool:
        return self._desk.view().happenings != self._view.happenings or self._desk.view().result != self._view.result

    def footer_line(self, width: int) -> Line:
        return crop(drill_footer(self._view, width, plays=self._desk.plays), width)

    def pointed(self, column: int) -> str | None:
        key = drill_key_at(self._view, column, self.canvas.width, plays=self._desk.plays)
        return None if key is None else DOES[key]

    @property
    def view(self) -> DrillView:
        """The drill as it is drawn."""
        return self._view

    def _go(self, line: int) -> None:
        self._follows = False  # or drawing would go back to the end
        super()._go(line)
        self._follows = self._top >= self._count - self._page.size.height


def _acts(view: DrillView) -> int:
    return sum(happening.kind == "act" for happening in view.happenings)
