"""Where two lines differ: a terminal need be told of nothing else, and over a slow connection that is felt."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from slotui.view.ink import Line, Role, cells, width

_APART = 12
"""Columns. To move the cursor and to set a colour anew takes about as many bytes as so much text."""


def changes(before: Line, after: Line) -> list[tuple[int, int]]:
    """Stretches `(first column, columns)` in which a line is drawn in another way than before.

    >>> from slotui.view.ink import line
    >>> changes(line("data 4s old"), line("data 5s old"))
    [(5, 1)]
    >>> changes(line(("old", Role.DIM)), line("old"))
    [(0, 3)]
    """
    if not (_is_even(before) and _is_even(after)):
        return [(0, max(width(before), width(after)))]
    found: list[tuple[int, int]] = []
    for column in _differing(before, after):
        if found and column - sum(found[-1]) < _APART:
            first, _ = found.pop()
            found.append((first, column + 1 - first))
        else:
            found.append((column, 1))
    return found


def _differing(before: Line, after: Line) -> Iterator[int]:
    """The columns that are drawn in another way, in order."""
    at = 0
    for index, (was, now) in enumerate(zip_longest(before, after)):
        if was == now:
            at += len(was.text)
        elif was is not None and now is not None and was.role is now.role and len(was.text) == len(now.text):
            yield from (
                at + place for place, pair in enumerate(zip(was.text, now.text, strict=True)) if pair[0] != pair[1]
            )
            at += len(was.text)
        else:
            # From here on the pieces lie otherwise: letter by letter.
            rest = zip_longest(_columns(before[index:]), _columns(after[index:]))
            yield from (at + place for place, (one, other) in enumerate(rest) if one != other)
            return


def _is_even(parts: Line) -> bool:
    """Whether each of its letters takes one column."""
    return all(cells(text) == len(text) for text, _ in parts)


def _columns(parts: Line) -> Iterator[tuple[str, Role]]:
    return ((letter, role) for text, role in parts for letter in text)
