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


class LooseMetadata(Strict):
    """Of what stands inside another document and need not have a name."""

    name: str | None = None
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
    raw: Metric | None = None
    rawType: Literal["success", "failure"] | None = None


class SliSpec(Strict):
    description: str = ""
    ratioMetric: RatioMetric | None = None
    thresholdMetric: Metric | None = None


class InlineSli(Strict):
    metadata: LooseMetadata | None = None
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
    indicator: InlineSli | None = None
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
    alertPolicies: list[AlertPolicyRef | InlineAlertPolicy] | None = None


class Condition(Strict):
    kind: Literal["burnrate"]
    op: Literal["lte", "gte", "lt", "gt"]
    threshold: float
    lookbackWindow: str
    alertAfter: str | None = None


class AlertConditionSpec(Strict):
    description: str = Field(default="", max_length=1050)
    severity: str
    condition: Condition


class ConditionRef(Strict):
    conditionRef: str


class InlineCondition(Strict):
    kind: Literal["AlertCondition"]
    metadata: LooseMetadata | None = None
    spec: AlertConditionSpec


class TargetRef(Strict):
    targetRef: str


class NotificationTargetSpec(Strict):
    description: str = Field(default="", max_length=1050)
    target: str


class InlineTarget(Strict):
    kind: Literal["AlertNotificationTarget"]
    metadata: LooseMetadata | None = None
    spec: NotificationTargetSpec


class AlertPolicySpec(Strict):
    description: str = Field(default="", max_length=1050)
    alertWhenNoData: bool = False
    alertWhenResolved: bool = False
    alertWhenBreaching: bool = True
    conditions: list[ConditionRef | InlineCondition]
    notificationTargets: list[TargetRef | InlineTarget] | None = None


class AlertPolicyRef(Strict):
    alertPolicyRef: str


class InlineAlertPolicy(Strict):
    kind: Literal["AlertPolicy"]
    metadata: LooseMetadata | None = None
    spec: AlertPolicySpec


class DataSourceSpec(Strict):
    description: str = Field(default="", max_length=1050)
    type: str
    connectionDetails: Any = None


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


class AlertPolicyDocument(Strict):
    apiVersion: Literal["openslo/v1"]
    kind: Literal["AlertPolicy"]
    metadata: Metadata
    spec: AlertPolicySpec


class AlertConditionDocument(Strict):
    apiVersion: Literal["openslo/v1"]
    kind: Literal["AlertCondition"]
    metadata: Metadata
    spec: AlertConditionSpec


class AlertNotificationTargetDocument(Strict):
    apiVersion: Literal["openslo/v1"]
    kind: Literal["AlertNotificationTarget"]
    metadata: Metadata
    spec: NotificationTargetSpec


class DataSourceDocument(Strict):
    apiVersion: Literal["openslo/v1"]
    kind: Literal["DataSource"]
    metadata: Metadata
    spec: DataSourceSpec
