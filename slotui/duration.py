"""Durations as Prometheus writes them: `90s`, `10m`, `1h30m`, `30d`, `4w`."""

from __future__ import annotations

import re

from slotui.errors import UsageError

MINUTE = 60
HOUR = 3600
DAY = 86400
WEEK = 7 * DAY

_UNITS = {"y": 365 * DAY, "w": WEEK, "d": DAY, "h": HOUR, "m": MINUTE, "s": 1, "ms": 0.001}
_PATTERN = re.compile(r"(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?")


def parse(text: str) -> float:
    """Seconds in a Prometheus duration, which must be longer than nothing.

    >>> parse("1h30m"), parse("4w"), parse("250ms")
    (5400, 2419200, 0.25)
    """
    found = _PATTERN.fullmatch(text.strip())
    seconds = sum(int(n) * unit for n, unit in zip(found.groups(), _UNITS.values(), strict=True) if n) if found else 0
    if not seconds:
        raise UsageError(f"{text!r} is not a duration", fix="write it as in Prometheus: 90s, 10m, 6h, 1h30m, 30d, 4w")
    return seconds


def compact(seconds: float) -> str:
    """The shortest exact spelling in days, hours, minutes and seconds.

    >>> compact(30 * DAY), compact(5400), compact(49920), compact(0.25), compact(0)
    ('30d', '1h30m', '13h52m', '250ms', '0s')
    """
    milliseconds = round(seconds * 1000)
    whole, rest = divmod(milliseconds, 1000)
    parts = []
    for unit in ("d", "h", "m", "s"):
        count, whole = divmod(whole, int(_UNITS[unit]))
        if count:
            parts.append(f"{count}{unit}")
    if rest:
        parts.append(f"{rest}ms")
    return "".join(parts) or "0s"


def rough(seconds: float) -> str:
    """At most two units, for people: what is smaller would be noise.

    >>> rough(49925), rough(470000), rough(59.6), rough(130), rough(3.9)
    ('13h52m', '5d10h', '1m', '2m10s', '4s')
    """
    whole = round(seconds)
    for big, small in ((DAY, HOUR), (HOUR, MINUTE), (MINUTE, 1)):
        if whole >= big:
            return compact(whole // big * big + whole % big // small * small)
    return f"{whole}s"
