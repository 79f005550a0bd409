"""`slotui calibrate` on a real Prometheus with months in its blocks, on a count store, and on the reference data."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from slotui.cli.lazy import run
from slotui.cli.main import group
from slotui.clock import now
from slotui.core.timeline import Span
from slotui.duration import HOUR, MINUTE
from slotui.source.scrape.store import CountStore
from slotui.spec.load import load_slos

SPEC = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: shop}
spec:
  service: shop
  indicator:
    metadata: {name: answers}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: Prometheus, spec: {query: 'shop_total{code="200"}'}}}
        total: {metricSource: {type: Prometheus, spec: {query: shop_total}}}
  timeWindow: [{duration: 1w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.999}]
"""
DAYS = 23
PER_MINUTE = 600
BAD_EVERY = 4000
"""Requests between two bad ones: 0.025 %, a quarter of the budget."""

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def spec(tmp_path: Path) -> str:
    file = tmp_path / "shop.yaml"
    file.write_text(SPEC)
    return str(file)


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run `slotui calibrate`; its exit code, stdout and stderr."""

    def call(*argv: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["slotui", "calibrate", *argv])
        return run(group, "slotui"), *capsys.readouterr()

    return call


def found_in(out: str) -> dict[str, object]:
    (slo,) = json.loads(out)["slos"]
    return dict(slo)


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with 23 days of counters, a sample a minute, up to now."""
    folder = tmp_path_factory.mktemp("blocks")
    end = int(now()) // MINUTE * MINUTE
    rows = ["# TYPE shop counter"]
    steps = [(end - (DAYS * 1440 - n) * MINUTE, (n + 1) * PER_MINUTE) for n in range(DAYS * 1440 + 1)]
    rows += [f'shop_total{{code="200"}} {total - total // BAD_EVERY} {at}' for at, total in steps]
    rows += [f'shop_total{{code="500"}} {total // BAD_EVERY} {at}' for at, total in steps]
    text = folder / "shop.om"
    text.write_text("\n".join([*rows, "# EOF", ""]))
    command = [
        "promtool",
        "tsdb",
        "create-blocks-from",
        "openmetrics",
        "--max-block-duration=744h",
        str(text),
        str(folder / "data"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "data"


@dataclass
class Proxy:
    """Passes on to a Prometheus; chunks whose start is in `broken` fail so many times."""

    target: str
    url: str = ""
    broken: dict[int, int] = field(default_factory=dict)
    asked: Counter[int] = field(default_factory=Counter)
    headers: dict[str, str] = field(default_factory=dict)

    def chunks(self) -> list[int]:
        """Where the chunks that were asked for begin, oldest first."""
        return sorted(self.asked)


@pytest.fixture
def proxy(blocks: Path, start_prometheus: Callable[..., str]) -> Iterator[Proxy]:
    made = Proxy(start_prometheus(blocks))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            start = int(parse_qs(urlsplit(self.path).query)["start"][0])
            made.asked[start] += 1
            made.headers.update(self.headers.items())
            if made.asked[start] <= made.broken.get(start, 0):
                self._answer(503, b"overloaded")
                return
            answer = httpx.get(made.target + self.path, trust_env=False, timeout=60)
            self._answer(answer.status_code, answer.content)

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        made.url = f"http://127.0.0.1:{server.server_port}"
        yield made
        server.shutdown()
        thread.join()


@pytest.mark.slow
@pytest.mark.prometheus
def test_the_history_of_a_prometheus_is_judged_to_the_event(proxy: Proxy, spec: str, say: Say) -> None:
    argv = ("--slos", spec, "--prometheus", proxy.target, "--history", "22d")
    code, out, err = say(*argv, "--output", "json")
    found = found_in(out)
    assert (code, err) == (0, "")
    assert found["finding"] == "rather-loose"
    assert found["coverage"] == 1.0
    windows = found["windows"]
    assert isinstance(windows, list)
    assert [window["eligible"] for window in windows] == [7 * 1440 * PER_MINUTE] * 3
    assert all(window["bad"] == pytest.approx(7 * 1440 * PER_MINUTE / BAD_EVERY, abs=1) for window in windows)
    assert found["suggestion"]["target"] == 0.9995  # type: ignore[index]
    code, out, err = say(*argv)
    assert (code, err) == (0, "")
    assert "RATHER LOOSE" in out
    assert "99.95%: would have spent 50.0% in the median window" in out


@pytest.mark.slow
@pytest.mark.prometheus
def test_a_chunk_that_fails_is_tried_again_and_then_named(proxy: Proxy, spec: str, say: Say) -> None:
    argv = ("--slos", spec, "--prometheus", proxy.url, "--history", "22d", "--output", "json")
    assert say(*argv)[0] == 0
    starts = proxy.chunks()
    proxy.asked.clear()
    # Steps may have moved on by one meanwhile.
    moved = [start + later for start in starts for later in (0, 300)]
    proxy.broken = {start: 1 if index < 2 else 99 if index < 4 else 0 for index, start in enumerate(moved)}
    code, out, err = say(*argv)
    found = found_in(out)
    assert code == 0
    (missing,) = found["missing"]  # type: ignore[misc]
    assert "could not be downloaded, and counts as not measured: 503" in err
    assert "503" in missing["why"]
    assert found["coverage"] == pytest.approx(1 - 5 / 22, abs=0.001)
    assert sorted(proxy.asked.values()) == [1, 1, 1, 2, 3], "one had to be asked for twice, one three times in vain"


@pytest.mark.slow
@pytest.mark.prometheus
def test_a_login_a_tenant_and_a_password_go_along(proxy: Proxy, spec: str, say: Say, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("s3cret\n")
    argv = ("--slos", spec, "--history", "22d", "--output", "json")
    code, _, _ = say(
        *argv, "--prometheus", proxy.url, "--bearer-token-file", str(token), "--header", "X-Scope-OrgID: team-a"
    )
    assert code == 0
    assert (proxy.headers["Authorization"], proxy.headers["X-Scope-OrgID"]) == ("Bearer s3cret", "team-a")
    assert say(*argv, "--prometheus", proxy.url.replace("://", "://kim:pass@"))[0] == 0
    assert proxy.headers["Authorization"] == "Basic a2ltOnBhc3M="


@pytest.mark.slow
@pytest.mark.prometheus
def test_a_person_at_a_terminal_sees_how_far_it_is(proxy: Proxy, spec: str) -> None:
    master, slave = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "slotui",
        "calibrate",
        "--slos",
        spec,
        "--prometheus",
        proxy.target,
        "--history",
        "22d",
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=slave, text=True, check=False, timeout=60)
    os.close(slave)
    seen = os.read(master, 65536).decode()
    os.close(master)
    assert done.returncode == 0
    assert done.stdout.startswith("shop: 99.9%")
    assert "22d in 5 chunks" in seen
    assert "100%" in seen


def test_nobody_there_is_said_at_once(spec: str, say: Say) -> None:
    code, out, err = say("--slos", spec, "--prometheus", "http://127.0.0.1:1")
    assert (code, out) == (7, "")
    assert "http://127.0.0.1:1: nobody answers at this address" in err


def test_the_reference_data_by_the_week(reference: Path, say: Say) -> None:
    code, out, _ = say("--replay", str(reference), "--window", "7d", "--output", "json")
    found = found_in(out)
    windows = found["windows"]
    assert code == 0
    assert isinstance(windows, list)
    assert sum(window["eligible"] for window in windows) == 722_137_084
    assert sum(window["bad"] for window in windows) == 455_533
    assert (found["finding"], found["suggestion"]["target"]) == ("healthy", 0.999)  # type: ignore[index]


def test_one_window_is_too_little(reference: Path, say: Say) -> None:
    code, out, _ = say("--replay", str(reference))
    assert code == 0
    assert "TOO LITTLE HISTORY" in out
    assert "56d more of history" in " ".join(out.split())


def test_the_counts_of_the_embedded_source(spec: str, say: Say, tmp_path: Path) -> None:
    store = CountStore(tmp_path / "counts.sqlite")
    end = now()
    (slo,) = load_slos([Path(spec)])
    store.load_history(
        slo, [Span(end - (n + 1) * HOUR, end - n * HOUR, 36_000, 72, HOUR) for n in reversed(range(15 * 24))]
    )
    store.close()
    code, out, _ = say("--slos", spec, "--scrape", "http://127.0.0.1:1/metrics", "--store", str(store.path), "shop")
    assert code == 0
    assert "2 of the past windows could be judged, 3 are needed: 7d more of history" in " ".join(out.split())


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        pytest.param(("--target", "99"), "go with --replay", id="a target without a file of counts"),
        pytest.param(("shopp",), "did you mean shop?", id="a mistyped SLO"),
        pytest.param(("--replay", "x.csv", "--prometheus", "http://h"), "two places", id="two places to read from"),
        pytest.param(("--replay", "x.csv", "shop"), "a file of counts is one SLO's", id="a name for a file"),
        pytest.param(("--prometheus", "h:9090"), "is not an address", id="no address"),
    ],
)
def test_what_cannot_be_meant(argv: tuple[str, ...], words: str, spec: str, say: Say) -> None:
    code, out, err = say("--slos", spec, *argv)
    assert (code, out) == (2, "")
    assert words in err


@dataclass
class Server:
    """Answers every question with `status` and `body`; with no status it never does."""

    url: str = ""
    status: int | None = 200
    body: str = ""
    asked: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    count: int = 0


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.count += 1
            made.asked.set()
            if made.status is None:
                made.over.wait(30)
                return
            self.send_response(made.status)
            self.send_header("content-length", str(len(made.body)))
            self.end_headers()
            self.wfile.write(made.body.encode())

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        made.url = f"http://127.0.0.1:{listening.server_port}"
        yield made
        made.over.set()
        listening.shutdown()
        thread.join()


EMPTY = '{"status":"success","data":{"resultType":"matrix","result":[]}}'


@pytest.mark.parametrize(
    ("status", "body", "code", "words", "requests"),
    [
        pytest.param(401, "who are you?", 7, "401: who are you?", 1, id="a login is wanted: said at once"),
        pytest.param(400, '{"status":"error","errorType":"bad_data","error":"parse error"}', 7, "400: parse error", 1,
                     id="a question it does not take: said at once, in its words"),
        pytest.param(422, '{"status":"error","error":"too many samples"}', 7, "no chunk could be downloaded: 422: too many samples",
                     3, id="too much for it, every time"),
        pytest.param(200, "<html>log in</html>", 7, "an answer that is not Prometheus'", 3, id="a login page"),
        pytest.param(200, '{"data":{"result":[{"metric":{"slotui":"eligible"},"values":[[1,"x"]]}]}}', 7,
                     "an answer that is not Prometheus'", 3, id="values that are no numbers"),
        pytest.param(200, EMPTY, 7, "shop: nothing was counted in the last 12d", 3, id="no such series"),
    ],
)  # fmt: skip
def test_bad_answers(
    status: int, body: str, code: int, words: str, requests: int, server: Server, spec: str, say: Say
) -> None:
    server.status, server.body = status, body
    told, out, err = say("--slos", spec, "--prometheus", server.url, "--history", "12d")
    assert (told, out) == (code, "")
    assert words in err
    assert server.count == requests


@pytest.mark.slow
def test_an_interrupt_ends_a_download_without_a_trace(server: Server, spec: str) -> None:
    server.status = None
    command = [sys.executable, "-m", "slotui", "calibrate", "--slos", spec, "--prometheus", server.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert server.asked.wait(30)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.strip()) == (5, "", "slotui: stopped")
