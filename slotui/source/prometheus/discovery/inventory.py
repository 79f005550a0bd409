"""What a Prometheus has of other tools' SLOs: their recorded series, their rules, their alerts that fire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slotui.core.plain import clean
from slotui.errors import SourceError
from slotui.source.prometheus.api import Api, Series

_RULES = "/api/v1/rules?type=record"
_LONGEST_REASON = 100


@dataclass(frozen=True, slots=True)
class Rule:
    """A recording rule: the series it writes, and the expression."""

    name: str
    labels: Mapping[str, str]
    expression: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """Series by metric name, and the rules, or why they cannot be read."""

    series: Mapping[str, Sequence[Series]]
    rules: Sequence[Rule]
    no_rules: str = ""
    firing: Sequence[Series] = field(default=())

    def values(self, metric: str, label: str, value: str) -> list[float]:
        """The present values of `metric{label="value"}`; several where a replica label or groups tell them apart."""
        return [one.value for one in self.series.get(metric, ()) if one.labels.get(label) == value]

    def lowest(self, metric: str, label: str, value: str) -> float | None:
        """The least of `values`, or None for none."""
        return min(self.values(metric, label, value), default=None)

    def highest(self, metric: str, label: str, value: str) -> float | None:
        """The greatest of `values`, or None for none."""
        return max(self.values(metric, label, value), default=None)

    def labelled(self, metric: str, label: str) -> Mapping[str, Mapping[str, str]]:
        """The labels of `metric`, by the value of `label`, of all series that have it."""
        found = {one.labels[label]: one.labels for one in self.series.get(metric, ()) if one.labels.get(label)}
        return dict(sorted(found.items()))

    def expressions(self, name: str, label: str, value: str) -> list[str]:
        """The expressions of the rules that record `name{label="value"}`."""
        return [rule.expression for rule in self.rules if rule.name == name and rule.labels.get(label) == value]

    def alerts(self, label: str, value: str, severity: str) -> tuple[str, ...]:
        """The severities (by the label of that name, else the alert's name) at which alerts of an SLO fire."""
        severities = (
            one.labels.get(severity) or one.labels.get("alertname", "")
            for one in self.firing
            if one.labels.get(label) == value
        )
        return tuple(sorted({clean(found) for found in severities}))


async def look(api: Api, metrics: Iterable[str], at: float) -> Inventory:
    """The inventory at `at` (UTC seconds), in two requests. Raises `SourceError` where nobody answers."""
    wanted = f'{{__name__=~"{"|".join(metrics)}"}} or ALERTS{{alertstate="firing"}}'
    series: dict[str, list[Series]] = {}
    for one in await api.query(wanted, at):
        series.setdefault(one.labels.get("__name__", ""), []).append(one)
    firing = series.pop("ALERTS", [])
    rules, no_rules = await _rules(api) if series else ([], "")
    return Inventory(series, rules, no_rules, firing)


async def _rules(api: Api) -> tuple[list[Rule], str]:
    """The recording rules, or a phrase: VictoriaMetrics and a Thanos without rulers list none."""
    try:
        answer = await api.get(_RULES)
    except SourceError as error:
        return [], phrase(error.what)
    if not answer.is_success:
        return [], f"the rules API answered {answer.status_code}"
    try:
        rules = list(_listed(answer.json()))
    except (ValueError, KeyError, TypeError, AttributeError):
        return [], "the rules API gave no list of rules"
    return rules, "" if rules else "no rules are listed at this address"


def _listed(body: Any) -> Iterator[Rule]:
    for group in body["data"]["groups"]:
        for rule in group["rules"]:
            if rule.get("type", "recording") == "recording":
                labels = {str(name): str(value) for name, value in (rule.get("labels") or {}).items()}
                yield Rule(str(rule["name"]), labels, str(rule["query"]))


def phrase(reason: object) -> str:
    """Why something cannot be counted, as one short line whatever a server put into it."""
    text = clean(str(reason))
    return text if len(text) <= _LONGEST_REASON else f"{text[: _LONGEST_REASON - 1]}…"
