"""Which stretch of time a chart shows: the whole window, its last days or hours, or since an incident began."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from slotui.duration import DAY, HOUR, MINUTE, compact
from slotui.view.words import clock_time, day_time

if TYPE_CHECKING:
    from slotui.core.board import Board, SloBoard

_AHEAD = 1 / 3
"""Of what is shown of the past, so much is shown of the future: a quarter of the chart."""
_LEAD = 0.1
"""Of the time since an incident, so much is shown before it: what was left then is what it is measured by."""
_SHORTEST = 10 * MINUTE


class Zoom(StrEnum):
    """How close a look; from far to near, then round again."""

    WINDOW = "window"
    WEEK = "7d"
    DAY = "24h"
    HOUR = "1h"
    INCIDENT = "since incident"


_LENGTHS = {Zoom.WEEK: 7 * DAY, Zoom.DAY: DAY, Zoom.HOUR: HOUR}


@dataclass(frozen=True, slots=True)
class Frame:
    """The stretch `(start, end]` that a chart shows, UTC seconds, with `now` in it: right of that is the future."""

    zoom: Zoom
    label: str
    start: float
    now: float
    end: float

    @property
    def length(self) -> float:
        """Seconds from start to end."""
        return self.end - self.start

    def column(self, moment: float, columns: int) -> int:
        """Which of so many columns a moment is in; it may lie outside."""
        return int((moment - self.start) / self.length * columns // 1)

    def moment(self, column: float, columns: int) -> float:
        """UTC seconds at the left edge of a column."""
        return self.start + self.length * column / columns


def whole(slo: SloBoard, at: float) -> Frame:
    """The window up to `at` without a look ahead; of a calendar budget, all of its period."""
    start, end = slo.period if slo.slo.calendar is not None else (at - slo.slo.window, at)
    return Frame(Zoom.WINDOW, slo.slo.window_label, start, at, end)


def framed(slo: SloBoard, board: Board, zoom: Zoom) -> Frame:
    """What this SLO's chart shows at a zoom; the whole window where there is no such thing."""
    now = board.at
    if zoom is Zoom.INCIDENT and (begun := _incident(slo, board)) is not None:
        length = max(_SHORTEST, now - begun)
        since = clock_time(begun)[:5] if length < DAY else day_time(begun)
        return Frame(zoom, f"since {since}", now - (1 + _LEAD) * length, now, now + _AHEAD * length)
    length = _LENGTHS.get(zoom, 0)
    if 0 < length < slo.slo.window:
        label = "24h" if zoom is Zoom.DAY else compact(length)
        return Frame(zoom, label, now - length, now, now + _AHEAD * length)
    frame = whole(slo, now)
    if slo.slo.calendar is not None:
        return frame
    return Frame(Zoom.WINDOW, frame.label, frame.start, now, now + _AHEAD * frame.length)


def closer(slo: SloBoard, board: Board, zoom: Zoom) -> Zoom:
    """The zoom after the one that this SLO is seen at, of those it has; after the last of them, the whole window."""
    order = list(Zoom)
    rest = order[order.index(framed(slo, board, zoom).zoom) + 1 :]
    return next((one for one in rest if framed(slo, board, one).zoom is one), Zoom.WINDOW)


def _incident(slo: SloBoard, board: Board) -> float | None:
    """When what goes on began: the alert that fires or the incident that is open, whichever began first.

    Where nothing goes on, when the newest incident of the window began.
    """
    from slotui.core.entry import INCIDENTS

    since = board.at - slo.slo.window
    incidents = [
        entry
        for entry in board.entries
        if entry.kind in INCIDENTS
        and entry.about is None
        and since < entry.started < board.at
        and entry.concerns(slo.name)
    ]
    present = [status.since for status in slo.alerts if status.firing and status.since is not None]
    present += [entry.started for entry in incidents if entry.open]
    if present:
        return min(present)
    return max((entry.started for entry in incidents), default=None)
