"""OpenSLO time windows: rolling ones of a fixed length, and calendar periods in a time zone."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from slotui.core.window import Calendar
from slotui.duration import HOUR
from slotui.spec.findings import Findings, nearest
from slotui.spec.located import Document, Path_
from slotui.spec.openslo_duration import Duration, duration_of
from slotui.spec.schema import Calendar as CalendarShape
from slotui.spec.schema import TimeWindow

Window = tuple[int, Calendar | None]
"""Seconds (nominal ones for a calendar), and the calendar."""


def window_of(document: Document, windows: list[TimeWindow], findings: Findings) -> Window | None:
    """The one window of an SLO, or None with the problem among the findings."""
    path: list[str | int] = ["spec", "timeWindow"]
    if len(windows) != 1:
        findings.wrong(document, path, f"{len(windows)} time windows", "OpenSLO v1 wants exactly one")
        return None
    window = windows[0]
    duration = _duration(document, [*path, 0, "duration"], window.duration, findings)
    if window.isRolling:
        return _rolling(document, [*path, 0], window, duration, findings)
    if window.calendar is None:
        findings.wrong(
            document,
            [*path, 0],
            "neither a rolling window nor a calendar",
            "write `isRolling: true`, or a `calendar` with `startTime` and `timeZone`",
        )
        return None
    return _calendar(document, [*path, 0, "calendar"], window.calendar, duration, findings)


def _duration(document: Document, path: Path_, text: str, findings: Findings) -> Duration | None:
    found = duration_of(text)
    if found is None:
        findings.wrong(
            document, path, f"{text!r} is not a duration in OpenSLO", "write a number and a unit: 28d, 4w, 1M"
        )
        return None
    if found.seconds < HOUR:
        meant = f"m is minutes: did you mean {found.number}M, or {30 * found.number}d where it rolls?"
        hint = meant if found.unit == "m" else "write 1h or more"
        findings.wrong(document, path, f"a window of {text} is too short for a budget", hint)
        return None
    return found


def _rolling(
    document: Document, path: list[str | int], window: TimeWindow, duration: Duration | None, findings: Findings
) -> Window | None:
    if window.calendar is not None:
        findings.wrong(
            document, [*path, "calendar"], "a rolling window has no calendar", "take it out, or write isRolling: false"
        )
        return None
    if duration is None:
        return None
    if not duration.fixed:
        what = f"a rolling window of {window.duration} has no fixed length"
        findings.wrong(document, [*path, "duration"], what, "write 30d, 90d or 365d, or a calendar window")
        return None
    return duration.seconds, None


def _calendar(
    document: Document, path: list[str | int], written: CalendarShape, duration: Duration | None, findings: Findings
) -> Window | None:
    zone = _zone(document, path, written.timeZone, findings)
    start = _start(document, path, written.startTime, findings)
    if duration is None or zone is None or start is None:
        return None
    # An instant with an offset of its own is meant as that instant, on the wall clocks of the zone.
    wall = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if start.tzinfo else start
    return duration.seconds, Calendar(duration.number, duration.unit, wall, zone)


def _zone(document: Document, path: list[str | int], name: str | None, findings: Findings) -> str | None:
    if name is None:
        findings.wrong(document, path, "a calendar without a time zone", "add `timeZone: Europe/Berlin`, or UTC")
        return None
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fix = nearest(name, available_timezones(), "write a name of the IANA database: Europe/Berlin, UTC")
        findings.wrong(document, [*path, "timeZone"], f"{name!r} is not a time zone", fix)
        return None
    return name


def _start(document: Document, path: list[str | int], written: Any, findings: Findings) -> datetime | None:
    """YAML reads an unquoted time itself; a quoted one is still text."""
    match written:
        case datetime():
            return written
        case date():
            return datetime.combine(written, time())
        case str():
            try:
                return datetime.fromisoformat(written)
            except ValueError:
                pass
    what = "a calendar without a start" if written is None else f"{written!r} is not a time"
    where = path if written is None else [*path, "startTime"]
    findings.wrong(document, where, what, "write `startTime: 2024-01-01 00:00:00`, the start of any period")
    return None
