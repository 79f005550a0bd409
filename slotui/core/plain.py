"""Untrusted text (labels, reasons, error bodies) made harmless for a terminal."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_SPACES = frozenset("\t\n\v\f\r\x85\u2028\u2029")
# Braille and blocks are printable; what is left over (controls, ESC, bidi marks, lone surrogates) is not.
_MOST_MARKS = 2


def clean(text: str) -> str:
    """One line that draws nothing but itself: no control characters, escapes, bidi or stacked marks.

    Line breaks and tabs become a space; anything else that does not print becomes U+FFFD, so that a
    reader sees that something was there.

    >>> clean("buy\\n\\x1b[31mnow\\u202e")
    'buy \ufffd[31mnow\ufffd'
    """
    return text if text.isascii() and text.isprintable() else _cleaned(text)


@lru_cache(maxsize=4096)
def _cleaned(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        shown = _shown(char)
        if shown is None:
            marks += 1
            if marks <= _MOST_MARKS:
                kept.append(char)
        else:
            marks = 0
            kept.append(shown)
    return "".join(kept)


@lru_cache(maxsize=4096)
def _shown(char: str) -> str | None:
    """What stands for a character; None for a mark, which stands on the one before."""
    category = unicodedata.category(char)
    if category in ("Mn", "Me"):
        return None
    if char in _SPACES or category == "Zs":
        return " "
    return char if char.isprintable() else _REPLACEMENT
