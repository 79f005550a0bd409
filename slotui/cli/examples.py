"""What stands under the help of a command: examples that can be typed, and exit codes where scripts need them."""

from __future__ import annotations

import textwrap

_WIDE = 76
"""Columns of a sentence: click indents by two, and terminals of 80 are common."""


def examples(*lines: str, exits: str = "") -> str:
    """The epilog of a command: one example a line, then what its exit codes mean. `\\b` keeps click from wrapping it.

    >>> print(examples("slotui status").removeprefix(chr(8)).strip())
    Examples:
      slotui status
    """
    parts = ["\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)]
    if exits:
        parts.append("\b\n" + textwrap.fill(f"Exit codes: {exits}.", _WIDE))
    return "\n\n".join(parts)
