"""v1alpha is read as v1, and problems still point into the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from slotui.core.sli import EventSli, Gauge, Selector, SliceSli, Threshold
from slotui.core.window import Calendar
from slotui.duration import DAY
from slotui.spec.load import load_located

Problems = Callable[[str], list[str]]

RATIO = """\
apiVersion: openslo/v1alpha
kind: SLO
metadata:
  name: search
spec:
  service: shop
  budgetingMethod: Occurrences
  objectives:
    - ratioMetrics:
        incremental: true
        good: {source: prometheus, queryType: promql, query: 'sum(rate(ok_total[{{.window}}]))'}
        total: {source: prometheus, queryType: promql, query: 'sum(rate(all_total[{{.window}}]))'}
      target: 0.999
  timeWindows:
    - count: 30
      unit: Day
"""
THRESHOLD = """\
apiVersion: openslo/v1alpha
kind: SLO
metadata: {name: queue}
spec:
  service: shop
  indicator:
    thresholdMetric: {source: prometheus, queryType: promql, query: queue_length}
  budgetingMethod: Timeslices
  objectives:
    - {op: lte, value: 100, target: 0.99, timeSliceTarget: 0.9, timeSliceWindow: 1m}
  timeWindows:
    - count: 1
      unit: Month
      isRolling: false
      calendar: {startTime: 2022-01-01 00:00:00, timeZone: UTC}
"""


def test_ratio_metrics_of_an_objective(tmp_path: Path) -> None:
    (tmp_path / "slo.yaml").write_text(RATIO)
    loaded = load_located([tmp_path])
    (slo,) = loaded.slos
    assert (slo.name, slo.window, slo.target) == ("search", 30 * DAY, 0.999)
    assert slo.sli == EventSli(Selector("all_total"), good=Selector("ok_total"))
    assert [(note.where.line, note.what) for note in loaded.notes] == [(1, "read as openslo/v1")]


def test_a_threshold_over_calendar_months(tmp_path: Path) -> None:
    (tmp_path / "slo.yaml").write_text(THRESHOLD)
    (slo,) = load_located([tmp_path]).slos
    assert isinstance(slo.calendar, Calendar)
    gauge = Gauge(Selector("queue_length"))
    assert slo.sli == SliceSli(Threshold("queue_length", "lte", 100, gauge), 60, 0.9)


def test_problems_are_where_the_old_file_has_them(problems: Problems) -> None:
    (found,) = problems(RATIO.replace("ok_total[{{.window}}]", "ok_total["))
    assert found.startswith("11:62 not PromQL: ")
    (found,) = problems(RATIO.replace("target: 0.999", "target: 99.9"))
    assert found.startswith("13:15 objective target 99.9 is not a fraction")
