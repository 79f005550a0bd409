"""Cron times on the wall clocks of a time zone, as Debian's cron keeps them when the clocks change.

A time that the clocks skip is kept right after the gap; one that they show twice is kept once, the first time; what
runs every hour or more often follows the hours that pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

_FIELDS = 5
"""Minute, hour, day of month, month, day of week; seconds are no business of a cron."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A five-field cron `expression` in `zone`, a name of the IANA database. Raises ValueError for what is none."""

    expression: str
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if len(self.expression.split()) != _FIELDS:
            raise ValueError("a cron time has five fields: minute, hour, day of month, month, day of week")
        try:
            CronSim(self.expression, datetime(2000, 1, 1, tzinfo=ZoneInfo(self.zone)))
        except CronSimError as error:
            raise ValueError(str(error).lower()) from error

    def after(self, at: float) -> Iterator[float]:
        """The times after `at`, in UTC seconds, soonest first; none where there is none for 50 years.

        >>> from slotui.clock import parse_time, to_iso
        >>> daily = Cron("30 2 * * *", "Europe/Berlin").after(parse_time("2026-03-28T00:00:00Z"))
        >>> [to_iso(next(daily)) for _ in range(3)]
        ['2026-03-28T01:30:00Z', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z']
        """
        last = at
        for moment in CronSim(self.expression, datetime.fromtimestamp(at, ZoneInfo(self.zone))):
            found = moment.timestamp()
            # Two times inside one gap are kept once, and inside an hour that comes twice the past is not kept again.
            if found > last:
                last = found
                yield found
