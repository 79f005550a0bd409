"""OpenSLO v1 documents to SLOs. What is not understood yet is refused by name, never ignored."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from slotui.core.slo import EventSli, FreshnessSli, Selector, Sli, Slo
from slotui.duration import DAY, HOUR, MINUTE, WEEK
from slotui.errors import Problem
from slotui.spec.located import Document, Path_, check
from slotui.spec.promql import UnsupportedQueryError, counter_selector, timestamp_selector
from slotui.spec.schema import (
    Header,
    Metric,
    Objective,
    RatioMetric,
    ServiceDocument,
    SliDocument,
    SliSpec,
    SloDocument,
    TimeWindow,
)

_KINDS = ("Service", "SLI", "SLO")
_LATER = ("DataSource", "AlertPolicy", "AlertCondition", "AlertNotificationTarget")
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_DURATION = re.compile(r"(\d+)([mhdwMQY])")
_SECONDS = {"m": MINUTE, "h": HOUR, "d": DAY, "w": WEEK}
_COMES_LATER = "a later release reads it; take it out until then"


def slos_of(documents: Sequence[Document]) -> tuple[tuple[Slo, ...], list[Problem]]:
    """The SLOs of a set of documents, references resolved across files, and every problem found."""
    problems: list[Problem] = []
    slis: dict[str, tuple[Document, SliDocument]] = {}
    slos: list[tuple[Document, SloDocument]] = []
    for document in documents:
        model, wrong = _model_of(document)
        problems += wrong
        if isinstance(model, SliDocument):
            problems += _repeated(document, model.metadata.name, slis, "SLI")
            slis[model.metadata.name] = (document, model)
        elif isinstance(model, SloDocument):
            slos.append((document, model))
    found: dict[str, Slo] = {}
    for document, described in slos:
        slo, wrong = _Reader(document, described, slis).read()
        problems += wrong
        problems += _repeated(document, described.metadata.name, found, "SLO")
        if slo is not None:
            found[slo.name] = slo
    return tuple(found.values()), problems


def _model_of(document: Document) -> tuple[ServiceDocument | SliDocument | SloDocument | None, list[Problem]]:
    header, problems = check(document, Header)
    if header is None:
        return None, problems
    shapes: dict[str, type[ServiceDocument | SliDocument | SloDocument]] = {
        "Service": ServiceDocument,
        "SLI": SliDocument,
        "SLO": SloDocument,
    }
    if header.kind not in shapes:
        return None, [_unknown_kind(document, header.kind)]
    model, problems = check(document, shapes[header.kind])
    if model is not None:
        problems = _name_problems(document, model.metadata.name)
    return model, problems


def _unknown_kind(document: Document, kind: str) -> Problem:
    if kind in _LATER:
        return document.problem(["kind"], f"kind {kind} is not read yet", _COMES_LATER)
    near = difflib.get_close_matches(kind, _KINDS + _LATER, n=1)
    return document.problem(
        ["kind"], f"unknown kind {kind!r}", f"did you mean {near[0]}?" if near else f"known: {', '.join(_KINDS)}"
    )


def _repeated(document: Document, name: str, known: Mapping[str, object], kind: str) -> list[Problem]:
    if name not in known:
        return []
    return [document.problem(["metadata", "name"], f"a second {kind} named {name!r}", "names are unique; rename one")]


def _name_problems(document: Document, name: str) -> list[Problem]:
    if _NAME.fullmatch(name):
        return []
    return [
        document.problem(
            ["metadata", "name"],
            f"{name!r} is not a name in OpenSLO",
            "at most 63 lower-case letters, digits and dashes, a letter or digit at both ends",
        )
    ]


class _Reader:
    """Reads one SLO document, collecting what is wrong with it."""

    def __init__(self, document: Document, model: SloDocument, slis: dict[str, tuple[Document, SliDocument]]) -> None:
        self._document = document
        self._model = model
        self._slis = slis
        self.problems: list[Problem] = []

    def read(self) -> tuple[Slo | None, list[Problem]]:
        spec = self._model.spec
        window = self._window(spec.timeWindow)
        objective = self._objective(spec.objectives)
        target = self._target(objective) if objective else None
        sli = self._sli(objective)
        if spec.alertPolicies:
            self._wrong(["spec", "alertPolicies"], "alert policies are not read yet", _COMES_LATER)
        if self.problems or window is None or target is None or sli is None:
            return None, self.problems
        metadata = self._model.metadata
        labels = {name: str(value) for name, value in (metadata.labels or {}).items()}
        slo = Slo(metadata.name, spec.service, target, window, sli, metadata.displayName, spec.description, labels)
        return slo, self.problems

    def _wrong(self, path: Path_, what: str, fix: str, document: Document | None = None) -> None:
        self.problems.append((document or self._document).problem(path, what, fix))

    def _window(self, windows: list[TimeWindow]) -> int | None:
        path: list[str | int] = ["spec", "timeWindow"]
        if len(windows) != 1:
            self._wrong(path, f"{len(windows)} time windows", "OpenSLO v1 wants exactly one")
            return None
        window = windows[0]
        path.append(0)
        if window.calendar is not None or not window.isRolling:
            self._wrong(path, "calendar windows are not read yet", "write `isRolling: true` and no `calendar`")
            return None
        path.append("duration")
        found = _DURATION.fullmatch(window.duration)
        if found is None:
            self._wrong(path, f"{window.duration!r} is not a duration in OpenSLO", "write a number and a unit: 28d, 4w")
            return None
        count, unit = int(found[1]), found[2]
        if unit in "MQY":
            self._wrong(path, f"a rolling window of {window.duration} has no fixed length", "write 30d, 90d or 365d")
            return None
        seconds = count * _SECONDS[unit]
        if seconds < HOUR:
            hint = f"{count}M is {count} month(s): did you mean {30 * count}d?" if unit == "m" else "write 1h or more"
            self._wrong(path, f"a window of {window.duration} is too short for a budget", hint)
            return None
        return seconds

    def _objective(self, objectives: list[Objective]) -> Objective | None:
        if len(objectives) != 1:
            several = "several objectives in one SLO are not read yet" if objectives else "no objective"
            self._wrong(
                ["spec", "objectives"], several, "write one objective; a second one goes into an SLO of its own"
            )
            return None
        objective = objectives[0]
        if objective.indicator is not None or objective.indicatorRef or objective.compositeWeight is not None:
            self._wrong(["spec", "objectives", 0], "composite SLOs are not read yet", _COMES_LATER)
            return None
        return objective

    def _target(self, objective: Objective) -> float | None:
        path: list[str | int] = ["spec", "objectives", 0]
        if (objective.target is None) == (objective.targetPercent is None):
            both = "both `target` and `targetPercent`" if objective.target is not None else "no target"
            self._wrong(path, both, "write `target: 0.999` or `targetPercent: 99.9`")
            return None
        if objective.target is not None:
            if not 0 <= objective.target < 1:
                self._wrong(
                    [*path, "target"],
                    f"objective target {objective.target:g} is not a fraction",
                    _target_hint(objective.target),
                )
                return None
            return objective.target
        percent = objective.targetPercent
        if percent is None or not 0 <= percent < 100:
            self._wrong([*path, "targetPercent"], f"{percent} is not below 100", "100 % leaves no budget; write 99.9")
            return None
        # 99.9/100 is 0.9990000000000001 in binary; the decimal that was written is meant.
        return round(percent / 100, 12)

    def _sli(self, objective: Objective | None) -> Sli | None:
        spec = self._model.spec
        if (spec.indicator is None) == (spec.indicatorRef is None):
            both = "both `indicator` and `indicatorRef`" if spec.indicator else "no indicator"
            self._wrong(["spec"], both, "write exactly one of `indicator` and `indicatorRef`")
            return None
        if spec.indicator is not None:
            return self._indicator(self._document, ["spec", "indicator", "spec"], spec.indicator.spec, objective)
        name = spec.indicatorRef or ""
        if name not in self._slis:
            near = difflib.get_close_matches(name, self._slis, n=1)
            fix = f"did you mean {near[0]}?" if near else "add a document of kind SLI with that name"
            self._wrong(["spec", "indicatorRef"], f"no SLI is named {name!r}", fix)
            return None
        document, sli = self._slis[name]
        return self._indicator(document, ["spec"], sli.spec, objective)

    def _indicator(
        self, document: Document, path: list[str | int], spec: SliSpec, objective: Objective | None
    ) -> Sli | None:
        if (spec.ratioMetric is None) == (spec.thresholdMetric is None):
            self._wrong(path, "an SLI has a ratioMetric or a thresholdMetric", "write exactly one of the two", document)
            return None
        method = self._model.spec.budgetingMethod
        wanted = "Occurrences" if spec.ratioMetric is not None else "Timeslices"
        if method != wanted:
            metric = "ratioMetric" if spec.ratioMetric is not None else "thresholdMetric"
            self._wrong(
                ["spec", "budgetingMethod"],
                f"budgetingMethod {method} with a {metric} is not read yet",
                f"a {metric} is budgeted by {wanted}",
            )
            return None
        if spec.ratioMetric is not None:
            return self._events(document, [*path, "ratioMetric"], spec.ratioMetric)
        if spec.thresholdMetric is not None and objective is not None:
            return self._freshness(document, [*path, "thresholdMetric"], spec.thresholdMetric, objective)
        return None

    def _events(self, document: Document, path: list[str | int], ratio: RatioMetric) -> EventSli | None:
        if ratio.raw is not None or ratio.rawType is not None:
            self._wrong([*path, "raw"], "raw ratios carry no counts and are not read yet", _COMES_LATER, document)
            return None
        if not ratio.counter:
            self._wrong([*path, "counter"], "`counter: false` is not read yet", "count with a counter", document)
            return None
        if ratio.total is None:
            self._wrong(path, "no `total`", "add `total`, the eligible events", document)
            return None
        if (ratio.good is None) == (ratio.bad is None):
            self._wrong(path, "`good` or `bad`, and not both", "the other one is the rest of `total`", document)
            return None
        total = self._counter(document, [*path, "total"], ratio.total)
        good = self._counter(document, [*path, "good"], ratio.good) if ratio.good else None
        bad = self._counter(document, [*path, "bad"], ratio.bad) if ratio.bad else None
        if total is None or (good is None and bad is None):
            return None
        return EventSli(total, good, bad)

    def _counter(self, document: Document, path: list[str | int], metric: Metric) -> Selector | None:
        query = self._query(document, path, metric)
        if query is None:
            return None
        try:
            return counter_selector(query)
        except UnsupportedQueryError as reason:
            self._wrong(
                [*path, "metricSource", "spec", "query"],
                f"cannot count with this query: {reason}",
                "write a counter's selector, m{…}, or sum(increase(m{…}[{{.window}}]))",
                document,
            )
            return None

    def _query(self, document: Document, path: list[str | int], metric: Metric) -> str | None:
        source = metric.metricSource
        if source.metricSourceRef is not None:
            self._wrong(
                [*path, "metricSource", "metricSourceRef"], "data sources are not read yet", _COMES_LATER, document
            )
            return None
        if source.type != "Prometheus":
            self._wrong([*path, "metricSource"], f"metric source {source.type}", "write `type: Prometheus`", document)
            return None
        query = source.spec.get("query")
        if not isinstance(query, str):
            self._wrong([*path, "metricSource", "spec"], "no `query`", "add `query:` with the PromQL text", document)
            return None
        return query

    def _freshness(
        self, document: Document, path: list[str | int], metric: Metric, objective: Objective
    ) -> FreshnessSli | None:
        query = self._query(document, path, metric)
        if query is None:
            return None
        at: list[str | int] = ["spec", "objectives", 0]
        try:
            updated = timestamp_selector(query)
        except UnsupportedQueryError as reason:
            self._wrong(
                [*path, "metricSource", "spec", "query"],
                f"time slices of {reason} are not read yet",
                "a freshness SLI is an age: time() - max(m{…})",
                document,
            )
            return None
        if objective.op != "lte" or objective.value is None:
            self._wrong(
                at, "a freshness objective needs `op: lte` and a `value`", "write the greatest good age in seconds"
            )
            return None
        if objective.timeSliceTarget not in (None, 1.0):
            self._wrong(
                [*at, "timeSliceTarget"], "a slice is fresh throughout or not at all", "write timeSliceTarget: 1"
            )
            return None
        if objective.timeSliceWindow not in ("1m", 1):
            self._wrong([*at, "timeSliceWindow"], "slices other than one minute are not read yet", "write 1m")
            return None
        return FreshnessSli(updated, objective.value, MINUTE)


def _target_hint(target: float) -> str:
    if 1 < target < 100:
        return f"a target is 0 <= t < 1; write `target: {round(target / 100, 12):g}` or `targetPercent: {target:g}`"
    return "a target is 0 <= t < 1, as in `target: 0.999`; 1 leaves no budget at all"
