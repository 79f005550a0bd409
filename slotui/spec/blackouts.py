"""The blackouts of a policy or a timetable: windows with a start and an end, or with a cron time and a length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from slotui.core.blackout import Blackout, Once, Opening, Recurring, earliest, latest
from slotui.core.cron import Cron
from slotui.errors import Problem
from slotui.spec.findings import Findings, nearest
from slotui.spec.located import Document, Path_
from slotui.spec.policy_schema import BlackoutShape

_CLOCKS_OF = "add `timeZone: Europe/Berlin`, or UTC"


def blackouts_of(
    document: Document, path: Path_, shapes: Sequence[BlackoutShape]
) -> tuple[tuple[Blackout, ...], list[Problem]]:
    """The blackouts that stand in a list at `path`, and every problem with them."""
    findings = Findings()
    found = []
    for index, shape in enumerate(shapes):
        when = _when(document, [*path, index], shape, findings)
        if when is not None:
            found.append(Blackout(shape.name, when, tuple(shape.slos), shape.service))
    return tuple(found), findings.problems


def zone_of(document: Document, path: Path_, name: str | None, findings: Findings) -> str | None:
    """The time zone that is named at `path`, or None: none is named, or there is none of that name (a problem)."""
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fix = nearest(name, available_timezones(), "write a name of the IANA database: Europe/Berlin, UTC")
        findings.wrong(document, path, f"{name!r} is not a time zone", fix)
        return None
    return name


def cron_of(document: Document, path: Path_, expression: str, zone: str, findings: Findings) -> Cron | None:
    """The cron time that is written at `path`, if it is one that comes."""
    try:
        cron = Cron(expression, zone)
    except ValueError as error:
        findings.wrong(document, path, f"{expression!r} is no cron time: {error}", 'write it as "0 18 * * FRI"')
        return None
    if next(cron.after(0.0), None) is None:
        findings.wrong(document, path, f"{expression!r} never comes", "is there such a day in that month?")
        return None
    return cron


def _when(
    document: Document, path: list[str | int], shape: BlackoutShape, findings: Findings
) -> Once | Recurring | None:
    for what, fix in _misfits(shape):
        findings.wrong(document, path, f"blackout {shape.name!r} {what}", fix)
        return None
    zone = zone_of(document, [*path, "timeZone"], shape.timeZone, findings)
    if shape.timeZone is not None and zone is None:
        return None
    if shape.cron is not None:
        return _recurring(document, path, shape, zone or "UTC", findings)
    if shape.from_ is None or shape.to is None:
        return None
    opening = Opening(_instant(shape.from_, zone, ending=False), _instant(shape.to, zone, ending=True))
    if opening.end <= opening.start:
        findings.wrong(document, [*path, "to"], "the blackout ends before it begins", "write a `to` after `from`")
        return None
    return Once(opening)


def _misfits(shape: BlackoutShape) -> Iterator[tuple[str, str]]:
    """What is missing, or is too much, for either kind of window; of several the first is told."""
    once, recurring = (shape.from_, shape.to), (shape.cron, shape.for_)
    if any(once) and any(recurring):
        yield "has both a date and a cron time", "write `from` and `to`, or `cron` and `for`"
    elif any(recurring):
        if shape.cron is None:
            yield "has a length and no time", 'add `cron: "0 18 * * FRI"`'
        if shape.for_ is None:
            yield "has a time and no length", "add `for: 60h`"
        if shape.timeZone is None:
            yield "is on nobody's clocks", _CLOCKS_OF
    elif None in once:
        yield "has no beginning and end", "write `from` and `to`, or `cron` and `for`"
    elif shape.timeZone is None and any(moment is not None and moment.tzinfo is None for moment in once):
        yield "is on nobody's clocks", _CLOCKS_OF


def _recurring(
    document: Document, path: list[str | int], shape: BlackoutShape, zone: str, findings: Findings
) -> Recurring | None:
    cron = cron_of(document, [*path, "cron"], shape.cron or "", zone, findings)
    if cron is None or shape.for_ is None:
        return None
    found = Recurring(cron, shape.for_)
    if not found.closes(0.0):
        what = f"blackout {shape.name!r} never ends: it begins again before it is over"
        findings.wrong(document, [*path, "for"], what, "write a shorter `for`, or a rarer `cron`")
        return None
    return found


def _instant(moment: datetime, zone: str | None, *, ending: bool) -> float:
    """UTC seconds: as the offset says, where one is written, else on the clocks of the zone."""
    if moment.tzinfo is not None:
        return moment.timestamp()
    clocks = ZoneInfo(zone or "UTC")
    return latest(moment, clocks) if ending else earliest(moment, clocks)
