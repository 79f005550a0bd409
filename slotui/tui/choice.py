"""Which SLOs the list shows, and in which order: what a person has asked for, kept from board to board."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from slotui.core.states import SEVERITY, SloState
from slotui.view.filter import Filter, parse_filter
from slotui.view.ink import Line, Role, fit, line
from slotui.view.order import Order, ordered
from slotui.view.words import state_role, state_word

if TYPE_CHECKING:
    from slotui.core.board import Board, SloBoard

_LONGEST = 32
"""Columns of a filter's text on the screen."""

_LOUD = (SloState.PAGE, SloState.SPENT, SloState.TICKET)


class Choice:
    """A filter and an order. `choose` applies both to a board; the rest says in words what that did."""

    def __init__(self, order: Order = Order.SEVERITY, text: str = "") -> None:
        self.order = order
        self.text = text
        self.filter = Filter()
        self._hidden: tuple[SloState, int] | None = None
        self._shown = self._all = 0
        self._of: tuple[Board, str, Order] | None = None
        self._chosen: Sequence[SloBoard] = ()

    def choose(self, board: Board) -> Sequence[SloBoard]:
        """The SLOs of a board to show; asked for the same again, it answers as before."""
        if self._of is None or self._of[0] is not board or self._of[1:] != (self.text, self.order):
            self._chosen = self._choose(board)
            self._of = (board, self.text, self.order)
        return self._chosen

    def _choose(self, board: Board) -> Sequence[SloBoard]:
        labels = {name for slo in board.slos for name in slo.slo.labels} if "=" in self.text else ()
        self.filter = parse_filter(self.text, labels)
        chosen = self.filter.chosen(board.slos)
        self._shown, self._all = len(chosen), len(board.slos)
        self._hidden = _worst_hidden(board, chosen) if self.filter.active else None
        return ordered(chosen, self.order, [tier.name for tier in board.tiers])

    @property
    def in_words(self) -> tuple[str | tuple[str, Role], ...]:
        """The filter and what is left, for a rule; nothing without one. What it hides, if that is loud, is said."""
        if not self.filter.active:
            return ()
        hidden: tuple[str | tuple[str, Role], ...] = ()
        if self._hidden is not None:
            state, count = self._hidden
            hidden = (" ", (f"{count} {state_word(state)} hidden", state_role(state)))
        text = fit(self.text, min(_LONGEST, len(self.text))).rstrip()
        return ((f"/{text}", Role.KEY), f" {self._shown} of {self._all} SLOs", *hidden, ("  esc shows all", Role.DIM))

    def while_typing(self) -> Line:
        """Beside the text that is being typed: what is wrong with it, or what it leaves."""
        if self.filter.problem is not None:
            return line((f" {self.filter.problem} ", Role.TICKET))
        keys = (" esc", Role.KEY), (" all  ", Role.DIM), ("enter", Role.KEY), (" keep ", Role.DIM)
        return line(f" {self._shown} of {self._all} SLOs ", *keys)


def _worst_hidden(board: Board, chosen: Sequence[SloBoard]) -> tuple[SloState, int] | None:
    """The worst state among what a filter leaves out, if it is worse than quiet, and how many have it."""
    every, left = [slo.state for slo in board.slos], [slo.state for slo in chosen]
    for state in sorted(_LOUD, key=SEVERITY.index):
        count = every.count(state) - left.count(state)
        if count:
            return state, count
    return None
