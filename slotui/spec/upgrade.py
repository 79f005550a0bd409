"""OpenSLO v1alpha documents written anew as v1: the same values at the same lines, in the newer shape.

Only nodes move; each keeps the mark of where it stands, so that problems still point into the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import yaml

from slotui.spec.findings import Findings
from slotui.spec.located import Document

V1ALPHA = "openslo/v1alpha"
_UNITS = {
    "minute": "m", "hour": "h", "day": "d", "week": "w", "month": "M", "quarter": "Q", "year": "Y",
}  # fmt: skip
_SOURCE_FIELDS = ("source", "queryType", "query", "metadata")


def upgraded(document: Document, findings: Findings) -> Document:
    """The document as v1, with a note; as it is where it is none of v1alpha."""
    if not isinstance(document.data, dict) or document.data.get("apiVersion") != V1ALPHA:
        return document
    root = document.node
    if not isinstance(root, yaml.MappingNode):
        return document
    findings.note(document, ["apiVersion"], "read as openslo/v1", "write it as v1 when you next change it")
    node = _replaced(root, {"apiVersion": lambda old: _text("openslo/v1", old), "spec": _spec})
    return Document(document.file, yaml.constructor.SafeConstructor().construct_document(node), node)


def _spec(node: yaml.Node) -> yaml.Node:
    """`timeWindows` with unit and count, ratio metrics inside objectives and bare metric sources become v1's."""
    fields = _fields(node)
    if "timeWindows" in fields:
        fields["timeWindow"] = _each(fields.pop("timeWindows"), _time_window)
    if "indicator" in fields and "spec" not in _fields(fields["indicator"]):
        fields["indicator"] = _replaced(fields["indicator"], {"thresholdMetric": _metric})
        fields["indicator"] = _mapping({"spec": fields["indicator"]}, fields["indicator"])
    objectives = fields.get("objectives")
    if isinstance(objectives, yaml.SequenceNode):
        ratios = [_fields(one).get("ratioMetrics") for one in objectives.value]
        if len(ratios) == 1 and ratios[0] is not None and "indicator" not in fields:
            ratio = _ratio(ratios[0])
            fields["indicator"] = _mapping({"spec": _mapping({"ratioMetric": ratio}, ratio)}, ratio)
            fields["objectives"] = _each(objectives, lambda one: _without(one, "ratioMetrics"))
        else:
            fields["objectives"] = _each(objectives, _objective)
    return _mapping(fields, node)


def _objective(node: yaml.Node) -> yaml.Node:
    fields = _fields(node)
    if "ratioMetrics" in fields:
        ratio = _ratio(fields.pop("ratioMetrics"))
        fields["indicator"] = _mapping({"spec": _mapping({"ratioMetric": ratio}, ratio)}, ratio)
    return _mapping(fields, node)


def _ratio(node: yaml.Node) -> yaml.Node:
    fields = _fields(node)
    if "incremental" in fields:
        fields["counter"] = fields.pop("incremental")
    return _replaced(_mapping(fields, node), {"good": _metric, "bad": _metric, "total": _metric})


def _metric(node: yaml.Node) -> yaml.Node:
    """`{source, queryType, query}` to `{metricSource: {type, spec: {query}}}`."""
    fields = _fields(node)
    if "source" not in fields or any(name not in _SOURCE_FIELDS for name in fields):
        return node
    source = fields["source"]
    kind = _text("Prometheus", source) if str(source.value).lower() == "prometheus" else source
    spec = _mapping({"query": fields["query"]} if "query" in fields else {}, node)
    return _mapping({"metricSource": _mapping({"type": kind, "spec": spec}, node)}, node)


def _time_window(node: yaml.Node) -> yaml.Node:
    fields = _fields(node)
    unit, count = fields.pop("unit", None), fields.pop("count", None)
    if unit is not None and count is not None:
        letter = _UNITS.get(str(unit.value).lower().removesuffix("s"), str(unit.value))
        fields["duration"] = _text(f"{count.value}{letter}", count)
    # v1alpha takes a window without a calendar for a rolling one.
    if "isRolling" not in fields and "calendar" not in fields:
        fields["isRolling"] = yaml.ScalarNode("tag:yaml.org,2002:bool", "true", node.start_mark, node.end_mark)
    return _mapping(fields, node)


def _fields(node: yaml.Node) -> dict[str, yaml.Node]:
    return {str(key.value): value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _mapping(fields: dict[str, yaml.Node], like: yaml.Node) -> yaml.Node:
    pairs = [(_text(name, value), value) for name, value in fields.items()]
    return yaml.MappingNode("tag:yaml.org,2002:map", pairs, like.start_mark, like.end_mark)


def _replaced(node: yaml.Node, changes: dict[str, Callable[[yaml.Node], yaml.Node]]) -> yaml.Node:
    if not isinstance(node, yaml.MappingNode):
        return node
    pairs = [(key, changes.get(str(key.value), _same)(value)) for key, value in node.value]
    return yaml.MappingNode(node.tag, pairs, node.start_mark, node.end_mark)


def _each(node: yaml.Node, change: Callable[[yaml.Node], yaml.Node]) -> yaml.Node:
    if not isinstance(node, yaml.SequenceNode):
        return node
    items: Iterable[yaml.Node] = map(change, node.value)
    return yaml.SequenceNode(node.tag, list(items), node.start_mark, node.end_mark)


def _without(node: yaml.Node, name: str) -> yaml.Node:
    return _mapping({key: value for key, value in _fields(node).items() if key != name}, node)


def _same(node: yaml.Node) -> yaml.Node:
    return node


def _text(text: str, like: yaml.Node) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, like.start_mark, like.end_mark)
