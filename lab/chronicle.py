"""What happened to Carta in a month that never was: releases, two incidents, a slow leak, a stock that stood still.

Releases belong to the calendar and not to the seed: two pasts made on different days agree about every release that
both of them hold, so a ledger that saw both has each release once.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from lab.checkout.nature import Cause
from slotui.duration import DAY, HOUR, MINUTE

LAST_RELEASE = DAY
"""Seconds before the end of a past within which nothing was released: what burns then comes from the live lab."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that went wrong: extra failures of one cause, from one ratio to another, and extra slow answers."""

    title: str
    start: float
    end: float
    cause: Cause
    from_ratio: float
    to_ratio: float
    slow_ratio: float = 0.0

    def failing(self, at: float) -> float:
        """Extra share of requests that fail at `at`: linear from start to end, 0 outside."""
        if not self.start < at <= self.end:
            return 0.0
        return self.from_ratio + (self.to_ratio - self.from_ratio) * (at - self.start) / (self.end - self.start)

    def slowing(self, at: float) -> float:
        """Extra share of requests that are slow at `at`."""
        return self.slow_ratio if self.start < at <= self.end else 0.0


@dataclass(frozen=True, slots=True)
class Stall:
    """The inventory was not refreshed from `start` to `end`."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Release:
    """A version of checkout that went out at `at` (UTC seconds, a whole minute), and what it stirred up, if anything.

    Most leave a trace that only a close look finds: a few failed requests while processes change, or slow ones while
    caches are cold.
    """

    at: float
    version: str
    trace: Trouble | None


@dataclass(frozen=True, slots=True)
class Chronicle:
    """Everything of note in a past, each kind in the order in which the story of it is told."""

    troubles: tuple[Trouble, ...]
    stalls: tuple[Stall, ...]
    releases: tuple[Release, ...]

    @property
    def disturbances(self) -> tuple[Trouble, ...]:
        """All that failed or slowed requests, the traces of releases included."""
        return (*self.troubles, *(release.trace for release in self.releases if release.trace is not None))


def chronicle(start: float, end: float, seed: int) -> Chronicle:
    """What happened in `(start, end]` (UTC seconds, whole minutes); what began before `start` is left out."""
    rng = random.Random(f"carta/{seed}/chronicle")
    released = list(_releases(start, end - LAST_RELEASE, seed))
    # Five days old at least, by the calendar below: out of every alert's window.
    bad = next((release for release in released if release.at > end - 9.5 * DAY), None)
    return Chronicle(
        troubles=tuple(trouble for trouble in _troubles(end, bad, rng) if trouble.start >= start),
        stalls=tuple(stall for stall in _stalls(end, rng) if stall.start >= start),
        releases=tuple(Release(one.at, one.version, None) if one is bad else one for one in released),
    )


def _troubles(end: float, bad: Release | None, rng: random.Random) -> Iterator[Trouble]:
    outage = _day(end, 19, rng.uniform(11, 15))
    leak = _day(end, 13, rng.uniform(4, 6))
    yield Trouble("card processor times out", outage, outage + 25 * MINUTE, "payment", 0.06, 0.06, slow_ratio=0.15)
    # Peaks at a burn of 2.5: expensive, and no alert tier of a 30-day window ever notices it.
    yield Trouble("card processor fails a little more each hour", leak, leak + 14 * HOUR, "payment", 0.0003, 0.0023)
    if bad is not None:
        yield Trouble(f"{bad.version} is a bad release", bad.at, bad.at + 8 * MINUTE, "checkout", 0.28, 0.28)


def _stalls(end: float, rng: random.Random) -> Iterator[Stall]:
    for days, minutes in ((24, 3), (16, 5), (6, 1), (5, 7), (4, 2)):
        start = _day(end, days, rng.uniform(9, 15))
        yield Stall(start, start + minutes * MINUTE)


def _releases(start: float, end: float, seed: int) -> Iterator[Release]:
    """One on most working days and never two without, within the hours at which somebody is there to watch it."""
    for day in range(int(start // DAY), int(end // DAY) + 1):
        at = (day * DAY + random.Random(f"carta/hour/{day}").uniform(8.5, 14.5) * HOUR) // MINUTE * MINUTE
        date = datetime.fromtimestamp(at, UTC)
        before = day - (3 if date.isoweekday() == 1 else 1)
        skipped = not _is_asked_for(day) and _is_asked_for(before)
        if date.isoweekday() <= 5 and not skipped and start <= at <= end:
            version = f"checkout {date:%Y.%m.%d}"
            yield Release(at, version, _trace(version, at, random.Random(f"carta/{seed}/release/{day}")))


def _is_asked_for(day: int) -> bool:
    return random.Random(f"carta/release/{day}").random() < 0.6


def _trace(version: str, at: float, rng: random.Random) -> Trouble | None:
    stirs, strength = rng.random(), rng.uniform(0.5, 1.0)
    if stirs < 0.5:
        return Trouble(f"{version} cuts requests off", at, at + MINUTE, "checkout", 0.01 * strength, 0.01 * strength)
    if stirs < 0.8:
        return Trouble(f"{version} starts cold", at, at + 3 * MINUTE, "checkout", 0.0, 0.0, slow_ratio=0.2 * strength)
    return None


def _day(end: float, days: int, hour: float) -> float:
    """`hour` o'clock UTC of the day that is `days` days before the one of `end`, to the minute."""
    return ((end - days * DAY) // DAY * DAY + hour * HOUR) // MINUTE * MINUTE
