"""`slotui record`, and what plays its files: real processes, killed and stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from slotui.cli.lazy import run
from slotui.cli.main import group
from slotui.cli.tapes import Played, words_of_past
from slotui.cli.watch import watch
from slotui.errors import UsageError
from slotui.source.recording.source import RecordingSource

FIRST = Path(__file__).parents[1] / "source" / "recording" / "first.slr"
PAGE = """# TYPE http_requests_total counter
http_requests_total{service="checkout",method="POST",route="/checkout",code="200",synthetic="false"} 900
"""


@pytest.fixture
def address(tmp_path: Path) -> str:
    """A page of metrics that does not change."""
    import http.server
    import threading

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(PAGE.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/metrics"
    server.shutdown()
    server.server_close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"),
    [pytest.param(signal.SIGKILL, -9, id="a kill"), pytest.param(signal.SIGINT, 0, id="Ctrl-C, which is no failure")],
)
def test_whatever_ends_it_what_was_recorded_is_there(number: int, code: int, address: str, tmp_path: Path) -> None:
    out = tmp_path / "shop.slr"
    words = ["-m", "slotui", "record", "--scrape", address, "--slos", "lab/slos", "--every", "200ms", "--out", str(out)]
    env = {**os.environ, "SLOTUI_STATE": str(tmp_path)}
    with subprocess.Popen([sys.executable, *words], stderr=subprocess.PIPE, text=True, env=env) as process:
        deadline = time.monotonic() + 30
        while _refreshes(out) < 3:
            assert time.monotonic() < deadline
            assert process.poll() is None, process.stderr and process.stderr.read()
            time.sleep(0.05)
        process.send_signal(number)
        _, said = process.communicate(timeout=20)
    assert process.returncode == code
    source = RecordingSource(out)
    assert len(source.instants) >= 3
    assert "checkout-availability" in [slo.name for slo in source.slos]
    assert ("play it: slotui replay" in said) == (code == 0)


def _refreshes(path: Path) -> int:
    try:
        return len(RecordingSource(path).instants)
    except UsageError:
        return 0


def invoke(*words: str) -> str:
    result = CliRunner().invoke(group, words)
    assert result.exception is None, result.exception
    return result.stdout


def test_a_recording_is_a_status_at_any_instant() -> None:
    at = "2025-11-23T03:48:20Z"
    board = json.loads(invoke("status", "--replay", str(FIRST), "--at", at, "--output", "json"))
    assert board["source"]["kind"] == "replay"
    assert board["at"] == at
    assert [fault["id"] for fault in board["chaos"]] == ["e1"]
    assert board == json.loads(invoke("replay", str(FIRST), "--at", at, "--output", "json"))


def test_the_arithmetic_of_a_recording_is_explained() -> None:
    assert "2,462" in invoke("explain", "shop", "--replay", str(FIRST), "--at", "2025-11-23T03:48:20Z")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["replay", str(FIRST), "--target", "99"], "has its own objectives", id="a recording's objective"),
        pytest.param(["status", "--replay", "nowhere.slr"], "nowhere.slr: no such file", id="no such file"),
        pytest.param(["status", "--target", "99"], "go with --replay", id="an objective of nothing"),
        pytest.param(["watch", "--speed", "60"], "go with --replay", id="a speed of the present"),
        pytest.param(["watch", "--replay", str(FIRST), "--speed", "0"], "'0' is no speed", id="no speed"),
        *(
            pytest.param(
                [command, *words, "--at", at],
                "it goes from 2025-11-23T03:45:00Z to 2025-11-23T03:49:55Z",
                id=f"{command} at {at[:4]}, which it knows nothing of",
            )
            for command, *words in (
                ["status", "--replay", str(FIRST)],
                ["explain", "shop", "--replay", str(FIRST)],
                ["replay", str(FIRST)],
                ["watch", "--replay", str(FIRST)],
            )
            for at in ("2024-04-29T12:00:00Z", "2026-04-29T12:00:00Z")
        ),
        pytest.param(["status", "--replay", str(FIRST), "--scrape", "http://x"], "what to read", id="two sources"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(group, "slotui", words) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "played",
    [Played(Path("a b.csv"), 0.9995, 7 * 86400), Played(Path("0.csv"), 0.0, None), Played(Path("incident.slr"))],
    ids=lambda played: played.file.name,
)
def test_a_tab_plays_what_its_server_was_told(played: Played) -> None:
    context = watch.make_context("watch", words_of_past(played, "300"))
    names = context.params
    assert Played(names["replay"], names["target"], names["window"]) == played
    assert names["speed"] == "300"
    assert words_of_past(None, None) == []
