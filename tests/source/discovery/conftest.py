"""A Prometheus with thirty days behind it, on which rules of the shapes of Sloth, Pyrra and Grafana SLO are loaded."""

from __future__ import annotations

import asyncio
import json
import math
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from slotui.core.found import Discovery
from slotui.duration import DAY, MINUTE
from slotui.source.prometheus.api import Api
from slotui.source.prometheus.discovery.search import search

BAD = 'http_requests_total{service="shop",code=~"5.."}'
ALL = 'http_requests_total{service="shop"}'
SLOTH = {"sloth_id": "shop-availability", "sloth_service": "shop", "sloth_slo": "availability"}
# A label may hold anything; this one would paint the terminal red.
HOSTILE = {"sloth_id": "\x1b[31mraw", "sloth_service": "raw\n", "sloth_slo": "gauge"}
PYRRA = {"slo": "shop-availability", "team": "web"}
GRAFANA = {"grafana_slo_uuid": "u-1", "grafana_slo_name": "Shop availability", "grafana_slo_window": "28d"}


@dataclass(frozen=True)
class Steps:
    """What happened: end of each step (UTC seconds), requests, and bad ones among them."""

    rows: tuple[tuple[float, int, int], ...]

    def since(self, window: float, at: float) -> tuple[int, int]:
        """True counts of the `window` seconds before `at`: requests, bad."""
        inside = [row for row in self.rows if at - window < row[0] <= at]
        return sum(row[1] for row in inside), sum(row[2] for row in inside)

    def mean_ratio(self) -> float:
        """The mean of the steps' ratios, however many requests each had."""
        return sum(bad / requests for _, requests, bad in self.rows) / len(self.rows)


def happened(end: float) -> Steps:
    """A day curve of 1 to 10, most of the trouble at its peaks; every five minutes, at last every minute."""
    rows = []
    at = end - 30 * DAY
    while at < end:
        step = 5 * MINUTE if at < end - 15 * MINUTE else MINUTE
        at += step
        curve = 5.5 + 4.5 * math.sin(2 * math.pi * (at - end) / DAY)
        requests = round(curve * step * 10)
        ratio = 0.0014 if curve > 9 else 0.0001
        if at > end - 90 * MINUTE:
            ratio = 0.02
        rows.append((at, requests, round(requests * ratio)))
    return Steps(tuple(rows))


def written(steps: Steps) -> str:
    """The counters, and the ratios that Sloth's rule recorded meanwhile, as OpenMetrics."""
    lines = ["# TYPE http_requests counter"]
    for code in ("200", "500"):
        total = 0
        for at, requests, bad in steps.rows:
            total += bad if code == "500" else requests - bad
            lines.append(f'http_requests_total{{service="shop",code="{code}"}} {total} {at:.0f}')
    labels = ",".join(f'{name}="{value}"' for name, value in {**SLOTH, "sloth_window": "5m"}.items())
    lines.append("# TYPE slo:sli_error:ratio_rate5m gauge")
    lines += [f"slo:sli_error:ratio_rate5m{{{labels}}} {bad / requests} {at:.0f}" for at, requests, bad in steps.rows]
    return "\n".join([*lines, "# EOF", ""])


def record(name: str, expression: str, labels: dict[str, str]) -> dict[str, Any]:
    return {"record": name, "expr": expression, "labels": labels}


def sloth_rules() -> list[dict[str, Any]]:
    selector = ",".join(f'{name}="{value}"' for name, value in SLOTH.items())
    five = f"slo:sli_error:ratio_rate5m{{{selector}}}[30d]"
    rules = [
        record(
            f"slo:sli_error:ratio_rate{window}",
            f"(sum(rate({BAD}[{window}])))\n/\n(sum(rate({ALL}[{window}])))",
            {**SLOTH, "sloth_window": window},
        )
        for window in ("5m", "1h")
    ]
    ours = (SLOTH, HOSTILE)
    rules += [record("slo:objective:ratio", "vector(0.9990000000000001)", labels) for labels in ours]
    rules += [record("slo:time_period:days", "vector(30)", labels) for labels in ours]
    rules += [record("sloth_slo_info", "vector(1)", {**labels, "sloth_objective": "99.9"}) for labels in ours]
    return [
        *rules,
        record("slo:sli_error:ratio_rate5m", "raw:errors:ratio", {**HOSTILE, "sloth_window": "5m"}),
        record(
            "slo:sli_error:ratio_rate30d",
            f"sum_over_time({five}) / ignoring (sloth_window) count_over_time({five})",
            {**SLOTH, "sloth_window": "30d"},
        ),
        record("slo:current_burn_rate:ratio", f"slo:sli_error:ratio_rate5m{{{selector}}} / 0.001", SLOTH),
        record(
            "slo:period_error_budget_remaining:ratio", f"1 - slo:sli_error:ratio_rate30d{{{selector}}} / 0.001", SLOTH
        ),
        {
            "alert": "ShopErrors",
            "expr": f"max(slo:sli_error:ratio_rate1h{{{selector}}} > (14.4 * 0.001)) without (sloth_window)",
            "labels": {"sloth_severity": "page"},
        },
    ]


def pyrra_rules() -> list[dict[str, Any]]:
    availability = f"1 - sum(increase({BAD}[4w])) / sum(increase({ALL}[4w]))"
    return [
        record("pyrra_objective", "0.999", PYRRA),
        record("pyrra_window", "2419200", PYRRA),
        record("pyrra_availability", availability, PYRRA),
        record("pyrra_requests:rate5m", f"sum(rate({ALL}[5m]))", PYRRA),
        record("pyrra_errors:rate5m", f"sum(rate({BAD}[5m])) or vector(0)", PYRRA),
    ]


def grafana_rules() -> list[dict[str, Any]]:
    good = 'http_requests_total{service="shop",code!~"5.."}'
    return [
        record("grafana_slo_objective", "vector(0.995)", GRAFANA),
        record("grafana_slo_objective_window_seconds", "vector(2419200)", GRAFANA),
        record("grafana_slo_sli_window", f"sum(increase({good}[4w])) / sum(increase({ALL}[4w]))", GRAFANA),
        record("grafana_slo_sli_5m", f"sum(rate({good}[5m])) / sum(rate({ALL}[5m]))", GRAFANA),
        record("grafana_slo_success_rate_5m", f"sum(rate({good}[5m]))", GRAFANA),
        record("grafana_slo_total_rate_5m", f"sum(rate({ALL}[5m]))", GRAFANA),
    ]


@dataclass(frozen=True)
class Peers:
    """The running Prometheus, and the truth about what it was fed."""

    url: str
    end: float
    steps: Steps


@pytest.fixture
def peers(promtool: str, tmp_path: Path, start_prometheus: Callable[..., str]) -> Peers:
    """The Prometheus, once its rules have recorded a budget for each of the three tools."""
    end = time.time() // MINUTE * MINUTE
    steps = happened(end)
    history = tmp_path / "history.om"
    history.write_text(written(steps))
    convert = [promtool, "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=744h"]
    subprocess.run([*convert, str(history), str(tmp_path / "tsdb")], check=True, capture_output=True)
    rules = tmp_path / "rules.json"
    named = {"sloth": sloth_rules(), "pyrra": pyrra_rules(), "grafana": grafana_rules()}
    rules.write_text(json.dumps({"groups": [{"name": name, "rules": group} for name, group in named.items()]}))
    config = {"global": {"evaluation_interval": "1s"}, "rule_files": [str(rules)]}
    url = start_prometheus(tmp_path / "tsdb", json.dumps(config))
    deadline = time.monotonic() + 30
    while not asyncio.run(_recorded(url)):
        assert time.monotonic() < deadline, "the rules recorded nothing in time"
        time.sleep(0.2)
    return Peers(url, end, steps)


async def _recorded(url: str) -> bool:
    api = Api(url)
    try:
        found: Discovery = await search(api, time.time())
    finally:
        await api.close()
    told = [one.told for one in found.found if one.slo is not None]
    return len(told) == 3 and all(one.remaining is not None and one.burn is not None for one in told) and any(
        one.firing for one in told
    )  # fmt: skip
