"""The window of a budget: one that rolls along, or calendar periods that start over.

Rolling windows let old bad events roll off; calendar ones reset, on the wall clocks of a time zone, so that a
day has 23 to 25 hours and a month 28 to 31 days.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from slotui.duration import DAY, HOUR, MINUTE, WEEK

Unit = Literal["m", "h", "d", "w", "M", "Q", "Y"]
"""Units of OpenSLO: minutes, hours, days and weeks; months, quarters and years."""

NOMINAL: dict[Unit, int] = {
    "m": MINUTE,
    "h": HOUR,
    "d": DAY,
    "w": WEEK,
    "M": 30 * DAY,
    "Q": 91 * DAY,
    "Y": 365 * DAY,
}
"""Seconds of a unit where a length is wanted before any period is known: alert factors, retention."""

_MONTHS: dict[Unit, int] = {"M": 1, "Q": 3, "Y": 12}
_WORDS: dict[Unit, str] = {
    "m": "minute",
    "h": "hour",
    "d": "day",
    "w": "week",
    "M": "month",
    "Q": "quarter",
    "Y": "year",
}


class Period(NamedTuple):
    """The stretch `(start, end]`, in UTC seconds, that one budget is for."""

    start: float
    end: float

    @property
    def length(self) -> float:
        """Seconds from start to end."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Calendar:
    """Periods of `count` units, counted from `anchor`, a moment on the wall clocks of `zone`."""

    count: int
    unit: Unit
    anchor: datetime
    zone: str = "UTC"

    def period(self, at: float) -> Period:
        """The period that holds `at` (UTC seconds); an instant on a border belongs to the period that it ends.

        >>> month = Calendar(1, "M", datetime(2024, 1, 31), "Europe/Berlin")
        >>> period = month.period(datetime(2024, 3, 10, tzinfo=UTC).timestamp())
        >>> [datetime.fromtimestamp(end, ZoneInfo("Europe/Berlin")).isoformat() for end in period]
        ['2024-02-29T00:00:00+01:00', '2024-03-31T00:00:00+01:00']
        """
        index = self._guess(at)
        while self._border(index) >= at:
            index -= 1
        while self._border(index + 1) < at:
            index += 1
        return Period(self._border(index), self._border(index + 1))

    @property
    def label(self) -> str:
        """How people say it: `month`, `2 weeks`."""
        word = _WORDS[self.unit]
        return word if self.count == 1 else f"{self.count} {word}s"

    def _guess(self, at: float) -> int:
        gone = datetime.fromtimestamp(at, UTC).replace(tzinfo=None) - self.anchor
        return int(gone.total_seconds() // (self.count * NOMINAL[self.unit]))

    def _border(self, index: int) -> float:
        return _border(self, index)


@lru_cache(maxsize=1024)
def _border(calendar: Calendar, index: int) -> float:
    """UTC seconds at which period `index` starts."""
    zone, steps = ZoneInfo(calendar.zone), index * calendar.count
    if calendar.unit in _MONTHS:
        return _add_months(calendar.anchor, steps * _MONTHS[calendar.unit]).replace(tzinfo=zone).timestamp()
    length = timedelta(seconds=NOMINAL[calendar.unit])
    if calendar.unit in ("d", "w"):  # whole days on the wall clock, however long they are
        return (calendar.anchor + steps * length).replace(tzinfo=zone).timestamp()
    return calendar.anchor.replace(tzinfo=zone).timestamp() + steps * length.total_seconds()


def _add_months(moment: datetime, months: int) -> datetime:
    """So many months later; a month without that day ends on its last one."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
