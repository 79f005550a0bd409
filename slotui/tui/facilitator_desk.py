"""What the facilitator's screen may ask of the drill that it looks after; given to it by the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from slotui.core.drill import FacilitatorView


class FacilitatorDesk(Protocol):
    """A drill that runs in another process."""

    def view(self) -> FacilitatorView:
        """All of it, as it was last written down. Raises `SlotuiError`."""

    def order(self, text: str) -> str:
        """Carry out what was typed; what is said to that. Raises `SlotuiError`."""
