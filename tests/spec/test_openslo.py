"""OpenSLO v1 in, SLOs or located problems out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slotui.core.sli import EventSli, Matcher, Selector, freshness
from slotui.duration import DAY
from slotui.errors import SlotuiError, SpecError, UsageError
from slotui.spec.load import load_slos

LAB = Path(__file__).parents[2] / "lab" / "slos"
Problems = Callable[[str], list[str]]


def test_the_promises_of_the_lab_those_to_buyers_first() -> None:
    slos = {slo.name: slo for slo in load_slos([LAB])}
    assert [(name, slo.service, slo.target, slo.window) for name, slo in slos.items()] == [
        ("checkout-availability", "checkout", 0.999, 30 * DAY),
        ("checkout-latency", "checkout", 0.95, 30 * DAY),
        ("inventory-freshness", "checkout", 0.99, 7 * DAY),
        ("cart-availability", "cart", 0.9995, 30 * DAY),
        ("inventory-availability", "inventory", 0.995, 30 * DAY),
        ("payment-availability", "payment", 0.9995, 30 * DAY),
    ]
    availability, latency = slos["checkout-availability"].sli, slos["checkout-latency"].sli
    assert isinstance(availability, EventSli)
    assert isinstance(latency, EventSli)
    assert str(latency.good).endswith('le="0.4"}')
    assert slos["inventory-freshness"].sli == freshness(
        Selector("inventory_updated_timestamp_seconds", (Matcher("service", "=", "checkout"),)), 60
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param("target: 0.999", "target: 99.9", "18:15 objective target 99.9 is not a fraction | a target is "
                     "0 <= t < 1; write `target: 0.999` or `targetPercent: 99.9`", id="a percentage for a fraction"),
        pytest.param("target: 0.999", "target: 1", "18:15 objective target 1 is not a fraction | a target is 0 <= t < 1,"
                     " as in `target: 0.999`; 1 leaves no budget at all", id="a target of 100 %"),
        pytest.param("target: 0.999", "targetPercent: 100", "18:22 100.0 is not below 100 | 100 % leaves no budget; "
                     "write 99.9", id="a percentage of 100"),
        pytest.param("target: 0.999", "target: '0.999'", "18:15 `spec.objectives.0.target` is '0.999' | write a number",
                     id="a quoted number is text"),
        pytest.param("- target: 0.999", "- op: lte", "18:7 no target | write `target: 0.999` or `targetPercent: 99.9`",
                     id="no target"),
        pytest.param("isRolling: true", "isRoling: true", "15:7 unknown field `spec.timeWindow.0.isRoling` | did you mean"
                     " `isRolling`?", id="a misspelt field names the nearest"),
        pytest.param("isRolling: true", "isRolling: false", "14:7 neither a rolling window nor a calendar | write "
                     "`isRolling: true`, or a `calendar` with `startTime` and `timeZone`", id="neither rolling nor calendar"),
        pytest.param("30d", "1M", "14:17 a rolling window of 1M has no fixed length | write 30d, 90d or 365d, or a "
                     "calendar window",
                     id="a rolling month"),
        pytest.param("30d", "1m", "14:17 a window of 1m is too short for a budget | m is minutes: did you mean 1M, or 30d "
                     "where it rolls?",
                     id="1m for 1M"),
        pytest.param("30d", "thirty days", "14:17 'thirty days' is not a duration in OpenSLO | write a number and a unit: "
                     "28d, 4w, 1M", id="words for a duration"),
        pytest.param("Occurrences", "RatioTimeslices", "18:7 RatioTimeslices without a timeSliceWindow | add "
                     "`timeSliceWindow: 1m`", id="slices of no length"),
        pytest.param("Occurrences", "Occurences", "16:20 `spec.budgetingMethod` is 'Occurences' | write one of "
                     "'Occurrences', 'Timeslices' or 'RatioTimeslices'", id="a misspelt method"),
        pytest.param("all_total}", "'rate(all_total[5m]) / 2'}", "12:64 cannot count with this query: a BinaryExpr where a"
                     " plain selector can be counted | write a counter's selector, m{…}, or sum(increase(m{…}"
                     "[{{.window}}]))", id="a query that is no counter"),
        pytest.param("all_total}", "'all_total{'}", None, id="a query that is no PromQL"),
        pytest.param("kind: SLO", "kind: SLOO", "2:7 unknown kind 'SLOO' | did you mean SLO?", id="a misspelt kind"),
        pytest.param("openslo/v1", "openslo/v2", "1:13 `apiVersion` is 'openslo/v2' | write one of 'openslo/v1'",
                     id="another version"),
        pytest.param("name: shop", "name: My Shop", None, id="a name that is none"),
        pytest.param("  service: shop\n", "", "6:3 `spec.service` is missing | add `service: …` here", id="no service"),
        pytest.param("  objectives:\n    - target: 0.999", "  objectives: []", "17:15 no objective | add one with a target",
                     id="no objective"),
        pytest.param("    - target: 0.999", "    - target: 0.999\n      compositeWeight: 2", "19:24 a weight without a composite"
                     " | give each objective an `indicator` of its own", id="a weight without a composite"),
        pytest.param("service: shop", "service: shop\n  service: shoe", "7:3 `service` stands twice in one mapping | keep "
                     "one of the two", id="a key twice"),
        pytest.param("service: shop", "service: [shop", None, id="broken YAML"),
    ],
)  # fmt: skip
def test_problems(old: str, new: str, problem: str | None, slo_text: str, problems: Problems) -> None:
    assert old in slo_text
    found = problems(slo_text.replace(old, new, 1))
    assert len(found) == 1, found
    if problem is not None:
        assert found == [problem]


def test_every_problem_is_reported_at_once(slo_text: str, problems: Problems) -> None:
    bent = slo_text.replace("0.999", "99.9").replace("30d", "1m").replace("Occurrences", "Timeslices")
    assert [line.split(" ")[0] for line in problems(bent)] == ["14:17", "18:7", "18:7", "18:15"]


def test_an_sli_by_reference_from_another_file(tmp_path: Path, slo_text: str) -> None:
    inline = slo_text[slo_text.index("  indicator:") : slo_text.index("  timeWindow:")]
    (tmp_path / "slo.yaml").write_text(slo_text.replace(inline, "  indicatorRef: shop-ok\n"))
    spec = inline.split("    spec:\n", 1)[1].replace("\n    ", "\n")
    sli = f"apiVersion: openslo/v1\nkind: SLI\nmetadata: {{name: shop-ok}}\nspec:\n{spec[4:]}"
    (tmp_path / "sli.yaml").write_text(sli)
    (slo,) = load_slos([tmp_path])
    assert str(slo.sli.selectors[0]) == "all_total"
    (tmp_path / "sli.yaml").write_text(sli.replace("shop-ok", "shop-okay"))
    with pytest.raises(SpecError, match=r"no SLI is named 'shop-ok'\n  did you mean shop-okay\?"):
        load_slos([tmp_path])


def test_two_slos_of_one_name_and_two_documents_in_a_file(slo_text: str, problems: Problems) -> None:
    assert problems(f"{slo_text}---\n{slo_text}") == ["23:9 a second SLO named 'shop' | names are unique; rename one"]


def test_a_list_and_json_are_read_too(tmp_path: Path, slo_text: str) -> None:
    listed = "- " + slo_text.replace("\n", "\n  ").rstrip()
    (tmp_path / "list.yaml").write_text(listed)
    assert load_slos([tmp_path])[0].name == "shop"


@pytest.mark.parametrize(("path", "words"), [("missing", "no such file"), (".", "no .yaml")])
def test_no_files(path: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=words):
        load_slos([tmp_path / path])


def test_bad_events_may_be_given_instead_of_good_ones(tmp_path: Path, slo_text: str) -> None:
    (tmp_path / "slo.yaml").write_text(slo_text.replace("good:", "bad:"))
    sli = load_slos([tmp_path])[0].sli
    assert isinstance(sli, EventSli)
    assert (str(sli.bad), sli.good) == ('ok_total{job="a"}', None)


lines = st.lists(st.integers(0, 17), max_size=4)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    dropped=lines,
    bent=st.dictionaries(
        st.integers(0, 17), st.sampled_from(["[]", "5", "true", "null", "'x'", "{a: 1}", "- 1", "1e400", "!!x y"])
    ),
)
def test_any_bent_document_ends_in_slos_or_in_located_problems(
    dropped: list[int], bent: dict[int, str], slo_text: str, tmp_path: Path
) -> None:
    rows = slo_text.splitlines()
    for index, value in bent.items():
        rows[index] = rows[index].split(":")[0] + ": " + value
    file = tmp_path / "bent.yaml"
    file.write_text("\n".join(row for index, row in enumerate(rows) if index not in dropped))
    with contextlib.suppress(SlotuiError):
        load_slos([file])
