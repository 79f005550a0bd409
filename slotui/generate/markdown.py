"""Pieces of a Markdown page that untrusted names and texts cannot break."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from slotui.core.plain import clean
from slotui.duration import DAY, HOUR, MINUTE, compact
from slotui.view.allowance import outage

_SPECIAL = re.compile(r"([\\`*_\[\]<>#])")
_BAR = re.compile(r"(?<!\\)\|")
_UNIT = re.compile(r"(?<=\d)(ms|[dhms])")
_SPELLED = {"d": "d", "h": "h", "m": "min", "s": "s", "ms": "ms"}


def text(written: str) -> str:
    """Somebody's words as words: one line, no markup.

    >>> text("95% *fast*\\n# not a heading")
    '95% \\\\*fast\\\\* \\\\# not a heading'
    """
    return _SPECIAL.sub(r"\\\1", clean(written).strip())


def code(written: str) -> str:
    """As it stands, in code; a backtick inside takes longer fences.

    >>> code("up == 1"), code("a`b")
    ('`up == 1`', '``a`b``')
    """
    shown = clean(written)
    runs = [len(run) for run in re.findall("`+", shown)]
    fence = "`" * (max(runs, default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are Markdown already; a bar inside, code or not, must not end the cell."""
    lines = [head, ["---"] * len(head), *([_BAR.sub(r"\|", cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def joined(parts: Iterable[str], word: str) -> str:
    """A list as people say it.

    >>> joined(["red", "green", "blue"], "and"), joined(["red"], "or")
    ('red, green and blue', 'red')
    """
    found = list(parts)
    return f"{', '.join(found[:-1])} {word} {found[-1]}" if len(found) > 1 else "".join(found)


def length(seconds: float) -> str:
    """A stretch of time in words where one unit says it, else compact.

    >>> length(30 * DAY), length(60), length(3600), length(5400)
    ('30 days', '1 minute', '1 hour', '1h30m')
    """
    for name, unit in (("day", DAY), ("hour", HOUR), ("minute", MINUTE), ("second", 1)):
        if seconds >= unit:
            count = seconds / unit
            return f"{count:.0f} {name}{'' if count == 1 else 's'}" if count == int(count) else compact(seconds)
    return compact(seconds)


def failure_time(seconds: float) -> str:
    """A budget read as minutes of total failure, and by the clock beside it.

    >>> failure_time(2592), failure_time(25920), failure_time(25.92)
    ('43.2 minutes (43 min 12 s)', '432 minutes (7 h 12 min)', '0.432 minutes (26 s)')
    """
    minutes = seconds / MINUTE
    shown = f"{minutes:,.0f}" if minutes >= 1000 else f"{minutes:.4g}"
    return f"{shown} minutes ({spelled(seconds)})"


def spelled(seconds: float) -> str:
    """A duration with its units apart.

    >>> spelled(2592), spelled(1036.8), spelled(0.6048)
    ('43 min 12 s', '17 min 17 s', '0.6 s')
    """
    return _UNIT.sub(lambda found: f" {_SPELLED[found[1]]} ", outage(seconds)).strip()
