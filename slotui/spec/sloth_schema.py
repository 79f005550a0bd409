"""The shape of Sloth's specs: `prometheus/v1`, and the same in a Kubernetes resource with its own spelling."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from slotui.spec.schema import Strict

_KUBERNETES = ConfigDict(extra="forbid", strict=True, populate_by_name=False, alias_generator=to_camel)


class Events(Strict):
    error_query: str
    total_query: str


class Raw(Strict):
    error_ratio_query: str


class Plugin(Strict):
    id: str
    options: dict[str, Any] | None = None


class Sli(Strict):
    raw: Raw | None = None
    events: Events | None = None
    plugin: Plugin | None = None


class Alert(Strict):
    disable: bool = False
    labels: dict[str, Any] | None = None
    annotations: dict[str, Any] | None = None


class Alerting(Strict):
    name: str = ""
    labels: dict[str, Any] | None = None
    annotations: dict[str, Any] | None = None
    page_alert: Alert = Field(default_factory=Alert)
    ticket_alert: Alert = Field(default_factory=Alert)


class Objective(Strict):
    name: str
    description: str = ""
    objective: float
    labels: dict[str, Any] | None = None
    sli: Sli
    alerting: Alerting = Field(default_factory=Alerting)
    slo_plugins: Any = None


class SlothDocument(Strict):
    version: Literal["prometheus/v1"]
    service: str
    labels: dict[str, Any] | None = None
    slos: list[Objective]
    slo_plugins: Any = None


class KubernetesEvents(Events):
    model_config = _KUBERNETES


class KubernetesRaw(Raw):
    model_config = _KUBERNETES


class KubernetesSli(Sli):
    raw: KubernetesRaw | None = None
    events: KubernetesEvents | None = None


class KubernetesAlerting(Alerting):
    model_config = _KUBERNETES


class KubernetesObjective(Objective):
    model_config = _KUBERNETES

    sli: KubernetesSli
    alerting: KubernetesAlerting = Field(default_factory=KubernetesAlerting)


class KubernetesSpec(Strict):
    model_config = _KUBERNETES

    service: str
    labels: dict[str, Any] | None = None
    slos: list[KubernetesObjective]
    slo_plugins: Any = None


class SlothResource(Strict):
    apiVersion: Literal["sloth.slok.dev/v1"]
    kind: Literal["PrometheusServiceLevel"]
    metadata: dict[str, Any]
    spec: KubernetesSpec
    status: Any = None
