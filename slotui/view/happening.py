"""What a player's and a facilitator's timeline have in common: the drill's clock, and what a line is."""

from __future__ import annotations

from slotui.core.drill import Happening
from slotui.view.ink import Role

CLOCK = 8
"""Columns of a time on the drill's clock."""

_ROLES = {
    "alert": Role.PAGE,
    "quiet": Role.OK,
    "act": Role.STRONG,
    "hint": Role.TICKET,
    "hidden": Role.CHAOS,
    "notice": Role.DIM,
}


def role_of(happening: Happening) -> Role:
    """What a line of a timeline is; beside its word, never instead of it."""
    return _ROLES.get(happening.kind, Role.PLAIN)


def clock(seconds: float) -> str:
    """A drill's clock.

    >>> clock(252), clock(3 * 3600 + 61)
    ('04:12', '3:01:01')
    """
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"
