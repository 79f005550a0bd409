"""Finding a name by a few of its letters, among thousands, between two keystrokes."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import nsmallest

_LONGEST = 200
"""Letters of a name that are looked at: what comes later nobody reads in a list."""


@dataclass(frozen=True, slots=True)
class Found:
    """How well letters fit a name (0 to 1), and where in it they are."""

    score: float
    at: tuple[int, ...]


def find(letters: str, name: str) -> Found | None:
    """A piece of the name is better than letters scattered over it; at the start of a word is better still.

    >>> find("pay", "checkout-payments").at, find("cp", "checkout-payments").at
    ((9, 10, 11), (0, 9))
    >>> find("zz", "checkout-payments") is None
    True
    """
    asked, held = letters.strip().lower(), name[:_LONGEST].lower()
    if not asked or len(held) != len(name[:_LONGEST]):  # a letter whose small form is two: places would be off
        return Found(0.0, ()) if asked in held else None
    place = _word_start(asked, held)
    if place is not None:
        return Found(1.0 if asked == held else 0.9 if place == 0 else 0.8, tuple(range(place, place + len(asked))))
    if (place := held.find(asked)) >= 0:
        return Found(0.6, tuple(range(place, place + len(asked))))
    return _scattered(asked, held)


def best(letters: str, names: list[str], most: int) -> list[tuple[int, Found]]:
    """The `most` names that fit best, by their index, equals in their own order."""
    fitting = ((index, found) for index, name in enumerate(names) if (found := find(letters, name)) is not None)
    return nsmallest(most, fitting, key=lambda pair: (-pair[1].score, pair[0]))


def _word_start(asked: str, held: str) -> int | None:
    place = held.find(asked)
    while place > 0 and held[place - 1].isalnum():
        place = held.find(asked, place + 1)
    return place if place >= 0 else None


def _scattered(asked: str, held: str) -> Found | None:
    """The letters in their order, each where it comes next; the closer together the better."""
    at: list[int] = []
    for letter in asked:
        place = held.find(letter, at[-1] + 1 if at else 0)
        if place < 0:
            return None
        at.append(place)
    return Found(0.5 * len(asked) / (at[-1] - at[0] + 1), tuple(at))
