"""The shape of an error budget policy file."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from slotui.clock import parse_time
from slotui.core.excused import ExceptionKind
from slotui.core.policy import NOTICE, Deploys, Experiments
from slotui.duration import parse
from slotui.errors import UsageError
from slotui.spec.schema import Metadata, Strict


def _share(value: object) -> object:
    """`50%` or 0.5, as a fraction."""
    if isinstance(value, str) and value.strip().endswith("%"):
        try:
            return _finite(float(value.strip()[:-1]) / 100)
        except ValueError:
            raise ValueError("write a share as 50% or 0.5") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("write a share as 50% or 0.5")  # noqa: TRY004 - pydantic collects ValueErrors
    if value > 1:
        raise ValueError(f"a share is at most 1; did you mean {value}%?")
    return _finite(float(value))


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("write a finite number")
    return value


def _seconds(value: object) -> object:
    try:
        return float(parse(value)) if isinstance(value, str) else value
    except UsageError as error:
        raise ValueError(error.fix) from None


def _moment(value: object) -> object:
    """A time as YAML reads it (a datetime, a date) or as text, in UTC seconds."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    if not isinstance(value, str):
        raise ValueError("write a time as 2026-11-01T02:00:00Z")  # noqa: TRY004 - as above
    try:
        return parse_time(value)
    except (UsageError, OverflowError):
        raise ValueError("write a time as 2026-11-01T02:00:00Z") from None


def _wall_time(value: object) -> object:
    """A time as YAML reads it or as text; without an offset it is one on the clocks of some zone."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("write a time as 2026-11-27T00:00, or as 2026-11-27T00:00:00Z")


def _names(value: object) -> object:
    """One name or several."""
    return [value] if isinstance(value, str) else value


Share = Annotated[float, BeforeValidator(_share)]
Seconds = Annotated[float, BeforeValidator(_seconds), Field(gt=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Moment = Annotated[float, BeforeValidator(_moment)]
WallTime = Annotated[datetime, BeforeValidator(_wall_time)]
Words = Annotated[str, Field(min_length=1)]
Names = Annotated[list[Words], BeforeValidator(_names)]


class Enter(Strict):
    remainingBelow: Share | None = None
    remainingAtMost: Share | None = None
    daysLeftOver: Positive | None = None


class Leave(Strict):
    remainingAtLeast: Share | None = None
    after: Seconds | None = None


class Burn(Strict):
    over: Positive
    window: Seconds


class AlsoWhile(Strict):
    burn: Burn


class Tier(Strict):
    name: Words
    action: Words
    deploys: Deploys = "allowed"
    experiments: Experiments = "allowed"
    enter: Enter | None = None
    leave: Leave | None = None
    alsoWhile: AlsoWhile | None = None
    override: str | list[Words] = ""


class Exempt(Strict):
    kind: ExceptionKind
    slos: Names = Field(default_factory=list)
    from_: Annotated[Moment, Field(alias="from")]
    to: Moment
    announced: Moment | None = None
    reason: Words
    approver: Words


class BlackoutShape(Strict):
    name: Words
    from_: Annotated[WallTime | None, Field(alias="from")] = None
    to: WallTime | None = None
    cron: Words | None = None
    for_: Annotated[Seconds | None, Field(alias="for")] = None
    timeZone: str | None = None
    slos: Names = Field(default_factory=list)
    service: Words | None = None


class PolicySpec(Strict):
    tiers: list[Tier]
    notice: Seconds = NOTICE
    exceptions: list[Exempt] = Field(default_factory=list)
    blackouts: list[BlackoutShape] = Field(default_factory=list)


class PolicyDocument(Strict):
    apiVersion: Literal["slotui/v1"]
    kind: Literal["ErrorBudgetPolicy"]
    metadata: Metadata
    spec: PolicySpec
