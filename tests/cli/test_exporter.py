"""`slotui exporter` as a process: a real page to scrape, real requests, a real SIGTERM."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from slotui.cli.lazy import run
from slotui.cli.main import group

SLOTUI = str(Path(sys.executable).parent / "slotui")
SLOS = str(Path(__file__).parents[2] / "lab" / "slos" / "checkout.yaml")
SERIES = 'http_requests_total{service="checkout",method="POST",route="/checkout",synthetic="false",'


class Page(ThreadingHTTPServer):
    """A `/metrics` page whose counters a test moves by hand."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.good, self.bad, self.asked = 1000, 0, 0
        self.url = f"http://127.0.0.1:{self.server_port}/metrics"
        self._serving = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._serving.start()

    def stop(self) -> None:
        self.shutdown()
        self._serving.join()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    server: Page

    def do_GET(self) -> None:
        self.server.asked += 1
        text = f'{SERIES}code="200",cause="none"}} {self.server.good}\n{SERIES}code="500",cause="payment"}} {self.server.bad}\n'
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def page() -> Iterator[Page]:
    served = Page()
    yield served
    served.stop()


Started = tuple[subprocess.Popen[str], str]


@pytest.fixture
def start() -> Iterator[Callable[..., Started]]:
    """The process, and its address; each is killed at the end if a test has not ended it."""
    running: list[subprocess.Popen[str]] = []

    def begin(*options: str) -> Started:
        command = [SLOTUI, "exporter", "--listen", "127.0.0.1:0", "--slos", SLOS, *options]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stderr is not None
        said = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found, said
        return process, found[0]

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def get(url: str) -> httpx.Response:
    return httpx.get(url, trust_env=False)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def value(base: str, series: str) -> float | None:
    found = re.search(rf"^{re.escape(series)} (\S+)$", get(f"{base}/metrics").text, re.MULTILINE)
    return float(found[1]) if found else None


LABELS = '{service="checkout",slo="checkout-availability"}'


@pytest.mark.slow
def test_from_a_page_to_series_and_json_and_what_is_said_when_it_is_gone(
    page: Page, start: Callable[..., Started]
) -> None:
    process, base = start("--scrape", page.url, "--every", "100ms")
    wait_for(lambda: page.asked >= 2)
    page.good, page.bad = page.good + 95, page.bad + 5
    wait_for(lambda: value(base, f"slo_success_ratio{LABELS}") == 0.95)
    assert value(base, "slo_source_up") == 1
    assert value(base, f"slo_breached{LABELS}") == 1
    assert get(f"{base}/-/ready").status_code == 200
    slo = get(f"{base}/api/v1/slos/checkout-availability").json()
    assert (slo["eligible"], slo["bad"]) == (100, 5)
    assert get(f"{base}/api/v1/board").json()["schema"] == "slotui/board/1"
    page.shutdown()
    page.server_close()
    wait_for(lambda: value(base, "slo_source_up") == 0)
    assert value(base, f"slo_success_ratio{LABELS}") == 0.95
    assert "127.0.0.1" in get(f"{base}/api/v1/board").json()["source"]["error"]
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.slow
def test_requests_cost_the_source_nothing(page: Page, start: Callable[..., Started]) -> None:
    process, base = start("--scrape", page.url, "--every", "1h")
    wait_for(lambda: get(f"{base}/-/ready").status_code == 200)
    looks = page.asked
    with httpx.Client(trust_env=False) as client:
        for _ in range(30):
            client.get(f"{base}/metrics").raise_for_status()
            client.get(f"{base}/api/v1/board").raise_for_status()
    assert page.asked == looks
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0


@pytest.mark.slow
def test_a_prometheus_that_is_not_there_is_down_and_the_exporter_is_up(start: Callable[..., Started]) -> None:
    _, base = start("--prometheus", "http://127.0.0.1:1")
    wait_for(lambda: "http://127.0.0.1:1" in get(f"{base}/-/ready").text)
    assert value(base, "slo_source_up") == 0
    assert value(base, f"slo_target{LABELS}") == 0.999
    assert value(base, f"slo_success_ratio{LABELS}") is None


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["slotui", "exporter", "--slos", SLOS, *argv])
    return run(group, "slotui"), capsys.readouterr().err


def test_a_port_that_is_taken(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        code, err = said(monkeypatch, capsys, "--listen", place, "--prometheus", "http://127.0.0.1:1")
    assert code == 1
    assert f"cannot listen on {place}: Address already in use" in err
    assert "--listen" in err


@pytest.mark.parametrize("listen", ["9876", ":9876", "127.0.0.1:", "127.0.0.1:70000", "::1:9876"])
def test_what_is_no_address(listen: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, err = said(monkeypatch, capsys, "--listen", listen)
    assert code == 2
    assert "is not an address to listen on" in err


def test_nothing_to_read_from(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, err = said(monkeypatch, capsys, "--listen", "127.0.0.1:0")
    assert code == 2
    assert "no lab is up" in err
