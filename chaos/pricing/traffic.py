"""The requests to come, from those that came: the last half hour, changing as the same hour of last week did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chaos.pricing.trend import through
from slotui.core.timeline import Counts
from slotui.duration import MINUTE, rough

RECENT = 30 * MINUTE
"""Seconds of recent traffic that stand for the traffic to come."""

SHORT_PIECE = 2 * MINUTE
"""Seconds of a piece of it: so short that a restart spoils one or two of many."""

_MEASURED = 0.9
"""Share of a stretch of last week that must have been measured before anything is concluded from it."""

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
    """The expected traffic, as counts of a stretch that would tell as much about it, and what that rests on.

    `dispersion` is the variance of its counts over their mean: 1 where requests come by chance alone.
    """

    counts: Counts
    basis: str
    dispersion: float = 1.0

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.counts.eligible / self.counts.measured if self.counts.measured > 0 else 0.0


def around(at: float, seconds: float) -> tuple[float, float]:
    """The stretch around the middle of an experiment that starts `at`: as long as it is, half an hour at least."""
    half = max(RECENT, seconds) / 2
    return at + seconds / 2 - half, at + seconds / 2 + half


def expected(
    recent: Counts, last_week: LastWeek | None, pieces: Sequence[Counts] = (), seconds: float = 0.0
) -> Traffic:
    """The traffic to come in the next `seconds`. `pieces` are the last half hour's, equally long and oldest first.

    Last week gives only the change, so that a service that has grown since counts as grown. Where there is no last
    week, a clear rise or fall within the last half hour is taken to go on.

    >>> week = LastWeek(Counts(9000, 0, 1800), Counts(10800, 0, 1800), 1800)
    >>> round(expected(Counts(18000, 0, 1800), week).rate, 6)
    12.0
    """
    if recent.measured <= 0:
        return Traffic(recent, "no traffic was measured")
    now = recent.eligible / recent.measured
    line = through(pieces)
    lately = line.at(0.0) if line else recent
    odd = "" if line is None or not line.odd else f", less {line.odd} odd piece{'s' if line.odd > 1 else ''} of it"
    dispersion = line.dispersion if line else 1.0
    errors = recent.error_ratio or 0.0
    if last_week is None or not last_week.tells or recent.eligible < _FEWEST:
        if line is not None and line.slope:
            # No farther than a quarter of an hour: no rise goes on for ever.
            counts = line.at(RECENT / 2 + min(seconds / 2, RECENT / 2))
            rate = _rate(counts)
            basis = f"traffic of {rate:.3g}/s: the last 30m{odd}, going on to change as within them (x{rate / now:.2f})"
            return Traffic(replace(counts, bad=counts.eligible * errors), basis, dispersion)
        basis = f"traffic stays at {_rate(lately):.3g}/s, the mean of the last {rough(max(recent.measured, 1))}{odd}"
        return Traffic(replace(lately, bad=lately.eligible * errors), basis, dispersion)
    before, during = last_week.before, last_week.during
    change = _rate(during) / _rate(before)
    # Three counts, each with its own chance: together they tell as much as this many requests would.
    known = 1 / (1 / lately.eligible + 1 / before.eligible + 1 / during.eligible)
    rate = _rate(lately) * change
    counts = Counts(known, known * errors, known / rate)
    basis = f"traffic of {rate:.3g}/s: the last 30m{odd}, changing as in the same hour last week (x{change:.2f})"
    return Traffic(counts, basis, dispersion)


def _rate(counts: Counts) -> float:
    return counts.eligible / counts.measured
