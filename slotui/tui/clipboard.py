"""What `y` copies: the first question behind an SLO's numbers, then, pressed again soon, the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slotui.core.board import SloBoard
    from slotui.view.questions import Question


SOON = 5.0
"""Seconds within which another press means the next question: as long as the message about the last one stands."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A question, and which of how many it is, counted from 1."""

    question: Question
    number: int
    count: int

    @property
    def text(self) -> str:
        """What goes to the clipboard: what no terminal could carry, as half a surrogate pair, is a question mark."""
        return self.question.promql.encode(errors="replace").decode()


class QuestionsInTurn:
    """Goes through the questions of one SLO, and starts again with another one, or after a while."""

    def __init__(self) -> None:
        self._slo = ""
        self._next = 0
        self._asked_at = float("-inf")

    def next(self, slo: SloBoard, moment: float) -> Copy | None:
        """What to copy now; None where there is nothing to ask. `moment` is a monotonic time in seconds."""
        from slotui.view.questions import questions

        found = questions(slo)
        if not found:
            return None
        again = slo.name == self._slo and moment - self._asked_at <= SOON
        index = self._next % len(found) if again else 0
        self._slo, self._next, self._asked_at = slo.name, index + 1, moment
        return Copy(found[index], index + 1, len(found))
