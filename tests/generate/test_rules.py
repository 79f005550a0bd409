"""The generated rules, by Prometheus' own judgement."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from slotui.core.alerts import derive_tiers
from slotui.core.counting import BAD_BY_CAUSE
from slotui.core.sli import EventSli, Matcher, Selector
from slotui.core.slo import Slo
from slotui.duration import DAY
from slotui.generate.rules import rules_yaml
from slotui.spec.load import load_slos

LAB = Path(__file__).parents[2] / "lab" / "slos"
SHOP = Slo("shop", "shop", 0.999, 30 * DAY, EventSli(
    Selector("requests_total"), Selector("requests_total", (Matcher("code", "=", "200"),))))  # fmt: skip


def test_promtool_accepts_the_labs_rules(promtool: str, tmp_path: Path) -> None:
    file = tmp_path / "rules.yml"
    file.write_text(rules_yaml(load_slos([LAB])))
    done = subprocess.run([promtool, "check", "rules", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "SUCCESS: 86 rules found" in done.stdout


def test_every_tier_of_every_slo_has_an_alert_with_its_own_threshold() -> None:
    groups = {group["name"]: group["rules"] for group in yaml.safe_load(rules_yaml([SHOP]))["groups"]}
    alerts = [rule for rule in groups["slotui-burn"] if "alert" in rule]
    found = {(rule["labels"]["severity"], rule["labels"]["long"]): rule["expr"] for rule in alerts}
    assert set(found) == {("page", "1h"), ("page", "6h"), ("ticket", "1d"), ("ticket", "3d")}
    assert "> 14.4 * 0.001 and" in found["page", "1h"]
    assert len(derive_tiers(SHOP.window)) == len(found)


@pytest.mark.parametrize(
    ("sli", "records"),
    [
        pytest.param(SHOP.sli, [], id="no cause label, no counts by cause"),
        pytest.param(replace(SHOP.events, cause="cause"), ["clamp_min(sum by (cause)"], id="the label is called cause"),
        pytest.param(replace(SHOP.events, cause="dependency"), ["sum by (cause) (label_replace(clamp_min("],
                     id="another label is recorded as cause"),
    ],
)  # fmt: skip
def test_bad_events_by_cause_are_recorded(sli: EventSli, records: list[str], promtool: str, tmp_path: Path) -> None:
    text = rules_yaml([replace(SHOP, sli=sli)])
    rules = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    found = [rule["expr"] for rule in rules if rule.get("record") == BAD_BY_CAUSE]
    assert len(found) == len(records)
    assert all(expr.startswith(start) for expr, start in zip(found, records, strict=True))
    (tmp_path / "rules.yml").write_text(text)
    subprocess.run([promtool, "check", "rules", str(tmp_path / "rules.yml")], check=True, capture_output=True)


def firing_test(series: dict[str, str], pages: list[tuple[str, int]]) -> str:
    """A promtool unit test: counters at 15 s steps, and at which times the fast page fires (1) or not (0)."""
    fires = 'count(ALERTS{alertname="ErrorBudgetBurn",alertstate="firing",long="1h"}) or vector(0)'
    return yaml.safe_dump({
        "rule_files": ["rules.yml"],
        "evaluation_interval": "15s",
        # Without this promtool takes the groups in any order, and an alert may see the ratio of the step before.
        "group_eval_order": ["slotui-counts", "slotui-burn"],
        "tests": [{
            "interval": "15s",
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "promql_expr_test": [
                {"expr": fires, "eval_time": at, "exp_samples": [{"labels": "{}", "value": count}]}
                for at, count in pages
            ],
        }],
    })  # fmt: skip


# 10 requests/s for two hours, then 5 % or all of them fail. Counters are exact at every scrape.
@pytest.mark.parametrize(
    ("good", "bad", "pages"),
    [
        pytest.param("0+150x480 72000+0x60", "0+0x480 0+150x60", [("2h0m30s", 0), ("2h1m15s", 1)],
                     id="a total failure pages within 52 s and two evaluations"),
        pytest.param("0+150x480 72000+142.5x120", "0+0x480 0+7.5x120", [("2h10m", 0), ("2h17m", 0), ("2h17m45s", 1)],
                     id="five percent pages after 17 min 17 s, not within ten minutes"),
        pytest.param("0+150x800", "0+0x800", [("1h", 0), ("3h", 0)], id="no error, no page"),
        pytest.param("0+0x800", "0+0x800", [("1h", 0), ("3h", 0)], id="no traffic, no page"),
    ],
)  # fmt: skip
def test_pages_fire_when_the_arithmetic_says(
    good: str, bad: str, pages: list[tuple[str, int]], promtool: str, tmp_path: Path
) -> None:
    (tmp_path / "rules.yml").write_text(rules_yaml([SHOP]))
    series = {'requests_total{code="200"}': good, 'requests_total{code="500"}': bad}
    (tmp_path / "test.yml").write_text(firing_test(series, pages))
    done = subprocess.run(
        [promtool, "test", "rules", str(tmp_path / "test.yml")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def steps_test(series: dict[str, str], expected: dict[tuple[str, str], float]) -> str:
    """A promtool unit test at the counts' own pace: values by expression and time."""
    return yaml.safe_dump({
        "rule_files": ["rules.yml"],
        "evaluation_interval": "5m",
        "group_eval_order": ["slotui-counts", "slotui-burn"],
        "tests": [{
            "interval": "5m",
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "promql_expr_test": [
                {"expr": f"sum({expr})", "eval_time": at, "exp_samples": [{"labels": "{}", "value": value}]}
                for (expr, at), value in expected.items()
            ],
        }],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        pytest.param(
            {'requests_total{code="200"}': "0+3999x576", 'requests_total{code="500"}': "0+1x576"},
            {("round(1e6 * slo:error_budget_remaining:ratio)", "1d"): 750_000,
             ("sum_over_time(slo:eligible_events:increase5m[1d])", "1d"): 4000 * 288},
            id="one failure in 4000 leaves three quarters of a budget of one in 1000",
        ),
        pytest.param(
            {'requests_total{code="200"}': "0+1000x576", 'requests_total{code="500"}': "0 0 36 36x300"},
            {("round(slo:error_ratio:increase6h * 72036, 1e-6)", "6h5m"): 36,
             ("slo:error_ratio:increase6h", "6h10m"): 0},
            id="a step leaves a window of six hours after six hours, not five minutes later",
        ),
        pytest.param(
            {'requests_total{code="200"}': "0+1000x576"},
            {("slo:bad_events:increase5m", "1d"): 0, ("slo:error_budget_remaining:ratio", "1d"): 1},
            id="no failing series yet: nothing bad, the whole budget left",
        ),
        pytest.param(
            {'requests_total{code="500"}': "0+1000x576"},
            {("slo:bad_events:increase5m", "1d"): 1000, ("slo:error_ratio:increase1h", "1d"): 1,
             ('count(ALERTS{alertstate="firing"})', "1d"): 4},
            id="no good series yet: all bad, and every tier fires",
        ),
    ],
)  # fmt: skip
def test_recorded_counts_and_budget_are_exact(
    series: dict[str, str], expected: dict[tuple[str, str], float], promtool: str, tmp_path: Path
) -> None:
    (tmp_path / "rules.yml").write_text(rules_yaml([SHOP]))
    (tmp_path / "test.yml").write_text(steps_test(series, expected))
    done = subprocess.run(
        [promtool, "test", "rules", str(tmp_path / "test.yml")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
