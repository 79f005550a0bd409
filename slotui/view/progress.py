"""Where a replay stands: the trust line of a screen that shows the past."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from slotui.duration import DAY, rough
from slotui.view.ink import Line, Role, cells, fit, line, spread, width
from slotui.view.words import UNICODE, Glyphs, clock_time, day_time

if TYPE_CHECKING:
    from slotui.core.board import Board

_LEAST_BAR, _MOST_BAR = 16, 40
_MOST_NAME = 24
_HEAD = " slotui  "


@dataclass(frozen=True, slots=True)
class Progress:
    """A deck at one moment: `at` between `start` and `end` (UTC seconds), at `speed` seconds a second.

    `file` is what is played.
    """

    at: float
    start: float
    end: float
    speed: float
    playing: bool
    file: str

    @property
    def share(self) -> float:
        """How much of it is behind, as a fraction."""
        return (self.at - self.start) / (self.end - self.start) if self.end > self.start else 1.0

    @property
    def over(self) -> bool:
        """Whether it stands at the end."""
        return self.at >= self.end


@dataclass(frozen=True, slots=True)
class Bar:
    """The columns of a progress bar on the trust line."""

    left: int
    width: int

    def share(self, column: int) -> float:
        """How far into the past a column points; the first one at the start, the last one at the end.

        >>> [Bar(10, 11).share(column) for column in (3, 10, 15, 20, 40)]
        [0.0, 0.0, 0.5, 1.0, 1.0]
        """
        return max(0.0, min(1.0, (column - self.left) / max(1, self.width - 1)))


def replaying(board: Board | None, progress: Progress, *, columns: int, glyphs: Glyphs = UNICODE) -> Line:
    """Speed, place, progress and name; the corner has the time of the past, and nothing of today."""
    before, bar, after, corner = _parts(board, progress, columns, glyphs)
    drawn = fill(progress.share, bar.width, glyphs)
    return spread((*before, *line((drawn, Role.CHAOS)), *after), corner, columns)


def bar_of(board: Board | None, progress: Progress, *, columns: int, glyphs: Glyphs = UNICODE) -> Bar:
    """Where the bar of `replaying` stands: what is clicked there is meant."""
    return _parts(board, progress, columns, glyphs)[1]


def fill(share: float, columns: int, glyphs: Glyphs = UNICODE) -> str:
    """A bar that is full to `share`, to an eighth of a column where the look has eighths.

    >>> fill(0.4375, 10), fill(1.0, 4)
    ('████▍·····', '████')
    """
    parts = len(glyphs.eighths) + 1
    whole, rest = divmod(int(share * columns * parts), parts)
    cut = glyphs.eighths[rest - 1] if rest else ""
    return (glyphs.full * whole + cut).ljust(columns, glyphs.empty)[:columns]


def _parts(board: Board | None, progress: Progress, columns: int, glyphs: Glyphs) -> tuple[Line, Bar, Line, Line]:
    corner = line(" ", (f"{clock_time(progress.at)} UTC ", Role.DIM))
    condition = _condition(progress, glyphs)
    long = progress.end - progress.start >= DAY
    place = f" {_place(progress.at, long=long)} / {_place(progress.end, long=long)} "
    before = line((_HEAD, Role.STRONG), (condition, Role.LOW if condition[0] == glyphs.paused else Role.CHAOS), place)
    doubt = _doubt(board)
    name = PurePath(progress.file).name
    free = columns - width(before) - width(corner) - len(doubt) - 1
    named = min(cells(name), _MOST_NAME, max(0, free - _LEAST_BAR))
    bar = Bar(width(before), max(_LEAST_BAR, min(_MOST_BAR, free - named)))
    return before, bar, line((doubt, Role.TICKET), f" {fit(name, named)}"), corner


def _condition(progress: Progress, glyphs: Glyphs) -> str:
    """Each as wide as the widest of its speed: nothing moves when it is stopped, or at its end."""
    speed = f"{progress.speed:g}x"
    if progress.over:
        return f"{glyphs.replay} REPLAY {fit('END', max(3, len(speed)))}"
    return f"{glyphs.replay if progress.playing else glyphs.paused} REPLAY {fit(speed, max(3, len(speed)))}"


def _place(at: float, *, long: bool) -> str:
    """Time of day, or of a past of days the day: its time stands in the corner."""
    return day_time(at).split()[0] if long else clock_time(at)[:5]


def _doubt(board: Board | None) -> str:
    if board is None or board.source.state == "live":
        return ""
    age = "" if board.source.age is None else f" {rough(board.source.age)}"
    return f" {board.source.state.upper()}{age}"
