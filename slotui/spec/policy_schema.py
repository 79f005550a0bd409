"""The shape of an error budget policy file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator

from slotui.core.policy import Deploys, Experiments
from slotui.duration import parse
from slotui.errors import UsageError
from slotui.spec.schema import Metadata, Strict


def _share(value: object) -> object:
    """`50%` or 0.5, as a fraction."""
    if isinstance(value, str) and value.strip().endswith("%"):
        try:
            return float(value.strip()[:-1]) / 100
        except ValueError:
            raise ValueError("write a share as 50% or 0.5") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("write a share as 50% or 0.5")  # noqa: TRY004 - pydantic collects ValueErrors
    if value > 1:
        raise ValueError(f"a share is at most 1; did you mean {value}%?")
    return float(value)


def _seconds(value: object) -> object:
    try:
        return float(parse(value)) if isinstance(value, str) else value
    except UsageError as error:
        raise ValueError(error.fix) from None


Share = Annotated[float, BeforeValidator(_share)]
Seconds = Annotated[float, BeforeValidator(_seconds)]


class Enter(Strict):
    remainingBelow: Share | None = None
    remainingAtMost: Share | None = None


class Leave(Strict):
    remainingAtLeast: Share | None = None
    after: Seconds | None = None


class Tier(Strict):
    name: str
    action: str
    deploys: Deploys = "allowed"
    experiments: Experiments = "allowed"
    enter: Enter | None = None
    leave: Leave | None = None
    override: str = ""


class PolicySpec(Strict):
    tiers: list[Tier]


class PolicyDocument(Strict):
    apiVersion: Literal["slotui/v1"]
    kind: Literal["ErrorBudgetPolicy"]
    metadata: Metadata
    spec: PolicySpec
