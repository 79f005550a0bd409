"""What the chaos panel may ask for. Who answers is given to the app by the command line: the screen knows no chaos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from slotui.errors import SlotuiError

if TYPE_CHECKING:
    from slotui.core.quote import FaultOn, Quote, Started


class DeskError(SlotuiError):
    """The desk said no, or nothing that can be understood; with the exit code of whoever said it."""

    def __init__(self, what: str, *, fix: str = "", exit_code: int = 1) -> None:
        super().__init__(what, fix=fix)
        self.exit_code = exit_code


class ChaosDesk(Protocol):
    """Prices faults, starts and ends them. Every method raises `DeskError`; `words` are those of `chaos inject`.

    Cancelling a question ends it. What was started goes on without the screen, guarded by a process of its own.
    """

    async def price(self, words: Sequence[str]) -> Quote:
        """What the fault will cost, and what speaks against it. Spends nothing."""

    async def inject(self, words: Sequence[str]) -> Started:
        """Start the fault, past the guards once more; returns when it is on."""

    async def look(self, words: Sequence[str]) -> tuple[FaultOn, ...]:
        """What is on now: at the target that the words name, else at every service that is known here."""

    async def halt(self, words: Sequence[str]) -> tuple[FaultOn, ...]:
        """End all of that now; what was on."""
