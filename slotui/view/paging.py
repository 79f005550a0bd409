"""The title of a page that may be longer than the screen, with where in it one is."""

from __future__ import annotations

from slotui.view.ink import Line, Role, crop, line, rule
from slotui.view.ink import width as columns_of


def headline(columns: int, title: str, about: str = "", where: str = "", *, dash: str = "─") -> Line:
    """A rule with a title at its left end and a place at its right one; `about` is cut first.

    >>> from slotui.view.ink import plain
    >>> plain(headline(30, "LEDGER", "shop", "1 of 9"))
    '─ LEDGER shop ─────── 1 of 9 ─'
    """
    right = line((f" {where} ", Role.DIM), (dash, Role.RULE)) if where else ()
    left = columns - columns_of(right)
    title_line = line((title, Role.STRONG), f" {about}" if about else "")
    parts = crop(title_line, max(0, left - 4))
    return crop((*rule(left, *parts, dash=dash), *right), columns)


def span(top: int, shown: int, count: int, what: str) -> str:
    """Which part of so many can be seen; empty where all of it can.

    >>> span(0, 20, 12, "lines"), span(10, 20, 63, "lines")
    ('', '11-30 of 63 lines')
    """
    return "" if count <= shown else f"{top + 1}-{min(count, top + shown)} of {count:,} {what}"
