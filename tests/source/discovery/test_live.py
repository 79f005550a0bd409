"""Other tools' SLOs in a real Prometheus: found, turned into ours, and counted to the event where they count ratios."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from slotui.core.found import Discovery, FoundSlo, Tool
from slotui.duration import DAY
from slotui.source.prometheus.api import Api
from slotui.source.prometheus.discovery.search import counted, search

SLOTUI = Path(sys.executable).parent / "slotui"

OWN = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: shop-availability}
spec:
  service: shop
  indicator:
    spec:
      ratioMetric:
        counter: true
        bad: {metricSource: {type: Prometheus, spec: {query: 'http_requests_total{service="shop",code=~"5.."}'}}}
        total: {metricSource: {type: Prometheus, spec: {query: 'http_requests_total{service="shop"}'}}}
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.999}]
"""

pytestmark = [pytest.mark.slow, pytest.mark.prometheus]


def slotui(folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "SLOTUI_STATE": str(folder / "state")}
    command = [str(SLOTUI), *argv]
    return subprocess.run(command, check=False, cwd=folder, env=env, capture_output=True, text=True, timeout=60)


async def look(url: str) -> tuple[Discovery, int]:
    api = Api(url)
    try:
        return await counted(api, await search(api, time.time())), api.requests
    finally:
        await api.close()


def test_what_the_tools_say_and_beside_it_what_the_events_say(peers: Any, tmp_path: Path) -> None:
    discovery, requests = asyncio.run(look(peers.url))
    assert requests == 3
    found: dict[str, FoundSlo] = {f"{one.tool} {one.service}": one for one in discovery.found}
    assert list(found) == ["Sloth raw", "Sloth shop", "Pyrra shop-availability", "Grafana SLO Shop availability"]

    sloth = found["Sloth shop"]
    assert (sloth.target, sloth.window, sloth.told.weighted) == (0.999, 30 * DAY, False)
    assert sloth.told.remaining == pytest.approx(1 - peers.steps.mean_ratio() / 0.001, abs=0.03)
    assert sloth.told.firing == ("page",)
    for one in (sloth, found["Pyrra shop-availability"], found["Grafana SLO Shop availability"]):
        assert one.slo is not None
        assert one.budget is not None
        requests, bad = peers.steps.since(one.slo.window, peers.end)
        assert one.budget.counts.eligible == pytest.approx(requests, rel=0.001)
        assert one.budget.counts.bad == pytest.approx(bad, rel=0.001)
        assert one.budget.coverage > 0.99
    # Sloth's mean of ratios is far from the share of events; the tools that divide counts agree with us.
    assert sloth.budget is not None
    assert abs((sloth.told.remaining or 0) - (sloth.budget.remaining_ratio or 0)) > 0.05
    for name in ("Pyrra shop-availability", "Grafana SLO Shop availability"):
        budget = found[name].budget
        assert budget is not None
        assert found[name].told.remaining == pytest.approx(budget.remaining_ratio, abs=0.002)
        assert found[name].told.weighted is True

    raw = found["Sloth raw"]
    assert raw.id == "\ufffd[31mraw"
    assert (raw.slo, raw.told.remaining) == (None, None)
    assert raw.uncounted == "cannot count with its rules: a ratio that is not written as bad / total has no counts"

    # The same through the command line: one answer for scripts, one board beside our own SLOs.
    listed = slotui(tmp_path, "discover", "--prometheus", peers.url, "--output", "json")
    assert listed.returncode == 0, listed.stderr
    slos = {slo["id"]: slo for slo in json.loads(listed.stdout)["slos"]}
    assert slos["shop-availability"]["tool"] == Tool.PYRRA
    assert slos["u-1"]["counted"]["name"] == "shop-availability-2" or slos["u-1"]["counted"]["name"].startswith(
        "grafana"
    )
    shown = slotui(tmp_path, "discover", "--prometheus", peers.url)
    assert "unweighted (Sloth)" in shown.stdout
    assert "\x1b" not in shown.stdout

    own = tmp_path / "own.yaml"
    own.write_text(OWN)
    options = ("--slos", str(own), "--discover", "--prometheus", peers.url, "--output", "json")
    board = slotui(tmp_path, "status", *options)
    assert board.returncode == 0, board.stderr
    boards = {slo["name"]: slo for slo in json.loads(board.stdout)["slos"]}
    tools = {"sloth-shop-availability", "pyrra-shop-availability", "grafana-slo-shop-availability"}
    assert set(boards) == {"shop-availability", *tools}
    for name in ("shop-availability", "sloth-shop-availability"):
        assert boards[name]["remaining_ratio"] == pytest.approx(sloth.budget.remaining_ratio, abs=0.001)

    watching = [str(SLOTUI), "watch", "--discover", "--prometheus", peers.url, "--output", "json"]
    env = {**os.environ, "SLOTUI_STATE": str(tmp_path / "state")}
    with subprocess.Popen(watching, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()
    assert {slo["name"] for slo in json.loads(line)["slos"]} == {
        "shop-availability", "pyrra-shop-availability", "grafana-slo-shop-availability",
    }  # fmt: skip
