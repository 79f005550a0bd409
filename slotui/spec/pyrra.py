"""Pyrra's `ServiceLevelObjective` resources to SLOs.

Labels that begin with `pyrra.dev/` carry over without it, as Pyrra itself does; a resource names no service, so the
label `pyrra.dev/service`, else its own name, stands for one.
"""

from __future__ import annotations

import math

from slotui import duration
from slotui.core.sli import CountedSli, EventSli, RawRatio, SliceSli
from slotui.core.slo import Slo
from slotui.duration import DAY, HOUR
from slotui.errors import Problem, UsageError
from slotui.spec.events import events_of, good_events_of
from slotui.spec.located import Document, Path_, check
from slotui.spec.names import label_text, slo_name
from slotui.spec.percentage import hint, target_of
from slotui.spec.promql import UnsupportedQueryError, gauge_of
from slotui.spec.pyrra_schema import Alerting, BoolGauge, Indicator, Latency, PyrraDocument, Ratio

_LABEL = "pyrra.dev/"
_LONGEST = 3650 * DAY
_SHAPES = ("ratio", "latency", "latencyNative", "bool_gauge")


def is_pyrra(document: Document) -> bool:
    """Whether a document says that it is Pyrra's."""
    return isinstance(document.data, dict) and str(document.data.get("apiVersion")).startswith("pyrra.dev/")


def slos_of_pyrra(document: Document) -> tuple[tuple[Slo, ...], list[Problem]]:
    """The SLO of one document, if it is one, and every problem found."""
    model, problems = check(document, PyrraDocument)
    if model is None:
        return (), problems
    reader = _Reader(document, model)
    slo = reader.read()
    return ((slo,) if slo is not None else ()), reader.problems


class _Reader:
    """Reads one document, collecting what is wrong with it."""

    def __init__(self, document: Document, model: PyrraDocument) -> None:
        self._document = document
        self._model = model
        self.problems: list[Problem] = []

    def read(self) -> Slo | None:
        metadata, spec = self._model.metadata, self._model.spec
        target = self._target(spec.target)
        window = self._window(spec.window)
        sli = self._sli(spec.indicator)
        if target is None or window is None or sli is None:
            return None
        labels = {
            name.removeprefix(_LABEL): label_text(value)
            for name, value in (metadata.labels or {}).items()
            if name.startswith(_LABEL)
        }
        return Slo(
            slo_name(metadata.name),
            labels.get("service", metadata.name),
            target,
            window,
            sli,
            title=metadata.name,
            description=spec.description,
            labels=labels,
            alerting=() if _silenced(spec.alerting) else None,
        )

    def _wrong(self, path: Path_, what: str, fix: str) -> None:
        self.problems.append(self._document.problem(["spec", *path], what, fix))

    def _target(self, text: str) -> float | None:
        try:
            percent = float(text)
        except ValueError:
            percent = math.nan
        target = target_of(percent)
        if target is None:
            what = f"target {text!r} is not a percentage between 1 and 100"
            self._wrong(["target"], what, f"{hint(percent)}, and in quotes")
        return target

    def _window(self, text: str) -> int | None:
        try:
            seconds = duration.parse(text)
        except UsageError as error:
            self._wrong(["window"], f"window {text!r} is not a duration", error.fix)
            return None
        if not HOUR <= seconds <= _LONGEST:
            self._wrong(["window"], f"a window of {text} is no length for a budget", "write 1h to 10y, as in 4w")
            return None
        return int(seconds)

    def _sli(self, indicator: Indicator) -> CountedSli | None:
        given = [shape for shape in _SHAPES if getattr(indicator, shape) is not None]
        if len(given) != 1:
            what = f"several indicators: {', '.join(given)}" if given else "no indicator"
            self._wrong(["indicator"], what, f"write exactly one of {', '.join(_SHAPES)}")
            return None
        if indicator.ratio is not None:
            return self._ratio(indicator.ratio)
        if indicator.latency is not None:
            return self._latency(indicator.latency)
        if indicator.bool_gauge is not None:
            return self._bool_gauge(indicator.bool_gauge)
        fix = "write `latency` with a bucket of a classic histogram"
        self._wrong(["indicator", "latencyNative"], "native histograms cannot be counted by a selector", fix)
        return None

    def _bool_gauge(self, gauge: BoolGauge) -> SliceSli | None:
        """A gauge of 0 and 1: every minute counts the same, by the share of series and of time at 0."""
        path = ["indicator", "bool_gauge"]
        read = gauge_of(gauge.metric)
        if read is None or read.how != "only":
            self._wrong([*path, "metric"], f"{gauge.metric!r} is not a gauge's selector", "write m{…}")
            return None
        if not self._ungrouped(path, gauge.grouping):
            return None
        return SliceSli(RawRatio(f"avg(avg_over_time({read.selector}[{{{{.window}}}}]))"))

    def _ratio(self, ratio: Ratio) -> EventSli | None:
        path = ["indicator", "ratio"]
        countable = self._countable([*path, "errors", "metric"], ratio.errors.metric)
        countable &= self._countable([*path, "total", "metric"], ratio.total.metric)
        countable &= self._ungrouped(path, ratio.grouping)
        return events_of(ratio.errors.metric, ratio.total.metric) if countable else None

    def _latency(self, latency: Latency) -> EventSli | None:
        path = ["indicator", "latency"]
        countable = self._countable([*path, "success", "metric"], latency.success.metric)
        countable &= self._countable([*path, "total", "metric"], latency.total.metric)
        countable &= self._ungrouped(path, latency.grouping)
        if not countable:
            return None
        sli = good_events_of(latency.success.metric, latency.total.metric)
        if sli.good is None or not any(matcher.label == "le" for matcher in sli.good.matchers):
            fix = 'name the bucket of fast enough events, as in le="0.5"'
            self._wrong([*path, "success", "metric"], "no `le` in a latency's success metric", fix)
            return None
        return sli

    def _countable(self, path: Path_, metric: str) -> bool:
        try:
            events_of(metric, metric)
        except UnsupportedQueryError as reason:
            self._wrong(path, f"cannot count with this metric: {reason}", "write a counter's selector, m{…}")
            return False
        return True

    def _ungrouped(self, path: Path_, grouping: list[str] | None) -> bool:
        if not grouping:
            return True
        by = ", ".join(grouping)
        self._wrong(
            [*path, "grouping"],
            f"grouping by {by} makes one budget for each group, and which groups there are is not written here",
            "take it out for one budget of all events, or write one resource a group",
        )
        return False


def _silenced(alerting: Alerting) -> bool:
    return bool(alerting.disabled) or alerting.burnrates is False
