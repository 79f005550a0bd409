"""Whatever a spec says, it ends in a Board or in located problems, never in a traceback.

`make thorough` generates ten thousand; an everyday run some hundreds.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from slotui.core.assemble import assemble, source_status
from slotui.core.board import Board
from slotui.core.composite import compose
from slotui.core.policy import DEFAULT_POLICY
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.sli import CompositeSli
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.errors import SpecError
from slotui.generate.rules import rules_yaml
from slotui.spec.load import load_slos
from slotui.view.board_json import to_json
from slotui.view.explain import explain

EXAMPLES = int(os.environ.get("SLOTUI_EXAMPLES", "100"))
NOW = 1_714_348_800.0

oddity = st.sampled_from(
    [None, "", "x", -1, 0, 1, 1.0, 99.9, 1e400, True, [], {}, "1m", "{{.window}}", "\u202e\x1b[31m", "9" * 400]
)
queries = st.sampled_from(
    ["ok_total", 'all_total{job="a"}', "sum(rate(ok_total[{{.window}}]))", "time() - max(updated)", "max(queue)",
     "a / b", "sum(", "", "rate(x[5m]) + rate(y[5m])", "histogram_quantile(0.9, b)", '{__name__="x"}', "up offset 5m"]
)  # fmt: skip


def metric(query: Any) -> dict[str, Any]:
    return {"metricSource": {"type": "Prometheus", "spec": {"query": query}}}


metrics = st.builds(metric, queries)
indicators = st.one_of(
    st.builds(lambda good, total: {"ratioMetric": {"counter": True, "good": good, "total": total}}, metrics, metrics),
    st.builds(lambda bad, total: {"ratioMetric": {"counter": False, "bad": bad, "total": total}}, metrics, metrics),
    st.builds(
        lambda raw, kind: {"ratioMetric": {"raw": raw, "rawType": kind}},
        metrics,
        st.sampled_from(["success", "failure"]),
    ),
    st.builds(lambda threshold: {"thresholdMetric": threshold}, metrics),
)
countable = st.sampled_from(["ok_total", 'all_total{job="a"}', "sum(rate(ok_total[{{.window}}]))"]).map(metric)
sound = st.one_of(
    st.builds(lambda good, total: {"ratioMetric": {"counter": True, "good": good, "total": total}}, countable, countable),
    st.builds(lambda raw: {"ratioMetric": {"raw": raw, "rawType": "success"}}, countable),
    st.builds(lambda threshold: {"thresholdMetric": threshold}, countable),
)  # fmt: skip
windows = st.one_of(
    st.builds(lambda d: {"duration": d, "isRolling": True}, st.sampled_from(["7d", "30d", "4w", "30d", "1M", "90d"])),
    st.builds(
        lambda d, start, zone: {"duration": d, "isRolling": False, "calendar": {"startTime": start, "timeZone": zone}},
        st.sampled_from(["1w", "1M", "1Q", "1Y", "3M"]),
        st.datetimes().map(lambda t: t.isoformat(" ", "seconds")),
        st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia"]),
    ),
)
fractions = st.one_of(st.floats(0, 1), st.sampled_from([0, 0.5, 0.9, 0.99, 0.999, 0.999999999, 1 - 1e-16]))
objectives = st.fixed_dictionaries(
    {"target": fractions},
    optional={
        "displayName": st.text(max_size=20),
        "op": st.sampled_from(["lte", "gte", "lt", "gt"]),
        "value": st.floats(allow_nan=False, allow_infinity=False),
        "timeSliceTarget": fractions,
        "timeSliceWindow": st.sampled_from(["1m", "5m", "1h", 1, 7, "30s"]),
        "compositeWeight": st.floats(0, 10),
        "indicator": st.builds(lambda spec: {"spec": spec}, indicators),
    },
)
conditions = st.builds(
    lambda severity, threshold, look, after: {
        "kind": "AlertCondition",
        "spec": {
            "severity": severity,
            "condition": {"kind": "burnrate", "op": "gt", "threshold": threshold, "lookbackWindow": look, "alertAfter": after},
        },
    },
    st.sampled_from(["page", "warning", "?"]),
    st.floats(0, 2000),
    st.sampled_from(["1h", "5m", "1d", "3d", "20d"]),
    st.sampled_from(["5m", "1h", "0m", "1m"]),
)  # fmt: skip
specs = st.fixed_dictionaries(
    {
        "service": st.sampled_from(["shop", "", "a b"]),
        "indicator": st.builds(lambda spec: {"spec": spec}, indicators),
        "timeWindow": st.lists(windows, min_size=1, max_size=1),
        "budgetingMethod": st.sampled_from(["Occurrences", "Timeslices", "RatioTimeslices"]),
        "objectives": st.lists(objectives, min_size=1, max_size=3),
    },
    optional={
        "description": st.text(max_size=30),
        "alertPolicies": st.lists(
            st.builds(lambda found: {"kind": "AlertPolicy", "spec": {"conditions": found}}, st.lists(conditions, max_size=2)),
            max_size=2,
        ),
    },
)  # fmt: skip
annotations = st.dictionaries(
    st.sampled_from(["slotui/per", "slotui/weights", "slotui/cause-label", "slotui/runbook", "slotui/oops"]),
    st.sampled_from(["tier: gold, free", "tier: gold=2", "cause", "https://x.example", ""]),
    max_size=2,
)


def _make_sound(spec: dict[str, Any], draw: st.DrawFn) -> None:
    """Give every objective what its budgeting method and its indicator ask for, and nothing else."""
    sliced, method = spec["budgetingMethod"] != "Occurrences", spec["budgetingMethod"]
    composite = "indicator" not in spec
    for objective in spec["objectives"]:
        objective["target"] = draw(st.sampled_from([0.5, 0.9, 0.99, 0.999, 0.9995]))
        if composite:
            objective.setdefault("indicator", {"spec": draw(sound)})
            objective["compositeWeight"] = draw(st.sampled_from([0.5, 1, 3]))
        else:
            objective.pop("indicator", None)
            objective.pop("compositeWeight", None)
        objective.update({"op": "lte", "value": 100.0})
        for name in ("timeSliceWindow", "timeSliceTarget"):
            objective.pop(name, None)
        if sliced:
            objective["timeSliceWindow"] = draw(st.sampled_from(["1m", "5m", "1h", 15]))
        if method == "Timeslices":
            objective["timeSliceTarget"] = draw(st.sampled_from([0.5, 0.95, 1.0]))
    if not composite:
        spec["indicator"] = {"spec": draw(sound)}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Sound documents, and ones in which a value or two was replaced by something odd, or taken out."""
    document: dict[str, Any] = {
        "apiVersion": draw(st.sampled_from(["openslo/v1"] * 9 + ["openslo/v1alpha"])),
        "kind": "SLO",
        "metadata": {"name": "shop", "annotations": draw(annotations)},
        "spec": draw(specs),
    }
    if any("indicator" in objective for objective in document["spec"]["objectives"]) and draw(st.booleans()):
        del document["spec"]["indicator"]
    if draw(st.integers(0, 4)):
        _make_sound(document["spec"], draw)
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        holder: Any = document
        while isinstance(holder, dict | list) and holder:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            key = draw(st.sampled_from(keys))
            if not isinstance(holder[key], dict | list) or not holder[key] or draw(st.integers(0, 3)) == 0:
                if draw(st.booleans()):
                    holder[key] = draw(oddity)
                else:
                    del holder[key]
                break
            holder = holder[key]
    return document


def board_of(slos: tuple[Slo, ...], line: Timeline) -> Board:
    readings = {slo.name: read_timeline(slo, line, NOW) for slo in slos if not isinstance(slo.sli, CompositeSli)}
    readings |= {slo.name: compose(slo.sli, readings) for slo in slos if isinstance(slo.sli, CompositeSli)}
    snapshot = Snapshot(NOW, readings)
    return assemble(snapshot, slos, DEFAULT_POLICY, (), source_status("replay", "x", snapshot, 60))


HOURS = [NOW - hour * 3600 for hour in range(24 * 40, 0, -1)]
BUSY = Timeline(Span(s, s + 3600, 1000, 3 if int(s / 3600) % 50 else 400, 3600) for s in HOURS)
SILENT = Timeline(Span(s, s + 3600, 0, 0, 3600) for s in HOURS)
EMPTY = Timeline()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("specs") / "slo.yaml"


@settings(max_examples=EXAMPLES // 2, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("part", ["first", "second"])  # for two workers
@given(document=documents(), line=st.sampled_from([BUSY, SILENT, EMPTY]))
def test_any_spec_ends_in_a_board_or_in_located_problems(
    document: dict[str, Any], line: Timeline, file: Path, part: str
) -> None:
    file.write_text(json.dumps(document))
    try:
        slos = load_slos([file])
    except SpecError as error:
        problems = error.problems
    else:
        ends_in_a_board(slos, line)
        return
    assert problems
    assert all(problem.where.line >= 1 and problem.what and problem.fix for problem in problems)


def ends_in_a_board(slos: tuple[Slo, ...], line: Timeline) -> None:
    event("a board")
    board = board_of(slos, line)
    assert {slo.name for slo in board.slos} == {slo.name for slo in slos}
    assert board.verdict.sentence
    text = json.dumps(to_json(board), allow_nan=False)
    assert all(explain(slo) for slo in board.slos)
    assert rules_yaml(slos)
    assert text
