"""What the screen may ask of a drill. Who answers is given to the app by the command line: it knows no scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from slotui.core.drill import Act, DrillView


class DrillDesk(Protocol):
    """The player's side of one drill, running or over."""

    @property
    def plays(self) -> bool:
        """Whether acts are taken: not where a past drill is replayed."""

    def view(self) -> DrillView:
        """What the player may know now. Cheap: asked for at each second and each key."""

    def act(self, act: Act) -> None:
        """Do something, at this instant of the drill's clock. Raises `SlotuiError` where it makes no sense."""
