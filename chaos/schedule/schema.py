# ruff: noqa: N815  # field names are those of the document
"""The shape of a timetable's YAML: strict, an unknown field is an error."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from chaos.schedule.timetable import ALWAYS, Until
from slotui.clock import parse_time
from slotui.duration import parse
from slotui.errors import UsageError
from slotui.spec.policy_schema import BlackoutShape, Seconds, Share, Words
from slotui.spec.schema import Metadata, Strict


def _offset(value: object) -> object:
    """A duration, which here may be nothing: `0s` is the start."""
    if not isinstance(value, str):
        raise ValueError("write it as 10m; the start is 0s")  # noqa: TRY004 - pydantic collects ValueErrors
    try:
        return 0.0 if value.strip() == "0s" else float(parse(value))
    except UsageError as error:
        raise ValueError(error.fix) from None


def _until(value: object) -> object:
    """`2h` after the start, or a moment, as YAML reads it or as text."""
    if isinstance(value, str):
        try:
            return Until(seconds=float(parse(value)))
        except UsageError:
            pass
    try:
        if isinstance(value, str | date):
            return Until(moment=parse_time(str(value)))
    except UsageError:
        pass
    raise ValueError("write it as 2h, or as 2026-12-01T00:00:00Z")


Offset = Annotated[float, BeforeValidator(_offset)]
End = Annotated[Until, BeforeValidator(_until)]


class EntryShape(Strict):
    name: Words | None = None
    at: Offset | None = None
    every: Seconds | None = None
    cron: Words | None = None
    timeZone: str | None = None
    jitter: Seconds = 0.0
    count: Annotated[int, Field(ge=1)] | None = None
    until: End = ALWAYS
    cap: Share | None = None
    inject: dict[str, Any]


class SpecShape(Strict):
    timeZone: str | None = None
    seed: int = 0
    cap: Share | None = None
    overlap: bool = False
    until: End = ALWAYS
    blackouts: list[BlackoutShape] = Field(default_factory=list)
    entries: Annotated[list[EntryShape], Field(min_length=1)]


class ScheduleDocument(Strict):
    apiVersion: Literal["slotui/v1"]
    kind: Literal["ChaosSchedule"]
    metadata: Metadata
    spec: SpecShape
