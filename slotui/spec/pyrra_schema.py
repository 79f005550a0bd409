"""The shape of Pyrra's `ServiceLevelObjective` resources."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from slotui.spec.schema import Strict


class KubernetesMetadata(BaseModel):
    """What is read of a Kubernetes resource's metadata; a cluster adds much that is its own."""

    model_config = ConfigDict(extra="ignore", strict=True)

    name: str
    labels: dict[str, Any] | None = None


class Query(Strict):
    metric: str


class Ratio(Strict):
    errors: Query
    total: Query
    grouping: list[str] | None = None


class Latency(Strict):
    success: Query
    total: Query
    grouping: list[str] | None = None


class NativeLatency(Strict):
    latency: str
    total: Query
    grouping: list[str] | None = None


class BoolGauge(Strict):
    metric: str
    grouping: list[str] | None = None


class Indicator(Strict):
    ratio: Ratio | None = None
    latency: Latency | None = None
    latencyNative: NativeLatency | None = None
    bool_gauge: BoolGauge | None = None


class Alerting(Strict):
    disabled: bool | None = None
    burnrates: bool | None = None
    absent: bool | None = None
    name: str = ""
    absentName: str = ""


class PyrraSpec(Strict):
    description: str = ""
    target: str
    window: str
    indicator: Indicator
    alerting: Alerting = Field(default_factory=Alerting)
    partial_response_strategy: str = ""
    performance_over_accuracy: bool = False


class PyrraDocument(Strict):
    apiVersion: Literal["pyrra.dev/v1alpha1"]
    kind: Literal["ServiceLevelObjective"]
    metadata: KubernetesMetadata
    spec: PyrraSpec
    status: Any = None
