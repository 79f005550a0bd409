"""Sloth's specs in, SLOs or located problems out."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slotui.core.sli import EventSli, RawRatio, SliceSli
from slotui.core.slo import Slo
from slotui.duration import DAY
from slotui.errors import Problem, SpecError
from slotui.spec.located import read_documents
from slotui.spec.sloth import is_sloth, slos_of_sloth

EXAMPLES = Path(__file__).parents[3] / "shared" / "peers" / "sloth"

SPEC = """\
version: prometheus/v1
service: Shop
labels: {owner: web, tier: 2, critical: true}
slos:
  - name: requests_availability
    objective: 99.9
    description: answers
    labels: {owner: cart}
    sli:
      events:
        error_query: sum(rate(http_requests_total{job="shop",code=~"5.."}[{{.window}}]))
        total_query: sum(rate(http_requests_total{job="shop"}[{{.window}}]))
    alerting:
      name: ShopErrors
      annotations: {runbook: https://runbooks.example/shop}
      page_alert: {labels: {severity: pager}}
      ticket_alert: {disable: true}
"""

RESOURCE = """\
apiVersion: sloth.slok.dev/v1
kind: PrometheusServiceLevel
metadata: {name: shop, namespace: monitoring}
spec:
  service: shop
  slos:
    - name: availability
      objective: 99.95
      sli:
        events:
          errorQuery: sum(rate(bad_total[{{.window}}]))
          totalQuery: sum(rate(all_total[{{.window}}]))
      alerting:
        pageAlert: {disable: true}
        ticketAlert: {disable: true}
"""


def read(folder: Path, text: str) -> tuple[tuple[Slo, ...], list[str]]:
    file = folder / "sloth.yaml"
    file.write_text(text)
    (document,) = read_documents(file)
    assert is_sloth(document)
    slos, problems = slos_of_sloth(document)
    return slos, [told(problem) for problem in problems]


def told(problem: Problem) -> str:
    return f"{problem.where.line}:{problem.where.column} {problem.what} | {problem.fix}"


def test_a_spec(tmp_path: Path) -> None:
    (slo,), problems = read(tmp_path, SPEC)
    assert problems == []
    assert (slo.name, slo.service, slo.title, slo.target, slo.window) == (
        "shop-requests-availability", "Shop", "requests_availability", 0.999, 30 * DAY,
    )  # fmt: skip
    assert dict(slo.labels) == {"owner": "cart", "tier": "2", "critical": "true"}
    assert isinstance(slo.sli, EventSli)
    assert str(slo.sli.bad) == 'http_requests_total{job="shop",code=~"5.."}'
    assert str(slo.sli.eligible) == 'http_requests_total{job="shop"}'
    assert slo.runbook == "https://runbooks.example/shop"
    assert {tier.severity for tier in slo.tiers} == {"page"}


def test_the_kubernetes_resource_is_spelled_in_its_own_way(tmp_path: Path) -> None:
    (slo,), problems = read(tmp_path, RESOURCE)
    assert problems == []
    assert (slo.name, slo.target, slo.tiers) == ("shop-availability", 0.9995, ())
    slos, problems = read(tmp_path, RESOURCE.replace("errorQuery", "error_query"))
    assert slos == ()
    assert "11:11 unknown field `spec.slos.0.sli.events.error_query` | did you mean `errorQuery`?" in problems


def test_alerts_are_derived_where_none_is_disabled(tmp_path: Path) -> None:
    (slo,), _ = read(tmp_path, SPEC.replace("disable: true", "disable: false"))
    assert slo.alerting is None


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param("prometheus/v1", "prometheus/v2", "1:10 `version` is 'prometheus/v2' | write one of 'prometheus/v1'",
                     id="another version"),
        pytest.param("objective: 99.9", "objective: 0.999", "6:16 objective 0.999 is not a percentage between 1 and 100 | "
                     "write 99.9, in percent", id="a fraction for a percentage"),
        pytest.param("objective: 99.9", "objective: 100", "6:16 objective 100 is not a percentage between 1 and 100 | "
                     "write 99.9; 100 leaves no budget at all", id="a whole hundred"),
        pytest.param("objective: 99.9", "objective: .nan", "6:16 objective nan is not a percentage between 1 and 100 | "
                     "write a percentage, as in 99.9", id="no number at all"),
        pytest.param("objective: 99.9", "objectiv: 99.9", None, id="a misspelt field"),
        pytest.param('total{job="shop"}', 'total{job="shop"', None, id="a total that is no PromQL"),
        pytest.param('sum(rate(http_requests_total{job="shop"}[{{.window}}]))', "count(up)", "12:22 cannot count with this "
                     "query: the aggregation count | write sum(rate(m{…}[{{.window}}])) of a counter", id="a total that "
                     "counts series is located there"),
        pytest.param('sum(rate(http_requests_total{job="shop",code=~"5.."}[{{.window}}]))', "sum(rate(a[1h])) - sum(rate(b[1h]))",
                     "11:22 cannot count with this query: a difference that does not begin with the total | write "
                     "sum(rate(m{…}[{{.window}}])) of a counter", id="a difference of others"),
    ],
)  # fmt: skip
def test_problems(old: str, new: str, problem: str | None, tmp_path: Path) -> None:
    assert old in SPEC
    slos, problems = read(tmp_path, SPEC.replace(old, new, 1))
    assert slos == ()
    assert problems
    if problem is not None:
        assert problems == [problem]


@pytest.mark.parametrize(
    ("sli", "problem"),
    [
        pytest.param(
            "raw: {error_ratio_query: 'errors:ratio)'}",
            "10:32 not PromQL: unexpected right parenthesis ')'",
            id="a raw ratio that is no PromQL",
        ),
        pytest.param("plugin: {id: a/b}", "10:15 SLI plugins are code that only Sloth can run", id="a plugin"),
        pytest.param("{}", "10:7 no indicator", id="nothing"),
    ],
)
def test_indicators_that_are_refused_by_name(sli: str, problem: str, tmp_path: Path) -> None:
    events = SPEC[SPEC.index("      events:") : SPEC.index("    alerting:")]
    _, problems = read(tmp_path, SPEC.replace(events, f"      {sli}\n"))
    assert [line.split(" | ")[0] for line in problems] == [problem]


def test_two_of_one_name(tmp_path: Path) -> None:
    second = SPEC[SPEC.index("  - name") :]
    slos, problems = read(tmp_path, SPEC + second.replace("requests_availability", "Requests-Availability"))
    assert len(slos) == 1
    assert problems == ["18:11 a second SLO named 'shop-requests-availability' | names are unique; rename one"]


def test_an_empty_list(tmp_path: Path) -> None:
    assert read(tmp_path, SPEC[: SPEC.index("slos:")] + "slos: []\n") == (
        (), ["4:7 no SLO | add one with `name`, `objective` and `sli`"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("file", "names", "problems"),
    [
        ("getting-started", ["myservice-requests-availability"], []),
        ("no-alerts", ["myapp-http-availability"], []),
        ("home-wifi", [], ["sum_over_time(), where rate() or increase() counts events"] * 2),
    ],
)
def test_sloths_own_examples(file: str, names: list[str], problems: list[str]) -> None:
    example = EXAMPLES / f"{file}.spec.yml"
    if not example.exists():
        pytest.skip("Sloth's examples are not beside this checkout")
    (document,) = read_documents(example)
    slos, found = slos_of_sloth(document)
    assert [slo.name for slo in slos] == names
    assert [problem.what for problem in found] == [f"cannot count with this query: {reason}" for reason in problems]


lines = st.lists(st.integers(0, 17), max_size=4)
bent = st.dictionaries(st.integers(0, 17), st.sampled_from(["[]", "5", "true", "null", "'x'", "{a: 1}", "1e400", "-1"]))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dropped=lines, bent=bent, text=st.sampled_from([SPEC, RESOURCE]))
def test_any_bent_document_ends_in_slos_or_in_located_problems(
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
        slos, problems = slos_of_sloth(document)
        assert slos or problems
        assert all(0 < slo.target < 1 for slo in slos)


def test_a_raw_ratio_counts_every_minute_the_same(tmp_path: Path) -> None:
    events = SPEC[SPEC.index("      events:") : SPEC.index("    alerting:")]
    slos, problems = read(
        tmp_path, SPEC.replace(events, "      raw: {error_ratio_query: 'errors:ratio[{{.window}}]'}\n")
    )
    assert problems == []
    assert slos[0].sli == SliceSli(RawRatio("errors:ratio[{{.window}}]", failure=True))
