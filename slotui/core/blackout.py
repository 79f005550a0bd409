"""When nothing is to be broken on purpose: a sale, a weekend, a release. Windows that policy closes to experiments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from slotui.core.cron import Cron

_MOST_MERGED = 5_000
"""Windows that run into each other are one, up to so many: a cron time each minute never closes."""


class Opening(NamedTuple):
    """One stretch `[start, end)` of a blackout, in UTC seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Once:
    """A single stretch."""

    opening: Opening

    def openings(self, at: float) -> Iterator[Opening]:
        """The stretch, unless it is over at `at`."""
        if self.opening.end > at:
            yield self.opening


@dataclass(frozen=True, slots=True)
class Recurring:
    """A stretch of `seconds` at every time of `cron`, counted on the wall clocks of its zone.

    So 60 h from Friday 18:00 end on Monday at 06:00, also on the weekend that has 61.
    """

    cron: Cron
    seconds: float

    def openings(self, at: float) -> Iterator[Opening]:
        """Every stretch that is not over at `at`, oldest first. Those that touch are one.

        >>> from slotui.clock import parse_time, to_iso
        >>> weekends = Recurring(Cron("0 18 * * FRI", "Europe/Berlin"), 60 * 3600)
        >>> [to_iso(moment) for moment in next(weekends.openings(parse_time("2026-10-25T12:00:00Z")))]
        ['2026-10-23T16:00:00Z', '2026-10-26T05:00:00Z']
        """
        pending: Opening | None = None
        merged = 0
        for start in self._starts(at):
            end = self._end(start)
            if end <= at:
                continue
            if pending is not None and start <= pending.end and merged < _MOST_MERGED:
                pending, merged = Opening(pending.start, max(pending.end, end)), merged + 1
                continue
            if pending is not None:
                yield pending
            pending, merged = Opening(start, end), 0
        if pending is not None:
            yield pending

    def closes(self, at: float) -> bool:
        """Whether a stretch ever ends before the next begins, as far as one can see from `at`."""
        starts = list(islice(self.cron.after(at), 2))
        return len(starts) < 2 or any(
            self._end(one) < other for one, other in pairwise(islice(self.cron.after(at), _MOST_MERGED))
        )

    def _starts(self, at: float) -> Iterator[float]:
        # The clocks differ from the seconds that pass by a day at most; an earlier start is over at `at`.
        first = at - self.seconds - timedelta(days=1).total_seconds()
        yield from self.cron.after(first)

    def _end(self, start: float) -> float:
        zone = ZoneInfo(self.cron.zone)
        wall = datetime.fromtimestamp(start, zone).replace(tzinfo=None) + timedelta(seconds=self.seconds)
        return latest(wall, zone)


@dataclass(frozen=True, slots=True)
class Blackout:
    """A window in which no experiment begins or runs. No `slos` means every SLO, no `service` every service."""

    name: str
    when: Once | Recurring
    slos: tuple[str, ...] = ()
    service: str | None = None

    def concerns(self, slos: Iterable[str], service: str | None) -> bool:
        """Whether it is about an experiment that spends those SLOs on that service; None may be any service."""
        if self.service is not None and service is not None and self.service != service:
            return False
        return not self.slos or any(slo in self.slos for slo in slos)

    def next_opening(self, at: float) -> Opening | None:
        """The stretch that is open at `at`, else the next one; None where there will be none."""
        return next(self.when.openings(at), None)

    def meets(self, start: float, end: float) -> Opening | None:
        """The first stretch that a spend of `[start, end)` would touch."""
        opening = self.next_opening(start)
        return opening if opening is not None and opening.start < end else None


def earliest(wall: datetime, zone: ZoneInfo) -> float:
    """The instant (UTC seconds) of a time on the wall; of one that comes twice, or never, the earlier reading.

    A window begins at the earlier one and ends at the later one: where the clocks leave a choice, it is open.

    >>> changes = datetime(2026, 10, 25, 2, 30)
    >>> latest(changes, ZoneInfo("Europe/Berlin")) - earliest(changes, ZoneInfo("Europe/Berlin"))
    3600.0
    """
    return min(_readings(wall, zone))


def latest(wall: datetime, zone: ZoneInfo) -> float:
    """As `earliest`, the later reading."""
    return max(_readings(wall, zone))


def _readings(wall: datetime, zone: ZoneInfo) -> tuple[float, float]:
    return wall.replace(tzinfo=zone, fold=0).timestamp(), wall.replace(tzinfo=zone, fold=1).timestamp()
