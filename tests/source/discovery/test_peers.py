"""The rule files that Sloth and Pyrra themselves generate, or a generator of their shape, read rule by rule."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from slotui.core.found import FoundSlo
from slotui.core.sli import EventSli
from slotui.duration import DAY
from slotui.source.prometheus.api import Series
from slotui.source.prometheus.discovery import pyrra, sloth
from slotui.source.prometheus.discovery.inventory import Inventory, Rule

PEERS = Path(__file__).parents[4] / "shared" / "peers"


@pytest.fixture
def peers() -> Path:
    if not PEERS.is_dir():
        pytest.skip("the rule files of Sloth and Pyrra are not beside this checkout")
    return PEERS


def inventory(text: str, values: Mapping[str, float]) -> Inventory:
    """What a Prometheus with these rules would have, `values` by the name of the series."""
    rules = [
        Rule(rule["record"], {name: str(value) for name, value in rule["labels"].items()}, rule["expr"])
        for group in yaml.safe_load(text)["groups"]
        for rule in group["rules"]
        if "record" in rule
    ]
    series: dict[str, list[Series]] = {}
    for rule in rules:
        if rule.name in values:
            series.setdefault(rule.name, []).append(Series(rule.labels, ((0.0, values[rule.name]),)))
    return Inventory(series, rules)


def counters(found: Sequence[FoundSlo]) -> list[tuple[str, Any, Any]]:
    """Name, bad and eligible counters of what could be turned."""
    turned = [(one.slo.name, one.slo.sli) for one in found if one.slo is not None]
    return [(name, str(sli.bad), str(sli.eligible)) for name, sli in turned if isinstance(sli, EventSli)]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "getting-started",
            [
                (
                    "myservice-requests-availability",
                    'http_request_duration_seconds_count{job="myservice",code=~"(5..|429)"}',
                    'http_request_duration_seconds_count{job="myservice"}',
                )
            ],
        ),
        (
            "no-alerts",
            [
                (
                    "myapp-http-availability",
                    'http_request_duration_seconds_count{job="myapp",code=~"(5..|429)"}',
                    'http_request_duration_seconds_count{job="myapp"}',
                )
            ],
        ),
        ("home-wifi", []),
    ],
)
def test_what_sloth_generates(file: str, expected: list[tuple[str, str, str]], peers: Path) -> None:
    text = (peers / "sloth" / f"{file}.rules.yml").read_text()
    values = {"sloth_slo_info": 1.0, "slo:objective:ratio": 0.9990000000000001, "slo:time_period:days": 30.0}
    found = list(sloth.found(inventory(text, values)))
    assert found
    assert all((one.target, one.window) == (0.999, 30 * DAY) for one in found)
    assert counters(found) == expected
    assert all(one.slo or "sum_over_time()" in one.uncounted for one in found)


@pytest.mark.parametrize("tool", ["sloth", "pyrra"])
def test_rules_for_twenty(tool: str, peers: Path) -> None:
    command = [sys.executable, str(peers / "peer_rules.py"), tool, "20"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    values = {"sloth_slo_info": 1.0, "slo:objective:ratio": 0.999, "pyrra_objective": 0.999, "pyrra_window": 2419200.0}
    found = list({"sloth": sloth, "pyrra": pyrra}[tool].found(inventory(text, values)))
    assert len(found) == 20
    assert sorted(counters(found)) == sorted(
        (
            f"svc-{number}-availability",
            f'http_requests_total{{service="svc-{number}",code=~"5.."}}',
            f'http_requests_total{{service="svc-{number}"}}',
        )
        for number in range(20)
    )
