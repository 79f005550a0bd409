"""The shape of the OpenSLO v1 documents that are read: strict, an unknown field is an error."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Labels = dict[str, Any]


class Strict(BaseModel):
    """Base of all shapes: no unknown fields, no silent conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False)


class Metadata(Strict):
    name: str
    displayName: str = ""
    labels: Labels | None = None
    annotations: dict[str, Any] | None = None


class Header(BaseModel):
    """Enough of a document to know which kind it is."""

    model_config = ConfigDict(extra="ignore")

    apiVersion: str
    kind: str


class MetricSource(Strict):
    type: str | None = None
    metricSourceRef: str | None = None
    spec: dict[str, Any]


class Metric(Strict):
    metricSource: MetricSource


class RatioMetric(Strict):
    counter: bool = True
    good: Metric | None = None
    bad: Metric | None = None
    total: Metric | None = None
    raw: Any = None
    rawType: Literal["success", "failure"] | None = None


class SliSpec(Strict):
    description: str = ""
    ratioMetric: RatioMetric | None = None
    thresholdMetric: Metric | None = None


class InlineSli(Strict):
    metadata: Metadata | None = None
    spec: SliSpec


class Calendar(Strict):
    startTime: Any = None
    timeZone: str | None = None


class TimeWindow(Strict):
    duration: str
    isRolling: bool = False
    calendar: Calendar | None = None


class Objective(Strict):
    displayName: str = ""
    op: Literal["lte", "gte", "lt", "gt"] | None = None
    value: float | None = None
    target: float | None = None
    targetPercent: float | None = None
    timeSliceTarget: float | None = None
    timeSliceWindow: Any = None
    indicator: Any = None
    indicatorRef: str | None = None
    compositeWeight: float | None = None


class SloSpec(Strict):
    description: str = Field(default="", max_length=1050)
    service: str
    indicator: InlineSli | None = None
    indicatorRef: str | None = None
    timeWindow: list[TimeWindow]
    budgetingMethod: Literal["Occurrences", "Timeslices", "RatioTimeslices"]
    objectives: list[Objective]
    alertPolicies: list[Any] | None = None


class ServiceSpec(Strict):
    description: str = ""


class ServiceDocument(Strict):
    apiVersion: Literal["openslo/v1"]
    kind: Literal["Service"]
    metadata: Metadata
    spec: ServiceSpec


class SliDocument(Strict):
    apiVersion: Literal["openslo/v1"]
    kind: Literal["SLI"]
    metadata: Metadata
    spec: SliSpec


class SloDocument(Strict):
    apiVersion: Literal["openslo/v1"]
    kind: Literal["SLO"]
    metadata: Metadata
    spec: SloSpec
