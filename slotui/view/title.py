"""The title of the terminal's window: the worst of it, for whoever looks elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slotui.core.plain import clean
from slotui.core.states import SloState
from slotui.view.ink import fit
from slotui.view.words import UNICODE, Glyphs, state_word

if TYPE_CHECKING:
    from slotui.core.board import Board

_LONGEST = 60
"""Columns; a tab shows less, and a name may be any length."""


def title(board: Board | None, glyphs: Glyphs = UNICODE) -> str:
    """The worst state and whose it is; never a control character, which would be one to the terminal.

    >>> title(None)
    '○ waiting - slotui'
    """
    return f"{_what(board, glyphs)} - slotui"


def _what(board: Board | None, glyphs: Glyphs) -> str:
    if board is None:
        return f"{glyphs.waiting} waiting"
    if board.source.state == "down":
        return f"{glyphs.down} DOWN {clean(board.source.kind)}"
    if not board.slos:
        return f"{glyphs.states[SloState.NO_DATA]} no SLO"
    worst = board.slos[0]
    stale = board.source.state == "stale"
    word = f"{glyphs.states[worst.state]} {state_word(worst.state, was=stale)}"
    if worst.state in (SloState.OK, SloState.QUIET):
        return word
    same = sum(1 for slo in board.slos if slo.state is worst.state)
    more = f" and {same - 1} more" if same > 1 else ""
    name = clean(worst.name)
    return f"{word} {fit(name, _LONGEST).rstrip() if len(name) > _LONGEST else name}{more}"
