"""The generated rules, by Prometheus' own judgement."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from slotui.core.alerts import derive_tiers
from slotui.core.slo import EventSli, Matcher, Selector, Slo
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
    assert "SUCCESS: 40 rules found" in done.stdout


def test_every_tier_of_every_slo_has_an_alert_with_its_own_threshold() -> None:
    groups = {group["name"]: group["rules"] for group in yaml.safe_load(rules_yaml([SHOP]))["groups"]}
    found = {(rule["labels"]["severity"], rule["labels"]["long"]): rule["expr"] for rule in groups["slotui-alerts"]}
    assert set(found) == {("page", "1h"), ("page", "6h"), ("ticket", "1d"), ("ticket", "3d")}
    assert "> 14.4 * 0.001 and" in found["page", "1h"]
    assert len(derive_tiers(SHOP.window)) == len(found)


def firing_test(series: dict[str, str], pages: list[tuple[str, int]]) -> str:
    """A promtool unit test: counters at 15 s steps, and at which times the fast page fires (1) or not (0)."""
    fires = 'count(ALERTS{alertname="ErrorBudgetBurn",alertstate="firing",long="1h"}) or vector(0)'
    return yaml.safe_dump({
        "rule_files": ["rules.yml"],
        "evaluation_interval": "15s",
        # Without this promtool takes the groups in any order, and an alert may see the ratio of the step before.
        "group_eval_order": ["slotui-counts", "slotui-burn", "slotui-alerts"],
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
