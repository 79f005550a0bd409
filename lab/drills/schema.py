# ruff: noqa: N815  # field names are those of the document
"""The shape of a drill's YAML: strict, an unknown field is an error."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from lab.checkout.nature import Cause
from lab.drills.scenario import Decision, HypothesisCause
from slotui.duration import DAY, parse
from slotui.errors import UsageError
from slotui.spec.policy_schema import Moment, Seconds, Share, Words
from slotui.spec.schema import Metadata, Strict


def _offset(value: object) -> object:
    """A duration, which here may be nothing: `0s` is the start."""
    if not isinstance(value, str):
        raise ValueError("write it as 10m; the start is 0s")  # noqa: TRY004 - pydantic collects ValueErrors
    try:
        return 0.0 if value.strip() == "0s" else float(parse(value))
    except UsageError as error:
        raise ValueError(error.fix) from None


Offset = Annotated[float, BeforeValidator(_offset)]
Part = Annotated[Share, Field(ge=0, le=1)]
"""A share that is part of a whole: of all checkouts, or of a budget."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class FaultShape(Strict):
    name: Name
    cause: Cause
    failing: Part = 0.0
    fromFailing: Part | None = None
    slow: Part = 0.0
    fromSlow: Part | None = None
    stalls: bool = False
    unseen: bool = False
    until: Offset | None = None
    endedBy: list[Name] = Field(default_factory=list)


class BlindShape(Strict):
    name: Name
    until: Offset
    endedBy: list[Name] = Field(default_factory=list)


class MessageShape(Strict):
    sender: Words = Field(alias="from")
    text: Words


class DeployShape(Strict):
    version: Words


class HappeningShape(Strict):
    at: Offset
    fault: FaultShape | None = None
    blind: BlindShape | None = None
    message: MessageShape | None = None
    deploy: DeployShape | None = None

    @model_validator(mode="after")
    def one_thing(self) -> Self:
        """An entry of the timeline is one thing."""
        if len(self.model_fields_set) != 2:
            raise ValueError("at a time happens one thing: fault, blind, message or deploy")
        return self


class TroubleShape(Strict):
    ago: Seconds
    lasted: Seconds
    cause: Cause
    failing: Part = 0.0
    slow: Part = 0.0


class WorldShape(Strict):
    starts: Moment
    rps: Annotated[float, Field(gt=0, le=2000, strict=False)]
    past: Seconds = 38.0 * DAY
    seed: int = 0
    troubles: list[TroubleShape] = Field(default_factory=list)


class AlertShape(Strict):
    slo: str
    tier: str
    by: Offset


class HypothesisShape(Strict):
    slos: Annotated[list[str], Field(min_length=1)]
    cause: HypothesisCause


class DecisionShape(Strict):
    slo: str
    choose: Decision
    after: Offset = 0.0


class RightShape(Strict):
    hypotheses: Annotated[list[HypothesisShape], Field(min_length=1)]
    decisions: Annotated[list[DecisionShape], Field(min_length=1)]


class ParShape(Strict):
    detect: Offset | None = None
    acknowledge: Offset | None = None
    hypothesis: Offset
    decision: Offset
    mitigate: Offset | None = None
    budget: Part


class RemedyShape(Strict):
    name: Name
    means: Words
    takes: Offset


class HintShape(Strict):
    text: Words
    cost: Annotated[int, Field(ge=1, le=50)]


class ExpectShape(Strict):
    alerts: list[AlertShape] = Field(default_factory=list)


class SpecShape(Strict):
    teaches: Words
    objective: Words
    brief: Words
    roles: Annotated[list[Words], Field(min_length=1)]
    lasts: Seconds
    speed: Annotated[float, Field(ge=1, le=10_000, strict=False)] = 60.0
    realTime: bool = False
    world: WorldShape
    timeline: Annotated[list[HappeningShape], Field(min_length=1)]
    expect: ExpectShape = Field(default_factory=ExpectShape)
    right: RightShape
    remedies: list[RemedyShape] = Field(default_factory=list)
    par: ParShape
    hints: list[HintShape] = Field(default_factory=list)
    questions: Annotated[list[Words], Field(min_length=1)]


class DrillDocument(Strict):
    apiVersion: Literal["slotui/v1"]
    kind: Literal["Drill"]
    metadata: Metadata
    spec: SpecShape
