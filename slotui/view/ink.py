"""Lines of text whose pieces have a role. Text output drops the roles, the screen colours them.

Whatever reaches a line is cleaned on the way in, so that no view has to remember it.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from slotui.core.plain import clean


class Role(StrEnum):
    """What a piece of text is, never what colour it has."""

    PLAIN = "plain"
    STRONG = "strong"
    DIM = "dim"
    RULE = "rule"
    PAGE = "page"
    SPENT = "spent"
    TICKET = "ticket"
    OK = "ok"
    QUIET = "quiet"
    NO_DATA = "no-data"
    CHAOS = "chaos"
    LOW = "low"
    KEY = "key"


class Piece(NamedTuple):
    """Text of one role."""

    text: str
    role: Role = Role.PLAIN


Line = tuple[Piece, ...]


def line(*parts: str | tuple[str, Role]) -> Line:
    """A line of pieces; a bare string is plain. Everything is cleaned; empty pieces are left out.

    >>> line("a", ("b", Role.PAGE))
    (Piece(text='a', role=<Role.PLAIN: 'plain'>), Piece(text='b', role=<Role.PAGE: 'page'>))
    """
    pieces = (Piece(clean(part)) if isinstance(part, str) else Piece(clean(part[0]), part[1]) for part in parts)
    return tuple(piece for piece in pieces if piece.text)


def cells(text: str) -> int:
    """Terminal columns that cleaned text takes.

    >>> cells("checkout"), cells("カート"), cells("é")
    (8, 6, 1)
    """
    return len(text) if text.isascii() else sum(_cells_of(char) for char in text)


@lru_cache(maxsize=4096)
def _cells_of(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def width(parts: Line) -> int:
    """Terminal columns of a line."""
    return sum(cells(piece.text) for piece in parts)


def plain(parts: Line) -> str:
    """The words alone, without trailing blanks."""
    return "".join(piece.text for piece in parts).rstrip()


def fit(text: str, columns: int, *, right: bool = False) -> str:
    """Cleaned text in exactly `columns` columns: cut with an ellipsis, or padded.

    >>> fit("checkout", 5), fit("ok", 4), fit("ok", 4, right=True), fit("カート", 4)
    ('chec…', 'ok  ', '  ok', 'カ… ')
    """
    text = clean(text)
    if cells(text) > columns:
        text = _cut(text, columns - 1) + "…" if columns > 0 else ""
    blanks = " " * (columns - cells(text))
    return blanks + text if right else text + blanks


def _cut(text: str, columns: int) -> str:
    taken = 0
    for index, char in enumerate(text):
        taken += _cells_of(char)
        if taken > columns:
            return text[:index]
    return text


def crop(parts: Line, columns: int) -> Line:
    """A line in at most `columns` columns, cut with an ellipsis."""
    if width(parts) <= columns:
        return parts
    kept: list[Piece] = []
    left = columns
    for piece in parts:
        size = cells(piece.text)
        # The column for the ellipsis is kept free: something is cut, here or later.
        if size >= left:
            # Ten thousand letters need not be looked at: with its marks a column has three at most.
            kept.append(Piece(fit(piece.text[: 3 * left + 2] + "……", left), piece.role))
            break
        kept.append(piece)
        left -= size
    return tuple(kept)


def pad(parts: Line, columns: int) -> Line:
    """A line in exactly `columns` columns."""
    cropped = crop(parts, columns)
    missing = columns - width(cropped)
    return (*cropped, Piece(" " * missing)) if missing > 0 else cropped


def fitting(always: Line, extras: Iterable[Line], columns: int) -> Line:
    """A line with as many of the extras as have room, in order; a word that would be cut is left out whole."""
    found = always
    for extra in extras:
        if width(found) + width(extra) > columns:
            break
        found = (*found, *extra)
    return crop(found, columns)


def spread(left: Line, right: Line, columns: int) -> Line:
    """`left` at the left edge, `right` at the right one; where both do not fit, the left one is cut."""
    return (*pad(left, max(0, columns - width(right))), *right)


def rule(columns: int, *title: str | tuple[str, Role], dash: str = "─") -> Line:
    """A horizontal rule that carries a title."""
    if not title:
        return (Piece(dash * columns, Role.RULE),)
    head = line((f"{dash} ", Role.RULE), *title, " ")
    return crop((*head, Piece(dash * max(0, columns - width(head)), Role.RULE)), columns)


def dimmed(parts: Line) -> Line:
    """The same words, greyed: numbers that are no longer known to hold."""
    return tuple(Piece(piece.text, Role.DIM) for piece in parts)


def wrapped(text: str, columns: int, *, first: str = "", rest: str = "", role: Role = Role.PLAIN) -> list[Line]:
    """A sentence over as many lines as it needs; `first` and `rest` stand before them."""
    found = textwrap.wrap(
        clean(text), max(8, columns), initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )
    return [(Piece(row, role),) for row in found] or [(Piece(first, role),)]


def clip(rows: Iterable[Line], height: int, columns: int) -> list[Line]:
    """At most `height` lines; the last one says with an ellipsis that there was more."""
    found = list(rows)
    if len(found) <= height:
        return found
    kept = found[:height]
    if kept:
        last = kept[-1]
        role = last[-1].role if last else Role.PLAIN
        kept[-1] = crop((*last, Piece(" …", role)), columns)
    return kept
