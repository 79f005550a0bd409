"""How the screen is to look in this terminal: what was asked for, else what the terminal can show."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from slotui.view.order import Order
from slotui.view.words import ASCII, UNICODE, Glyphs

_UTF_8 = ("utf-8", "utf8")
_POOR = frozenset({"linux", "vt100", "vt220"})
"""Terminals whose fonts have neither Braille nor blocks; the first is the console of Linux."""


@dataclass(frozen=True, slots=True)
class Look:
    """The name of a theme, the drawing characters, whether to ring; what the list is sorted by and filtered for."""

    theme: str = "slotui"
    glyphs: Glyphs = UNICODE
    bell: bool = False
    order: Order = Order.SEVERITY
    filter: str = ""


PLAIN = Look()


def glyphs_for(ascii_only: bool | None, environment: Mapping[str, str] = os.environ) -> Glyphs:
    """The drawing characters: as told, or ASCII where the locale says another charset or the terminal has no others.

    >>> glyphs_for(None, {"LC_ALL": "C"}) is ASCII, glyphs_for(None, {"LANG": "de_DE.UTF-8"}) is ASCII
    (True, False)
    """
    if ascii_only is None:
        ascii_only = environment.get("TERM") in _POOR or not _speaks_utf_8(environment)
    return ASCII if ascii_only else UNICODE


def is_dumb(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal cannot move its cursor, so that lines are all it can show."""
    return environment.get("TERM") == "dumb"


def _speaks_utf_8(environment: Mapping[str, str]) -> bool:
    """Where no locale is named, as in many a container, the terminal is taken for a present-day one."""
    if not environment.get("LC_ALL") and environment.get("LANG") in ("C", "POSIX"):
        # Python sets LC_CTYPE to a UTF-8 of its own then (PEP 538), which says nothing of the terminal.
        return False
    named = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), None)
    return named is None or named.lower().endswith(_UTF_8) or any(f".{word}@" in named.lower() for word in _UTF_8)
