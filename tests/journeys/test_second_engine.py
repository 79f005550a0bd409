"""The same Board from a second PromQL engine: VictoriaMetrics, fed by Prometheus, behind a door with a token."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from slotui.generate.rules import rules_yaml
from slotui.spec.load import load_slos

pytestmark = [pytest.mark.journey, pytest.mark.prometheus]

SLOTUI = str(Path(sys.executable).parent / "slotui")
PACKAGE = BINARY = "victoria-metrics"
TOKEN, TENANT = "open-sesame", "team-a"
DAYS = 2
STALE_MINUTES = 60
LABELS = 'job="shop",instance="shop:80"'
SLOS = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: shop-availability}
spec:
  service: shop
  indicator:
    metadata: {name: shop-success}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: Prometheus, spec: {query: 'requests_total{code="200"}'}}}
        total: {metricSource: {type: Prometheus, spec: {query: requests_total}}}
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.999}]
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: stock-freshness}
spec:
  service: shop
  indicator:
    metadata: {name: stock-age}
    spec:
      thresholdMetric:
        metricSource: {type: Prometheus, spec: {query: time() - max(stock_updated_seconds)}}
  timeWindow: [{duration: 7d, isRolling: true}]
  budgetingMethod: Timeslices
  objectives: [{op: lte, value: 60, target: 0.99, timeSliceTarget: 1, timeSliceWindow: 1m}]
"""
Moment = tuple[float, int, int, float]


def past(start: float, end: float) -> Iterator[Moment]:
    """(at, good so far, bad so far, when the stock was updated), a minute apart: few errors, and a stale hour."""
    good = bad = 0
    for minute in range(round((end - start) / 60) + 1):
        at = start + 60 * minute
        stale = 1000 <= minute < 1000 + STALE_MINUTES
        yield at, good, bad, at - (500 if stale else 0)
        good += 40 + minute % 7
        bad += minute % 240 == 17


@dataclass
class Shop:
    """A service whose counters go on where the past ended; a third of its requests fail, half a minute of stock age."""

    good: int
    bad: int
    lock: threading.Lock = field(default_factory=threading.Lock)

    def page(self) -> str:
        with self.lock:
            self.good += 200
            self.bad += 100
            return (
                f'# TYPE requests_total counter\nrequests_total{{code="200"}} {self.good}\n'
                f'requests_total{{code="500"}} {self.bad}\n'
                f"# TYPE stock_updated_seconds gauge\nstock_updated_seconds {time.time() - 30}\n"
            )


@dataclass
class Door:
    """A reverse proxy that lets in who has the token and names a tenant, and passes everything on."""

    behind: str
    tenants: list[str] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return httpx.Response(401, text="who are you?")
        if "x-scope-orgid" not in request.headers:
            return httpx.Response(401, text="no org id")
        self.tenants.append(request.headers["x-scope-orgid"])
        with httpx.Client(base_url=self.behind, trust_env=False) as client:
            kind = {"content-type": request.headers.get("content-type", "")}
            return client.request(request.method, request.url.raw_path.decode(), content=request.content, headers=kind)


class Handler(BaseHTTPRequestHandler):
    """HTTP to and from httpx' values."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response], *rest: Any) -> None:
        self._answer = answer
        super().__init__(*rest)

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        url = f"http://127.0.0.1{self.path}"
        found = self._answer(httpx.Request(self.command, url, headers=self.headers.items(), content=body))
        self.send_response(found.status_code)
        self.send_header("content-type", found.headers.get("content-type", "text/plain"))
        self.send_header("content-length", str(len(found.content)))
        self.end_headers()
        self.wfile.write(found.content)

    def log_message(self, *_: Any) -> None:
        """Nothing: pytest's output is for pytest."""


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Serves an answering function on loopback; its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[httpx.Request], httpx.Response]) -> str:
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, answer)))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def victoria(tmp_path: Path, free_port: Callable[[], int], until: Callable[..., Any]) -> Iterator[str]:
    """A real VictoriaMetrics on loopback; its address."""
    if not shutil.which(BINARY):
        reason = f"{BINARY} is not on PATH: type `apt-get install {PACKAGE}`"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    url = f"127.0.0.1:{free_port()}"
    with (tmp_path / "victoria.log").open("wb") as log:
        process = subprocess.Popen(
            [BINARY, f"-httpListenAddr={url}", f"-storageDataPath={tmp_path / 'victoria'}", "-retentionPeriod=2"],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        until(lambda: answers(f"http://{url}/health") or process.poll() is not None, 30)
        assert process.poll() is None, (tmp_path / "victoria.log").read_text()
        yield f"http://{url}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


def remember(moments: list[Moment], promtool: str, folder: Path, victoria: str) -> Path:
    """Write the past into both: blocks for Prometheus (their folder is returned), an import for VictoriaMetrics."""
    rows = {
        "requests_total": [("counter", f'{{code="200",{LABELS}}}', 1), ("counter", f'{{code="500",{LABELS}}}', 2)],
        "stock_updated_seconds": [("gauge", f"{{{LABELS}}}", 3)],
    }
    text = []
    for name, series in rows.items():
        text.append(f"# TYPE {name.removesuffix('_total')} {series[0][0]}")
        text += [
            f"{name}{labels} {moment[column]} {moment[0]:.0f}" for _, labels, column in series for moment in moments
        ]
    file = folder / "past.om"
    file.write_text("\n".join([*text, "# EOF", ""]))
    convert = [promtool, "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=744h"]
    subprocess.run([*convert, str(file), str(folder / "tsdb")], check=True, capture_output=True)
    lines = "".join(f"{row}000\n" for row in text if not row.startswith("#"))
    httpx.post(f"{victoria}/api/v1/import/prometheus", content=lines, trust_env=False).raise_for_status()
    return folder / "tsdb"


def configuration(shop: str, victoria: str, rules: Path) -> str:
    return yaml.safe_dump({
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules)],
        "remote_write": [{"url": f"{victoria}/api/v1/write", "queue_config": {"batch_send_deadline": "1s"}}],
        "scrape_configs": [{
            "job_name": "shop",
            "static_configs": [{"targets": [shop.removeprefix("http://")], "labels": {"instance": "shop:80"}}],
        }],
    })  # fmt: skip


def newest(url: str, expression: str) -> float:
    """The time of the newest sample of a series, by the server itself; 0 for none."""
    form = {"query": f"max(timestamp({expression}))", "nocache": "1"}
    found = httpx.post(f"{url}/api/v1/query", data=form, trust_env=False).json()["data"]["result"]
    return float(found[0]["value"][1]) if found else 0.0


def run(*argv: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SLOTUI, *argv], env={**os.environ, **env}, capture_output=True, text=True, check=False, timeout=60
    )


def test_victoria_metrics_gives_the_same_board_through_a_door_with_a_token(
    tmp_path: Path,
    promtool: str,
    victoria: str,
    start_prometheus: Callable[..., str],
    serve: Callable[..., str],
    until: Callable[..., Any],
) -> None:
    slos, rules, token = tmp_path / "shop.yaml", tmp_path / "rules.yml", tmp_path / "token"
    slos.write_text(SLOS)
    rules.write_text(rules_yaml(load_slos([slos])))
    token.write_text(f"{TOKEN}\n")
    end = time.time() // 60 * 60
    moments = list(past(end - DAYS * 86400, end))
    blocks = remember(moments, promtool, tmp_path, victoria)
    shop = Shop(moments[-1][1], moments[-1][2])
    target = serve(lambda _: httpx.Response(200, text=shop.page(), headers={"content-type": "text/plain"}))
    prometheus = start_prometheus(blocks, configuration(target, victoria, rules))
    door = Door(victoria)
    proxy = serve(door.answer)

    fires = 'ALERTS_FOR_STATE{slo="shop-availability",severity="page"}'
    until(lambda: newest(victoria, fires) and newest(victoria, fires), 60)
    at = newest(prometheus, "requests_total")
    until(lambda: newest(victoria, "requests_total") >= at and newest(victoria, fires) >= at, 30)

    asked = ["status", "--slos", str(slos), "--at", f"{at:.3f}", "--output", "json"]
    first = run(*asked, "--prometheus", prometheus)
    key = ["--bearer-token-file", str(token), "--header", f"X-Scope-OrgID: {TENANT}"]
    second = run(*asked, "--prometheus", proxy, *key)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert set(door.tenants) == {TENANT}
    same(json.loads(first.stdout), json.loads(second.stdout))

    nobody = run(*asked, "--prometheus", proxy, SLOTUI_PROMETHEUS_TOKEN="")
    assert "wants a token or a password (401): who are you?" in nobody.stdout + nobody.stderr
    stranger = run(*asked, "--prometheus", proxy, SLOTUI_PROMETHEUS_TOKEN="guess")
    assert "did not accept the token or password" in stranger.stdout + stranger.stderr
    tenantless = run(*asked, "--prometheus", proxy, SLOTUI_PROMETHEUS_TOKEN=TOKEN)
    assert "wants to know which tenant is asked for" in tenantless.stdout + tenantless.stderr
    for refused in (nobody, stranger, tenantless):
        assert refused.returncode == 7
        assert TOKEN not in refused.stdout + refused.stderr


def same(first: dict[str, Any], second: dict[str, Any]) -> None:
    """Two Boards: equal to the event, but for the burn of short windows.

    Those come from `increase`, which Prometheus scales up to the whole window and VictoriaMetrics does not.
    """
    known = {slo["name"]: slo for slo in first["slos"]}
    assert known["shop-availability"]["eligible"] > 100_000
    assert known["shop-availability"]["state"] == "page"
    # The first and the last stale sample each lie on a border, and are seen from the slices on both sides.
    assert known["stock-freshness"]["bad"] == STALE_MINUTES + 1
    for one, other in zip(first.pop("slos"), second.pop("slos"), strict=True):
        forecasts = one.pop("forecast"), other.pop("forecast")
        pace = [
            (*slo.pop("burn").values(), slo.pop("exhausts_in_seconds"), forecast["burn"])
            for slo, forecast in zip((one, other), forecasts, strict=True)
        ]
        assert pace[0] == pytest.approx(pace[1], rel=0.05)
        assert one == other
    for board in (first, second):
        assert board.pop("verdict").startswith("1 PAGE  shop-availability burns 1")
        board["source"].pop("url")
    assert first == second
