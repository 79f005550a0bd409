"""OpenSLO v1 documents to SLOs, references resolved across files. What cannot be read is refused by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pydantic import BaseModel

from slotui.core.alerts import AlertTier
from slotui.core.composite import composite_target
from slotui.core.sli import CompositeSli, CountedSli, EventSli, Matcher, Member, Selector, SliceSli
from slotui.core.slo import Slo
from slotui.spec.alerting import check_condition, tiers_of
from slotui.spec.annotations import PREFIX, Annotations, annotations_of
from slotui.spec.findings import Findings, nearest
from slotui.spec.indicator import IndicatorReader, Judged, Place
from slotui.spec.located import Document, check
from slotui.spec.names import label_text, slo_name
from slotui.spec.origin import Origin
from slotui.spec.schema import (
    AlertConditionDocument,
    AlertNotificationTargetDocument,
    AlertPolicyDocument,
    DataSourceDocument,
    Header,
    InlineSli,
    Objective,
    ServiceDocument,
    SliDocument,
    SliSpec,
    SloDocument,
)
from slotui.spec.time_window import Window, window_of
from slotui.spec.upgrade import upgraded

_SHAPES: dict[str, type[BaseModel]] = {
    "Service": ServiceDocument,
    "SLI": SliDocument,
    "SLO": SloDocument,
    "AlertPolicy": AlertPolicyDocument,
    "AlertCondition": AlertConditionDocument,
    "AlertNotificationTarget": AlertNotificationTargetDocument,
    "DataSource": DataSourceDocument,
}
KINDS = tuple(_SHAPES)
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")

Found = tuple[Slo, Origin]
Model = TypeVar("Model", SliDocument, AlertPolicyDocument, AlertConditionDocument, DataSourceDocument)


@dataclass(slots=True)
class _Catalogue:
    """The documents by kind and name, for references."""

    slis: dict[str, tuple[Document, SliDocument]] = field(default_factory=dict)
    policies: dict[str, tuple[Document, AlertPolicyDocument]] = field(default_factory=dict)
    conditions: dict[str, tuple[Document, AlertConditionDocument]] = field(default_factory=dict)
    sources: dict[str, tuple[Document, DataSourceDocument]] = field(default_factory=dict)
    slos: list[tuple[Document, SloDocument]] = field(default_factory=list)


def is_openslo(document: Document) -> bool:
    """Whether a document says that it is OpenSLO's, of whatever version."""
    return isinstance(document.data, dict) and str(document.data.get("apiVersion")).startswith("openslo")


def slos_of(documents: Sequence[Document]) -> tuple[tuple[Found, ...], Findings]:
    """The SLOs of a set of documents and where each is written, and every problem and note."""
    findings = Findings()
    catalogue = _catalogue([upgraded(document, findings) for document in documents], findings)
    found: dict[str, Found] = {}
    for document, model in catalogue.slos:
        for slo, origin in _SloReader(document, model, catalogue, findings).read():
            if slo.name in found:
                what = f"a second SLO named {slo.name!r}"
                findings.wrong(document, ["metadata", "name"], what, "names are unique; rename one")
            found[slo.name] = (slo, origin)
    for document, condition in catalogue.conditions.values():
        check_condition(document, condition, findings)
    return tuple(found.values()), findings


def _catalogue(documents: Sequence[Document], findings: Findings) -> _Catalogue:
    catalogue = _Catalogue()
    for document in documents:
        match _model_of(document, findings):
            case SliDocument() as model:
                _add(catalogue.slis, document, model, findings)
            case AlertPolicyDocument() as model:
                _add(catalogue.policies, document, model, findings)
            case AlertConditionDocument() as model:
                _add(catalogue.conditions, document, model, findings)
            case DataSourceDocument() as model:
                _add(catalogue.sources, document, model, findings)
            case SloDocument() as model:
                catalogue.slos.append((document, model))
            case _:
                pass  # services and notification targets: nothing refers to what is in them
    return catalogue


def _add(known: dict[str, tuple[Document, Model]], document: Document, model: Model, findings: Findings) -> None:
    name = model.metadata.name
    if name in known:
        what = f"a second {model.kind} named {name!r}"
        findings.wrong(document, ["metadata", "name"], what, "names are unique; rename one")
    known[name] = (document, model)


def _model_of(document: Document, findings: Findings) -> BaseModel | None:
    header, problems = check(document, Header)
    if header is None:
        findings.problems += problems
        return None
    if header.kind not in _SHAPES:
        fix = nearest(header.kind, _SHAPES, f"known: {', '.join(_SHAPES)}")
        findings.wrong(document, ["kind"], f"unknown kind {header.kind!r}", fix)
        return None
    model, problems = check(document, _SHAPES[header.kind])
    findings.problems += problems
    name = getattr(getattr(model, "metadata", None), "name", None)
    if name is not None and not _NAME.fullmatch(name):
        fix = "at most 63 lower-case letters, digits and dashes, a letter or digit at both ends"
        findings.wrong(document, ["metadata", "name"], f"{name!r} is not a name in OpenSLO", fix)
    return model


class _SloReader:
    """Reads one SLO document: one SLO, one for each objective, one for each value of a label, or a composite."""

    def __init__(self, document: Document, model: SloDocument, catalogue: _Catalogue, findings: Findings) -> None:
        self._document = document
        self._model = model
        self._catalogue = catalogue
        self._findings = findings
        self._indicators = IndicatorReader(catalogue.sources, findings)

    def read(self) -> Iterator[Found]:
        spec, before = self._model.spec, len(self._findings.problems)
        annotations = annotations_of(self._document, self._model.metadata.annotations, self._findings)
        window = window_of(self._document, spec.timeWindow, self._findings)
        alerting = None if window is None else self._alerting(window)
        composite = any(one.indicator is not None or one.indicatorRef is not None for one in spec.objectives)
        if not spec.objectives:
            self._wrong(["spec", "objectives"], "no objective", "add one with a target")
        names = self._names(composite=composite)
        judged = [self._one(index, objective, annotations) for index, objective in enumerate(spec.objectives)]
        self._composite_problems(composite=composite)
        if len(self._findings.problems) > before or window is None:
            return
        whole = self._blank(window, alerting, annotations)
        found = [
            (replace(whole, name=name, title=title, target=target, sli=sli), origin)
            for (name, title), (target, sli, origin) in zip(names, filter(None, judged), strict=True)
        ]
        for slo, origin in found:
            yield from self._per(slo, origin, annotations)
        if composite:
            yield self._composed(whole, [slo for slo, _ in found]), found[0][1]

    def _blank(self, window: Window, alerting: tuple[AlertTier, ...] | None, annotations: Annotations) -> Slo:
        metadata, spec = self._model.metadata, self._model.spec
        labels = {name: _label(value) for name, value in (metadata.labels or {}).items()}
        return Slo(
            name=metadata.name,
            service=spec.service,
            target=0.0,
            window=window[0],
            sli=CompositeSli(()),
            title=metadata.displayName,
            description=spec.description,
            labels=labels,
            calendar=window[1],
            alerting=alerting,
            runbook=annotations.runbook,
        )

    def _alerting(self, window: Window) -> tuple[AlertTier, ...] | None:
        known = self._catalogue
        return tiers_of(self._document, self._model, known.policies, known.conditions, window[0], self._findings)

    def _names(self, *, composite: bool) -> list[tuple[str, str]]:
        """Name and title of each objective's SLO: the document's own where there is one objective only."""
        metadata, objectives = self._model.metadata, self._model.spec.objectives
        if len(objectives) == 1 and not composite:
            return [(metadata.name, metadata.displayName)]
        names: list[tuple[str, str]] = []
        for index, objective in enumerate(objectives, start=1):
            words = slo_name(metadata.name, objective.displayName) if objective.displayName else ""
            taken = not words or any(words == name for name, _ in names)
            name = f"{metadata.name}-{index}" if taken else words
            title = " / ".join(part for part in (metadata.displayName, objective.displayName) if part)
            names.append((name, title))
        return names

    def _one(
        self, index: int, objective: Objective, annotations: Annotations
    ) -> tuple[float, CountedSli, Origin] | None:
        place = Place(self._document, ["spec", "objectives", index])
        target = self._target(objective, place)
        judged = Judged(
            objective,
            place,
            self._model.spec.budgetingMethod,
            Place(self._document, ["spec", "budgetingMethod"]),
        )
        found = self._indicator(objective, place)
        if found is None:
            return None
        where, inline = found
        sli = self._indicators.read(where, inline, judged, annotations)
        if target is None or sli is None:
            return None
        return target, sli, Origin(self._document, where.document, tuple(where.path), index)

    def _indicator(self, objective: Objective, place: Place) -> tuple[Place, SliSpec] | None:
        spec = self._model.spec
        own = objective.indicator is not None or objective.indicatorRef is not None
        inline: InlineSli | None = objective.indicator if own else spec.indicator
        reference = objective.indicatorRef if own else spec.indicatorRef
        at = place if own else Place(self._document, ["spec"])
        if (inline is None) == (reference is None):
            both = "both `indicator` and `indicatorRef`" if inline else "no indicator"
            self._findings.wrong(at.document, at.path, both, "write exactly one of `indicator` and `indicatorRef`")
            return None
        if inline is not None:
            return at / "indicator" / "spec", inline.spec
        assert reference is not None  # noqa: S101 - one of the two, as checked above
        if reference not in self._catalogue.slis:
            fix = nearest(reference, self._catalogue.slis, "add a document of kind SLI with that name")
            where = at / "indicatorRef"
            self._findings.wrong(where.document, where.path, f"no SLI is named {reference!r}", fix)
            return None
        document, sli = self._catalogue.slis[reference]
        return Place(document, ["spec"]), sli.spec

    def _target(self, objective: Objective, place: Place) -> float | None:
        if (objective.target is None) == (objective.targetPercent is None):
            both = "both `target` and `targetPercent`" if objective.target is not None else "no target"
            self._wrong(place.path, both, "write `target: 0.999` or `targetPercent: 99.9`")
            return None
        if objective.target is not None:
            if not 0 <= objective.target < 1:
                what = f"objective target {objective.target:g} is not a fraction"
                self._wrong([*place.path, "target"], what, _target_hint(objective.target))
                return None
            return objective.target
        percent = objective.targetPercent
        if percent is None or not 0 <= percent < 100:
            what = f"{percent} is not below 100"
            self._wrong([*place.path, "targetPercent"], what, "100 % leaves no budget; write 99.9")
            return None
        # 99.9/100 is 0.9990000000000001 in binary; the decimal that was written is meant.
        return round(percent / 100, 12)

    def _composite_problems(self, *, composite: bool) -> None:
        spec = self._model.spec
        if composite and (spec.indicator is not None or spec.indicatorRef is not None):
            what = "an indicator beside those of the objectives"
            self._wrong(["spec"], what, "a composite has one in each objective, and none of its own")
        for index, objective in enumerate(spec.objectives):
            at: list[str | int] = ["spec", "objectives", index, "compositeWeight"]
            weight = objective.compositeWeight
            if weight is None:
                continue
            if not composite:
                self._wrong(at, "a weight without a composite", "give each objective an `indicator` of its own")
            elif not 0 < weight < float("inf"):
                self._wrong(at, f"a weight of {weight:g}", "write a number above 0; 1 is the default")

    def _composed(self, whole: Slo, members: Sequence[Slo]) -> Slo:
        weights = [one.compositeWeight or 1.0 for one in self._model.spec.objectives]
        parts = tuple(Member(slo.name, slo.target, weight) for slo, weight in zip(members, weights, strict=True))
        return replace(whole, target=composite_target(parts), sli=CompositeSli(parts))

    def _per(self, slo: Slo, origin: Origin, annotations: Annotations) -> Iterator[Found]:
        if annotations.per is None:
            yield slo, origin
            return
        label, values = annotations.per
        if not slo.sli.selectors:
            path = ["metadata", "annotations", f"{PREFIX}per"]
            self._wrong(path, "an SLI that counts no series cannot be cut by a label", "take the annotation out")
        for value in values:
            name = slo_name(slo.name, value)
            sli = _cut(slo.sli, Matcher(label, "=", value)) if not isinstance(slo.sli, CompositeSli) else slo.sli
            yield replace(slo, name=name, sli=sli, labels={**slo.labels, label: value}), origin

    def _wrong(self, path: Sequence[str | int], what: str, fix: str) -> None:
        self._findings.wrong(self._document, path, what, fix)


def _cut(sli: CountedSli, matcher: Matcher) -> CountedSli:
    """The same SLI, of the series that meet one more condition."""

    def narrowed(selector: Selector | None) -> Selector | None:
        return None if selector is None else selector.with_(matcher)

    match sli:
        case EventSli(eligible=eligible, good=good, bad=bad):
            return replace(sli, eligible=eligible.with_(matcher), good=narrowed(good), bad=narrowed(bad))
        case SliceSli(measure=EventSli() as events):
            cut = _cut(events, matcher)
            return replace(sli, measure=cut) if isinstance(cut, EventSli) else sli
        case _:
            return sli


def _label(value: object) -> str:
    return ", ".join(map(label_text, value)) if isinstance(value, list) else label_text(value)


def _target_hint(target: float) -> str:
    if 1 < target < 100:
        return f"a target is 0 <= t < 1; write `target: {round(target / 100, 12):g}` or `targetPercent: {target:g}`"
    return "a target is 0 <= t < 1, as in `target: 0.999`; 1 leaves no budget at all"
