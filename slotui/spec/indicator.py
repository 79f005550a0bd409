"""OpenSLO indicators to SLIs: events, thresholds and raw ratios, budgeted by occurrences or by slices of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from slotui.core.sli import CountedSli, EventSli, RawRatio, Selector, SliceSli, Threshold
from slotui.duration import DAY, HOUR, MINUTE
from slotui.spec.annotations import Annotations
from slotui.spec.findings import Findings, nearest
from slotui.spec.located import Document
from slotui.spec.openslo_duration import duration_of
from slotui.spec.promql import UnsupportedQueryError, counter_selector, gauge_of, parsed
from slotui.spec.schema import DataSourceDocument, Metric, Objective, RatioMetric, SliSpec

Path = list[str | int]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part is written."""

    document: Document
    path: Path

    def __truediv__(self, step: str | int) -> Place:
        return Place(self.document, [*self.path, step])


@dataclass(frozen=True, slots=True)
class Judged:
    """An objective, where it is written, and how its SLO budgets."""

    objective: Objective
    place: Place
    method: str
    method_place: Place


class IndicatorReader:
    """Reads indicators against objectives, adding to the findings what is wrong with either."""

    def __init__(self, sources: Mapping[str, tuple[Document, DataSourceDocument]], findings: Findings) -> None:
        self._sources = sources
        self._findings = findings

    def read(self, place: Place, spec: SliSpec, judged: Judged, annotations: Annotations) -> CountedSli | None:
        """The SLI of an indicator at `place` as the objective judges it, or None with a problem among the findings."""
        if (spec.ratioMetric is None) == (spec.thresholdMetric is None):
            self._wrong(place, "an SLI has a ratioMetric or a thresholdMetric", "write exactly one of the two")
            return None
        if spec.thresholdMetric is not None:
            return self._sliced(self._threshold(place / "thresholdMetric", spec.thresholdMetric, judged), judged)
        assert spec.ratioMetric is not None  # noqa: S101 - one of the two, as checked above
        ratio = spec.ratioMetric
        self._idle_comparison(judged)
        if ratio.raw is not None or ratio.rawType is not None:
            return self._sliced(self._raw(place / "ratioMetric", ratio), judged)
        if not ratio.counter:
            return self._sliced(self._gauges(place / "ratioMetric", ratio), judged)
        events = self._events(place / "ratioMetric", ratio)
        if events is None:
            return None
        events = replace(events, weights=annotations.weights, cause=annotations.cause)
        sliced = self._sliced(events, judged)
        return events if judged.method == "Occurrences" else sliced

    def _sliced(self, measure: EventSli | Threshold | RawRatio | None, judged: Judged) -> SliceSli | None:
        seconds, target = self._slice_window(judged), self._slice_target(judged, measure)
        if measure is None or seconds is None or (judged.method == "Timeslices" and target is None):
            return None
        return SliceSli(measure, seconds, target)

    def _slice_window(self, judged: Judged) -> int | None:
        written, place = judged.objective.timeSliceWindow, judged.place / "timeSliceWindow"
        if judged.method == "Occurrences":
            if written is not None:
                self._wrong(
                    place, "Occurrences have no time slices", "take it out, or write budgetingMethod: Timeslices"
                )
            return MINUTE
        if written is None:
            self._wrong(judged.place, f"{judged.method} without a timeSliceWindow", "add `timeSliceWindow: 1m`")
            return None
        seconds: float | None = None
        if isinstance(written, int | float) and not isinstance(written, bool):
            seconds = written * MINUTE
        elif isinstance(written, str) and (duration := duration_of(written)) is not None and duration.fixed:
            seconds = duration.seconds
        if seconds is None or seconds < MINUTE or seconds % MINUTE or seconds > HOUR or DAY % seconds:
            fix = "write 1m, 5m, 15m, 30m or 1h: whole minutes that divide a day"
            self._wrong(place, f"{written!r} is no length for time slices", fix)
            return None
        return int(seconds)

    def _slice_target(self, judged: Judged, measure: object) -> float | None:
        target, place = judged.objective.timeSliceTarget, judged.place / "timeSliceTarget"
        if judged.method != "Timeslices":
            if target is not None:
                self._wrong(place, f"{judged.method} have no timeSliceTarget", "take it out, or write Timeslices")
            return None
        if target is None:
            if isinstance(measure, Threshold):
                return 1.0  # every look has to be good
            self._wrong(judged.place, "Timeslices without a timeSliceTarget", "add `timeSliceTarget: 0.95`")
            return None
        if not 0 < target <= 1:
            fix = "write 0 < timeSliceTarget <= 1: the share of a slice that must be good"
            self._wrong(place, f"timeSliceTarget {target:g} is not a fraction", fix)
            return None
        return target

    def _idle_comparison(self, judged: Judged) -> None:
        for field in ("op", "value"):
            if getattr(judged.objective, field) is not None:
                place = judged.place / field
                what = f"`{field}` says nothing about a ratioMetric"
                self._findings.note(place.document, place.path, what, "it is not read; take it out")

    def _events(self, place: Place, ratio: RatioMetric) -> EventSli | None:
        if ratio.total is None:
            self._wrong(place, "no `total`", "add `total`, the eligible events")
            return None
        if (ratio.good is None) == (ratio.bad is None):
            self._wrong(place, "`good` or `bad`, and not both", "the other one is the rest of `total`")
            return None
        total = self._counter(place / "total", ratio.total)
        good = self._counter(place / "good", ratio.good) if ratio.good else None
        bad = self._counter(place / "bad", ratio.bad) if ratio.bad else None
        if total is None or (good is None and bad is None):
            return None
        return EventSli(total, good, bad)

    def _gauges(self, place: Place, ratio: RatioMetric) -> RawRatio | None:
        """A ratio of two values that go up and down: there are no events to count, only a ratio at each moment."""
        part, name = (ratio.good, "good") if ratio.good is not None else (ratio.bad, "bad")
        if ratio.total is None or part is None or (ratio.good is not None and ratio.bad is not None):
            self._wrong(place, "`total` and one of `good` and `bad`", "write exactly those two")
            return None
        total, other = self._query(place / "total", ratio.total), self._query(place / name, part)
        return None if total is None or other is None else RawRatio(f"({other}) / ({total})", failure=name == "bad")

    def _raw(self, place: Place, ratio: RatioMetric) -> RawRatio | None:
        if ratio.raw is None or ratio.rawType is None:
            self._wrong(place, "`raw` and `rawType` go together", "write both: rawType is success or failure")
            return None
        if any(part is not None for part in (ratio.good, ratio.bad, ratio.total)):
            self._wrong(place, "`raw` beside `good`, `bad` or `total`", "keep one of the two")
            return None
        query = self._query(place / "raw", ratio.raw)
        return None if query is None else RawRatio(query, failure=ratio.rawType == "failure")

    def _threshold(self, place: Place, metric: Metric, judged: Judged) -> Threshold | None:
        query = self._query(place, metric)
        op, value = judged.objective.op, judged.objective.value
        if op is None or value is None:
            self._wrong(
                judged.place, "a threshold objective without `op` or `value`", "write both: `op: lte`, `value: 60`"
            )
            return None
        return None if query is None else Threshold(query, op, value, gauge_of(query))

    def _counter(self, place: Place, metric: Metric) -> Selector | None:
        query = self._query(place, metric)
        if query is None:
            return None
        try:
            return counter_selector(query)
        except UnsupportedQueryError as reason:
            self._wrong(
                place / "metricSource" / "spec" / "query",
                f"cannot count with this query: {reason}",
                "write a counter's selector, m{…}, or sum(increase(m{…}[{{.window}}]))",
            )
            return None

    def _query(self, place: Place, metric: Metric) -> str | None:
        """The PromQL of a metric; it must be the language's own, whatever is counted with it."""
        if not self._is_prometheus(place / "metricSource", metric):
            return None
        query = metric.metricSource.spec.get("query")
        where = place / "metricSource" / "spec"
        if not isinstance(query, str):
            self._wrong(where, "no `query`", "add `query:` with the PromQL text")
            return None
        try:
            parsed(query)
        except UnsupportedQueryError as reason:
            self._wrong(where / "query", str(reason), "mend the query; promtool names the place")
            return None
        return query.strip()

    def _is_prometheus(self, place: Place, metric: Metric) -> bool:
        source = metric.metricSource
        kind, where = source.type, place / "type" if source.type is not None else place
        if source.metricSourceRef is not None:
            known = self._sources.get(source.metricSourceRef)
            if known is not None:
                kind = kind or known[1].spec.type
            elif kind is None:
                fix = nearest(source.metricSourceRef, self._sources, "add a document of kind DataSource with that name")
                self._wrong(place / "metricSourceRef", f"no DataSource is named {source.metricSourceRef!r}", fix)
                return False
        if (kind or "").lower() != "prometheus":
            self._wrong(where, f"metric source {kind}", "write `type: Prometheus`: slotui asks nothing else")
            return False
        return True

    def _wrong(self, place: Place, what: str, fix: str) -> None:
        self._findings.wrong(place.document, place.path, what, fix)
