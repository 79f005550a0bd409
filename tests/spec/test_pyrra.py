"""Pyrra's resources in, SLOs or located problems out."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slotui.core.sli import EventSli, RawRatio, SliceSli
from slotui.core.slo import Slo
from slotui.duration import DAY
from slotui.errors import SpecError
from slotui.spec.located import read_documents
from slotui.spec.pyrra import is_pyrra, slos_of_pyrra

EXAMPLES = Path(__file__).parents[3] / "shared" / "peers" / "pyrra"

RATIO = """\
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata:
  name: shop-errors
  namespace: monitoring
  uid: 3f2c
  labels: {prometheus: k8s, pyrra.dev/team: web, pyrra.dev/service: shop}
spec:
  target: '99.9'
  window: 4w
  indicator:
    ratio:
      errors: {metric: 'http_requests_total{job="shop",code=~"5.."}'}
      total: {metric: 'http_requests_total{job="shop"}'}
"""
LATENCY = """\
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: shop-latency}
spec:
  target: '95'
  window: 30d
  alerting: {burnrates: false}
  indicator:
    latency:
      success: {metric: 'latency_seconds_bucket{job="shop",le="0.4"}'}
      total: {metric: 'latency_seconds_count{job="shop"}'}
"""


def read(folder: Path, text: str) -> tuple[tuple[Slo, ...], list[str]]:
    file = folder / "pyrra.yaml"
    file.write_text(text)
    (document,) = read_documents(file)
    assert is_pyrra(document)
    slos, problems = slos_of_pyrra(document)
    return slos, [f"{p.where.line}:{p.where.column} {p.what} | {p.fix}" for p in problems]


def test_a_ratio(tmp_path: Path) -> None:
    (slo,), problems = read(tmp_path, RATIO)
    assert problems == []
    assert (slo.name, slo.service, slo.target, slo.window) == ("shop-errors", "shop", 0.999, 28 * DAY)
    assert dict(slo.labels) == {"team": "web", "service": "shop"}
    assert isinstance(slo.sli, EventSli)
    assert str(slo.sli.bad) == 'http_requests_total{job="shop",code=~"5.."}'
    assert slo.alerting is None


def test_a_latency_without_alerts(tmp_path: Path) -> None:
    (slo,), problems = read(tmp_path, LATENCY)
    assert problems == []
    assert (slo.service, slo.target, slo.tiers) == ("shop-latency", 0.95, ())
    assert isinstance(slo.sli, EventSli)
    assert str(slo.sli.good) == 'latency_seconds_bucket{job="shop",le="0.4"}'


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param("'99.9'", "99.9", "9:11 `spec.target` is 99.9 | write text", id="a number for text"),
        pytest.param("'99.9'", "'0.999'", "9:11 target '0.999' is not a percentage between 1 and 100 | write 99.9, in "
                     "percent, and in quotes", id="a fraction"),
        pytest.param("'99.9'", "'high'", "9:11 target 'high' is not a percentage between 1 and 100 | write a percentage, as "
                     "in 99.9, and in quotes", id="a word"),
        pytest.param("4w", "4 weeks", "10:11 window '4 weeks' is not a duration | write it as in Prometheus: 90s, 10m, 6h, "
                     "1h30m, 30d, 4w", id="words for a window"),
        pytest.param("4w", "5m", "10:11 a window of 5m is no length for a budget | write 1h to 10y, as in 4w", id="minutes"),
        pytest.param("    ratio:", "    raito:", None, id="a misspelt indicator"),
        pytest.param('{metric: \'http_requests_total{job="shop"}\'}', "{metric: 'sum by (code) (a)'}", "14:23 cannot count with "
                     "this metric: `by (code)`, which makes one budget for each group | write a counter's selector, m{…}",
                     id="a total in groups"),
        pytest.param("    ratio:", "    ratio:\n      grouping: [handler]", "13:17 grouping by handler makes one budget for "
                     "each group, and which groups there are is not written here | take it out for one budget of all events, "
                     "or write one resource a group", id="grouping"),
    ],
)  # fmt: skip
def test_problems(old: str, new: str, problem: str | None, tmp_path: Path) -> None:
    assert old in RATIO
    slos, problems = read(tmp_path, RATIO.replace(old, new, 1))
    assert slos == ()
    assert problems
    if problem is not None:
        assert problems == [problem]


@pytest.mark.parametrize(
    ("indicator", "problem"),
    [
        pytest.param("latencyNative: {latency: 200ms, total: {metric: m}}", "12:20 native histograms cannot be counted by a "
                     "selector", id="native"),
        pytest.param("bool_gauge: {metric: 'rate(x[5m])'}", "12:26 'rate(x[5m])' is not a gauge's selector", id="no gauge"),
        pytest.param("{}", "12:5 no indicator", id="nothing"),
        pytest.param("latency: {success: {metric: a}, total: {metric: b}}", "12:33 no `le` in a latency's success metric",
                     id="a latency without its bucket"),
    ],
)  # fmt: skip
def test_indicators_that_are_refused_by_name(indicator: str, problem: str, tmp_path: Path) -> None:
    text = RATIO[: RATIO.index("    ratio:")] + f"    {indicator}\n"
    assert [line.split(" | ")[0] for line in read(tmp_path, text)[1]] == [problem]


@pytest.mark.parametrize(
    ("file", "names", "problems"),
    [
        ("caddy-response-latency", ["caddy-response-latency"], []),
        ("nginx", ["nginx-api-errors", "nginx-api-latency"], []),
        ("prometheus-http", [], ["grouping by handler makes one budget for each group"]),
        ("prometheus-probe-success", [], ["grouping by target makes one budget for each group"]),
    ],
)
def test_pyrras_own_examples(file: str, names: list[str], problems: list[str]) -> None:
    example = EXAMPLES / f"{file}.yaml"
    if not example.exists():
        pytest.skip("Pyrra's examples are not beside this checkout")
    read_all = [slos_of_pyrra(document) for document in read_documents(example)]
    assert [slo.name for slos, _ in read_all for slo in slos] == names
    assert [problem.what.split(", and ")[0] for _, found in read_all for problem in found] == problems


lines = st.lists(st.integers(0, 13), max_size=4)
bent = st.dictionaries(
    st.integers(0, 13), st.sampled_from(["[]", "5", "true", "null", "'x'", "{a: 1}", "'1e400'", "'-1'"])
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dropped=lines, bent=bent, text=st.sampled_from([RATIO, LATENCY]))
def test_any_bent_document_ends_in_an_slo_or_in_located_problems(
    dropped: list[int], bent: dict[int, str], text: str, tmp_path: Path
) -> None:
    rows = text.splitlines()
    for index, value in bent.items():
        if index < len(rows):
            rows[index] = rows[index].split(":")[0] + ": " + value
    file = tmp_path / "bent.yaml"
    file.write_text("\n".join(row for index, row in enumerate(rows) if index not in dropped))
    try:
        documents = read_documents(file)
    except SpecError:
        return
    for document in documents:
        slos, problems = slos_of_pyrra(document)
        assert bool(slos) != bool(problems)
        assert all(0 < slo.target < 1 for slo in slos)


def test_a_gauge_of_probes_counts_every_minute_the_same(tmp_path: Path) -> None:
    text = RATIO[: RATIO.index("    ratio:")] + "    bool_gauge: {metric: 'probe_success{job=\"shop\"}'}\n"
    slos, problems = read(tmp_path, text)
    assert problems == []
    assert slos[0].sli == SliceSli(RawRatio('avg(avg_over_time(probe_success{job="shop"}[{{.window}}]))'))
