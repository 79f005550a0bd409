"""The dashboard: what Grafana's SDK reads back, and that a real Prometheus has an answer for every panel."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as model

from lab.history import make_history
from lab.prometheus import write_blocks
from lab.series import all_series, recorded, spans_of
from slotui.clock import now
from slotui.core.counting import BAD, ELIGIBLE, SLICE_BAD, STEP
from slotui.core.sli import CompositeSli, Member
from slotui.core.slo import Slo
from slotui.core.window import Calendar
from slotui.duration import DAY
from slotui.generate.dashboard import dashboard_json
from slotui.generate.panel_queries import coverage, policy_tier, remaining
from slotui.generate.rules import rules_yaml
from slotui.spec.load import load_policy, load_slos

LAB = Path(__file__).parents[2] / "lab"
SLOS = load_slos([LAB / "slos"])
POLICY = load_policy(LAB / "policy.yaml")
COUNTS = {ELIGIBLE, BAD, SLICE_BAD}
MADE: dict[str, Any] = json.loads(dashboard_json(SLOS, POLICY))
TARGETS = [
    pytest.param(panel, target, id=f"{panel['title']}, {target['refId']}")
    for panel in MADE["panels"]
    for target in panel.get("targets", ())
]


def test_the_sdk_reads_back_what_it_wrote() -> None:
    again = json.loads(JSONEncoder().encode(model.Dashboard.from_json(MADE)))
    without = {**MADE, "annotations": {"list": [
        {name: value for name, value in one.items() if name not in ("step", "titleFormat", "tagKeys")}
        for one in MADE["annotations"]["list"]
    ]}}  # fmt: skip
    assert again == without


def test_it_has_every_panel_one_row_for_each_slo_and_two_variables() -> None:
    row, *panels = MADE["panels"]
    assert (row["type"], row["repeat"]) == ("row", "slo")
    assert [panel["title"] for panel in panels] == [
        "Budget left", "Policy tier", "Coverage", "Events in the window",
        "Burn rate by window, and what alerts above it", "Budget burn-down",
    ]  # fmt: skip
    steps = panels[0]["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert [(step["value"], step["color"]) for step in steps] == [(None, "red"), (0, "yellow"), (0.5, "green")]
    source, slo = MADE["templating"]["list"]
    assert (source["type"], source["query"]) == ("datasource", "prometheus")
    assert slo["query"] == ",".join(one.name for one in SLOS)
    ids = [panel["id"] for panel in MADE["panels"]]
    assert len(set(ids)) == len(ids)


def test_a_calendar_window_is_said_to_be_shown_as_a_rolling_one() -> None:
    month = replace(SLOS[0], calendar=Calendar(1, "M", datetime(2024, 1, 1)))
    panels = json.loads(dashboard_json([month], POLICY))["panels"]
    assert "checkout-availability (each month)" in panels[1]["description"]


def test_a_composite_has_no_row_its_members_have() -> None:
    both = Slo("both", "checkout", 0.99, 30 * DAY, CompositeSli(tuple(Member(slo.name, slo.target) for slo in SLOS)))
    assert json.loads(dashboard_json([*SLOS, both], POLICY)) == MADE


Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def past() -> Any:
    return make_history(now(), 2 * DAY, 20)


@pytest.fixture
def ask(past: Any, tmp_path: Path, start_prometheus: Callable[..., str]) -> Ask:
    """Instant and range queries to a Prometheus with two days behind it, the burn rules on and a fault injected."""
    write_blocks(past, SLOS, tmp_path / "data")
    groups = yaml.safe_load(rules_yaml(SLOS))["groups"]
    for group in groups:  # the past holds the counts; what rests on them is computed at once
        group["interval"] = "1s"
        group["rules"] = [rule for rule in group["rules"] if rule.get("record") not in COUNTS]
    groups.append({"name": "chaos", "interval": "1s", "rules": [
        {"record": "chaos_active", "expr": "vector(1)", "labels": {"id": "a"}},
        {"record": "chaos_injected_total", "expr": "vector(3)", "labels": {"id": "a", "kind": "error", "route": "/"}},
    ]})  # fmt: skip
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [group for group in groups if group["rules"]]}))
    url = start_prometheus(tmp_path / "data", yaml.safe_dump({"rule_files": [str(tmp_path / "rules.yml")]}))

    def query(expr: str, slo: str, *, over: float | None = None) -> list[dict[str, Any]]:
        kind, when = ("query", {"time": now()}) if over is None else (
            "query_range", {"start": now() - over, "end": now(), "step": over / 12})  # fmt: skip
        body = {"query": expr.replace("$slo", slo), **when}
        answer = httpx.post(f"{url}/api/v1/{kind}", data=body, trust_env=False).json()
        assert answer["status"] == "success", answer
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    return query


def until_there(look: Callable[[], list[Any]]) -> list[Any]:
    """What `look` finds, once it finds anything; rules need an evaluation."""
    deadline = time.monotonic() + 20
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


@pytest.mark.prometheus
@pytest.mark.slow
def test_every_panel_has_data_for_every_slo(ask: Ask, past: Any) -> None:
    everything = "|".join(slo.name for slo in SLOS)
    for panel, target in (param.values for param in TARGETS):
        over = None if target.get("instant") else 60.0
        for slo in (*(slo.name for slo in SLOS), everything):
            found = until_there(lambda: ask(target["expr"], slo, over=over))  # noqa: B023 - called in this turn
            assert found, (panel["title"], target["expr"], slo)
            values = [float(value) for one in found for _, value in one.get("values") or [one["value"]]]
            assert all(map(math.isfinite, values)), (panel["title"], values)
            assert len(found) == (len(SLOS) if slo == everything else 1)
    faults, firing = (one["expr"] for one in MADE["annotations"]["list"])
    assert [one["metric"] for one in until_there(lambda: ask(faults, ""))] == [
        {"id": "a", "kind": "error", "route": "/"}
    ]
    ask(firing, everything)  # valid; whether any alert fires is the history's affair

    series = all_series(past)
    for slo in SLOS:
        steps = list(recorded(spans_of(slo, past, series)))
        left = 1 - sum(bad for *_, bad in steps) / ((1 - slo.target) * sum(eligible for _, eligible, _ in steps))

        def value(expr: str, name: str = slo.name) -> float:
            return float(ask(expr, name)[0]["value"][1])

        assert value(remaining(SLOS)) == pytest.approx(left, abs=1e-9)
        assert value(coverage(SLOS)) == pytest.approx(len(steps) * STEP / slo.window)
        # Below the share at which a policy's second tier begins, and not below the third's.
        tiers = tuple(
            replace(tier, enter_below=share)
            for tier, share in zip(POLICY.tiers[1:], (left + 0.01, left - 0.01), strict=True)
        )
        assert value(policy_tier(SLOS, replace(POLICY, tiers=(POLICY.tiers[0], *tiers)))) == 1


BUNDLED = {"row", "stat", "gauge", "bargauge", "timeseries", "state-timeline", "status-history", "table", "text"}
"""Panels that every Grafana has without a plugin."""


def strings(value: Any) -> list[str]:
    """Every string in a document."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value] if isinstance(value, str) else [text for one in inner for text in strings(one)]


def test_a_grafana_without_plugins_can_lay_it_out() -> None:
    assert {panel["type"] for panel in MADE["panels"]} <= BUNDLED
    taken: set[tuple[int, int]] = set()
    for panel in MADE["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + column, at["y"] + line) for column in range(at["w"]) for line in range(at["h"])}
        assert max(column for column, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells
        references = [target["refId"] for target in panel.get("targets", ())]
        assert len(set(references)) == len(references)


def test_every_variable_that_it_uses_is_one_of_its_own() -> None:
    own = {variable["name"] for variable in MADE["templating"]["list"]}
    used = {name for text in strings(MADE) for name in re.findall(r"\$\{?([a-z]\w*)", text)}
    assert used == own
    everywhere = [panel["datasource"] for panel in MADE["panels"] if panel["type"] != "row"]
    assert {(one["type"], one["uid"]) for one in everywhere} == {("prometheus", "${datasource}")}
