"""Every way in which OpenSLO v1 says what is good."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from slotui.core.sli import EventSli, Gauge, RawRatio, Selector, SliceSli, Threshold
from slotui.errors import SpecError
from slotui.spec.load import load_located, load_slos

Problems = Callable[[str], list[str]]

EVENTS = EventSli(Selector("all_total"), good=Selector("ok_total"))


def metric(query: str, source: str = "type: Prometheus") -> str:
    return f"{{metricSource: {{{source}, spec: {{query: '{query}'}}}}}}"


def document(indicator: str, method: str, objective: str) -> str:
    return (
        "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: shop}\nspec:\n  service: shop\n"
        f"  indicator:\n    spec:\n      {indicator}\n"
        "  timeWindow: [{duration: 30d, isRolling: true}]\n"
        f"  budgetingMethod: {method}\n  objectives:\n    - {{target: 0.99{objective}}}\n"
    )


RATIO = f"ratioMetric: {{counter: true, good: {metric('ok_total')}, total: {metric('all_total')}}}"
QUEUE = f"thresholdMetric: {metric('max(queue_length)')}"
LAG = f"thresholdMetric: {metric('sum(min_over_time(lag[2m]))')}"
RAW = f"ratioMetric: {{rawType: success, raw: {metric('avg_over_time(ok_ratio[{{.window}}])')}}}"
GAUGES = f"ratioMetric: {{counter: false, bad: {metric('slow_now')}, total: {metric('all_now')}}}"
QUEUE_SHORT = Threshold("max(queue_length)", "lte", 100, Gauge(Selector("queue_length"), "max"))


@pytest.mark.parametrize(
    ("indicator", "method", "objective", "sli"),
    [
        pytest.param(RATIO, "Occurrences", "", EVENTS, id="events, one by one"),
        pytest.param(RATIO, "Timeslices", ", timeSliceTarget: 0.95, timeSliceWindow: 5m", SliceSli(EVENTS, 300, 0.95),
                     id="five minutes in which 95 % of the events are good"),
        pytest.param(RATIO, "Timeslices", ", timeSliceTarget: 0.95, timeSliceWindow: 1", SliceSli(EVENTS, 60, 0.95),
                     id="a bare number of minutes"),
        pytest.param(RATIO, "RatioTimeslices", ", timeSliceWindow: 1m", SliceSli(EVENTS, 60), id="the mean of slice ratios"),
        pytest.param(QUEUE, "Occurrences", ", op: lte, value: 100", SliceSli(QUEUE_SHORT, 60),
                     id="the share of looks that meet a threshold"),
        pytest.param(QUEUE, "Timeslices", ", op: lte, value: 100, timeSliceWindow: 1m, timeSliceTarget: 0.9",
                     SliceSli(QUEUE_SHORT, 60, 0.9), id="slices in which 90 % of the looks meet it"),
        pytest.param(QUEUE, "Timeslices", ", op: lte, value: 100, timeSliceWindow: 1m", SliceSli(QUEUE_SHORT, 60, 1.0),
                     id="without a slice target every look has to"),
        pytest.param(LAG, "Occurrences", ", op: lt, value: 5", SliceSli(Threshold("sum(min_over_time(lag[2m]))", "lt", 5), 60),
                     id="a query that only a Prometheus can tell"),
        pytest.param(RAW, "Occurrences", "", SliceSli(RawRatio("avg_over_time(ok_ratio[{{.window}}])"), 60),
                     id="a raw ratio of good"),
        pytest.param(GAUGES, "Occurrences", "", SliceSli(RawRatio("(slow_now) / (all_now)", failure=True), 60),
                     id="a ratio of two gauges"),
    ],
)  # fmt: skip
def test_indicators(indicator: str, method: str, objective: str, sli: object, tmp_path: Path) -> None:
    (tmp_path / "slo.yaml").write_text(document(indicator, method, objective))
    assert load_slos([tmp_path])[0].sli == sli


@pytest.mark.parametrize(
    ("indicator", "method", "objective", "words"),
    [
        pytest.param(RATIO, "Timeslices", ", timeSliceTarget: 95, timeSliceWindow: 1m", "timeSliceTarget 95 is not a fraction",
                     id="a percentage for a slice target"),
        pytest.param(RATIO, "Timeslices", ", timeSliceTarget: 0.9, timeSliceWindow: 7m", "'7m' is no length for time slices",
                     id="slices that do not divide a day"),
        pytest.param(RATIO, "Timeslices", ", timeSliceTarget: 0.9, timeSliceWindow: 30s", "'30s' is no length",
                     id="slices shorter than a minute"),
        pytest.param(RATIO, "Occurrences", ", timeSliceWindow: 1m", "Occurrences have no time slices", id="a slice too many"),
        pytest.param(RATIO, "RatioTimeslices", ", timeSliceWindow: 1m, timeSliceTarget: 0.9", "have no timeSliceTarget",
                     id="a slice target too many"),
        pytest.param(QUEUE, "Occurrences", "", "a threshold objective without `op` or `value`", id="no threshold"),
        pytest.param(f"thresholdMetric: {metric('max(')}", "Occurrences", ", op: lt, value: 5", "not PromQL",
                     id="a query that is none"),
        pytest.param(f"ratioMetric: {{raw: {metric('x')}}}", "Occurrences", "", "`raw` and `rawType` go together",
                     id="raw without its type"),
        pytest.param(f"{RATIO[:-1]}, rawType: success, raw: {metric('x')}}}", "Occurrences", "", "`raw` beside",
                     id="raw and counts"),
        pytest.param(f"ratioMetric: {{counter: true, good: {metric('ok_total')}}}", "Occurrences", "", "no `total`",
                     id="nothing eligible"),
        pytest.param(RATIO.replace("type: Prometheus", "type: Datadog", 1), "Occurrences", "", "metric source Datadog",
                     id="another vendor's metrics"),
        pytest.param(RATIO.replace("type: Prometheus", "metricSourceRef: prod", 1), "Occurrences", "", "no DataSource is named"
                     " 'prod'", id="a data source that is nowhere"),
        pytest.param(f"{RATIO}\n      {QUEUE}", "Occurrences", "", "an SLI has a ratioMetric or a thresholdMetric", id="both"),
    ],
)  # fmt: skip
def test_indicators_that_are_none(indicator: str, method: str, objective: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "slo.yaml").write_text(document(indicator, method, objective))
    with pytest.raises(SpecError) as found:
        load_slos([tmp_path])
    assert words in str(found.value)
    assert len(found.value.problems) == 1


def test_a_data_source_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "slo.yaml").write_text(
        document(RATIO.replace("type: Prometheus", "metricSourceRef: prod"), "Occurrences", "")
    )
    source = "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: prod}\nspec: {type: Prometheus}\n"
    (tmp_path / "source.yaml").write_text(source)
    assert load_slos([tmp_path])[0].sli == EVENTS
    (tmp_path / "source.yaml").write_text(source.replace("Prometheus", "Datadog"))
    with pytest.raises(SpecError, match="metric source Datadog"):
        load_slos([tmp_path])


def test_a_comparison_on_a_ratio_is_noted_and_not_read(tmp_path: Path) -> None:
    (tmp_path / "slo.yaml").write_text(document(RATIO, "Occurrences", ", op: gt"))
    (note,) = load_located([tmp_path]).notes
    assert (str(note.where).split("slo.yaml:")[1], note.what) == ("12:26", "`op` says nothing about a ratioMetric")
