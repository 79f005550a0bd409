"""The one place that asks the machine for the time. Everything else is told what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from slotui.errors import UsageError

Clock = Callable[[], float]
"""Seconds since the epoch, UTC."""


def now() -> float:
    """Seconds since the epoch, UTC."""
    return time.time()


def to_iso(at: float) -> str:
    """UTC seconds as RFC 3339, whole seconds.

    >>> to_iso(1763820151.9)
    '2025-11-22T14:02:31Z'
    """
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: str) -> float:
    """RFC 3339 or seconds since the epoch, to UTC seconds. A time without a zone is UTC.

    >>> parse_time("2024-04-29T00:00:00Z") == parse_time("1714348800") == parse_time("2024-04-29")
    True
    """
    try:
        return _within_calendar(float(text))
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is not a time", fix="write it as 2024-04-29T12:00:00Z, or as Unix seconds"
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _within_calendar(seconds: float) -> float:
    """The same seconds, if they have a date. Raises ValueError for NaN, infinity and years beyond 9999."""
    try:
        datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(str(error)) from error
    return seconds


class Steady:
    """UTC seconds that no setting of the clock moves: the wall's at the start, counted on by the monotonic one.

    >>> wall, monotonic = iter([1000.0, 4600.0]), iter([7.0, 17.0, 17.0])
    >>> steady = Steady(lambda: next(wall), lambda: next(monotonic))
    >>> steady(), steady.step()
    (1010.0, 3590.0)
    """

    def __init__(self, wall: Clock = now, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._start = wall() - monotonic()

    def __call__(self) -> float:
        return self._start + self._monotonic()

    def step(self) -> float:
        """Seconds by which the wall clock was set forward since the start, or back (negative)."""
        return self._wall() - self()
