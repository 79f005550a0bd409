"""The requests to come, from those that came: the last half hour, changing as the same hour of last week did."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from slotui.core.timeline import Counts
from slotui.duration import MINUTE, rough

RECENT = 30 * MINUTE
"""Seconds of recent traffic that stand for the traffic to come."""

_MEASURED = 0.9
"""Share of a stretch of last week that must have been measured before anything is concluded from it."""

_CLEARLY = 2.0
"""Standard deviations beyond which two counts are not the same."""

_FEWEST = 100
"""Requests; the ratio of two smaller numbers is mostly chance."""


@dataclass(frozen=True, slots=True)
class LastWeek:
    """Counts of one week before: of the half hour up to now, and of a time around the experiment's middle."""

    before: Counts
    during: Counts
    seconds: float
    """Length of the stretch behind `during`."""

    @property
    def tells(self) -> bool:
        """Whether enough of it was measured, and enough happened."""
        stretches = ((self.before, RECENT), (self.during, self.seconds))
        return all(found.measured >= _MEASURED * length and found.eligible >= _FEWEST for found, length in stretches)


@dataclass(frozen=True, slots=True)
class Traffic:
    """The expected traffic, as counts of a stretch that would tell as much about it, and what that rests on."""

    counts: Counts
    basis: str

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.counts.eligible / self.counts.measured if self.counts.measured > 0 else 0.0


def around(at: float, seconds: float) -> tuple[float, float]:
    """The stretch around the middle of an experiment that starts `at`: as long as it is, half an hour at least."""
    half = max(RECENT, seconds) / 2
    return at + seconds / 2 - half, at + seconds / 2 + half


@dataclass(frozen=True, slots=True)
class Halves:
    """Counts of the two quarters of an hour that make the last half one; the later one ends now."""

    earlier: Counts
    later: Counts

    @property
    def differ(self) -> bool:
        """Whether traffic clearly rises or falls: both were measured whole, and chance alone does not explain it."""
        first, second = self.earlier, self.later
        whole = min(first.measured, second.measured) >= _MEASURED * RECENT / 2
        return whole and abs(second.eligible - first.eligible) > _CLEARLY * math.sqrt(first.eligible + second.eligible)

    def ahead(self, seconds: float) -> Counts:
        """The traffic around the middle of the next `seconds` if it goes on changing like that, as `Traffic` has it.

        A straight line through both; no farther than a quarter of an hour, as no rise goes on for ever.
        """
        earlier, later = self.earlier.eligible / self.earlier.measured, self.later.eligible / self.later.measured
        quarter = RECENT / 2
        # In quarters from the middle of the half hour, where the line has its mean.
        steps = (quarter + min(seconds / 2, quarter)) / quarter
        rate = max(0.0, (0.5 - steps) * earlier + (0.5 + steps) * later)
        variance = ((0.5 - steps) ** 2 * earlier + (0.5 + steps) ** 2 * later) / quarter
        known = rate**2 / variance if variance > 0 else 0.0
        return Counts(known, 0.0, known / rate) if rate > 0 else Counts()


def expected(recent: Counts, last_week: LastWeek | None, halves: Halves | None = None, seconds: float = 0.0) -> Traffic:
    """The traffic to come. Last week gives only the change, so that a service that has grown since counts as grown.

    Where there is no last week, a clear rise or fall within the last half hour is taken to go on.

    >>> week = LastWeek(Counts(9000, 0, 1800), Counts(10800, 0, 1800), 1800)
    >>> round(expected(Counts(18000, 0, 1800), week).rate, 6)
    12.0
    """
    if recent.measured <= 0:
        return Traffic(recent, "no traffic was measured")
    now = recent.eligible / recent.measured
    if last_week is None or not last_week.tells or recent.eligible < _FEWEST:
        if halves is not None and halves.differ and (counts := halves.ahead(seconds)).measured > 0:
            rate = counts.eligible / counts.measured
            basis = f"traffic of {rate:.3g}/s: the last 30m, going on to change as within them (x{rate / now:.2f})"
            return Traffic(replace(counts, bad=counts.eligible * (recent.error_ratio or 0.0)), basis)
        basis = f"traffic stays at {now:.3g}/s, the mean of the last {rough(max(recent.measured, 1))}"
        return Traffic(recent, basis)
    before, during = last_week.before, last_week.during
    change = (during.eligible / during.measured) / (before.eligible / before.measured)
    # Three counts, each with its own chance: together they tell as much as this many requests would.
    known = 1 / (1 / recent.eligible + 1 / before.eligible + 1 / during.eligible)
    counts = Counts(known, known * (recent.error_ratio or 0.0), known / (now * change))
    basis = f"traffic of {now * change:.3g}/s: the last 30m, changing as in the same hour last week (x{change:.2f})"
    return Traffic(counts, basis)
