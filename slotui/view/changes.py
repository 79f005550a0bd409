"""Where two lines differ: a terminal need be told of nothing else, and over a slow connection that is felt."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from slotui.view.ink import Line, Role, cells, width

_APART = 12
"""Columns. To move the cursor and to set a colour anew takes about as many bytes as so much text."""


def changes(before: Line, after: Line) -> list[tuple[int, int]]:
    """Stretches `(first column, columns)` in which a line is drawn in another way than before.

    >>> changes((("data 4s old", Role.PLAIN),), (("data 5s old", Role.PLAIN),))
    [(5, 1)]
    >>> changes((("old", Role.DIM),), (("old", Role.PLAIN),))
    [(0, 3)]
    """
    if not (_is_even(before) and _is_even(after)):
        return [(0, max(width(before), width(after)))]
    found: list[tuple[int, int]] = []
    for column, (was, now) in enumerate(zip_longest(_columns(before), _columns(after))):
        if was == now:
            continue
        if found and column - sum(found[-1]) < _APART:
            first, _ = found.pop()
            found.append((first, column + 1 - first))
        else:
            found.append((column, 1))
    return found


def _is_even(parts: Line) -> bool:
    """Whether each of its letters takes one column."""
    return all(cells(text) == len(text) for text, _ in parts)


def _columns(parts: Line) -> Iterator[tuple[str, Role]]:
    return ((letter, role) for text, role in parts for letter in text)
