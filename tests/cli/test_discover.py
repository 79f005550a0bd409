"""The words and exit codes of discovery where there is nothing, or the wrong place, to look into."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from slotui.cli.lazy import run
from slotui.cli.main import group

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Say:
    """Run a command line in an empty folder: its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*argv: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["slotui", *argv])
        code = run(group, "slotui")
        out, err = capsys.readouterr()
        return code, out, err

    return call


class Empty(BaseHTTPRequestHandler):
    """A Prometheus that has nothing."""

    def do_POST(self) -> None:
        body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": []}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def empty() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Empty)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_named(say: Say) -> None:
    code, out, err = say("discover")
    assert (code, out) == (2, "")
    assert "--prometheus URL" in err


def test_the_environment_names_it_too(say: Say, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLOTUI_PROMETHEUS", empty)
    code, out, _ = say("discover", "--output", "json")
    assert (code, json.loads(out)["slos"]) == (0, [])


def test_nothing_found_is_said(say: Say, empty: str) -> None:
    code, out, err = say("discover", "--prometheus", empty)
    assert (code, out) == (0, "")
    assert f"{empty} records no SLO of Sloth" in err


def test_a_prometheus_that_is_not_there(say: Say) -> None:
    code, out, err = say("discover", "--prometheus", "http://127.0.0.1:1")
    assert (code, out) == (7, "")
    assert "http://127.0.0.1:1" in err


@pytest.mark.parametrize("command", ["status", "watch"])
def test_discovery_without_files_that_finds_nothing(command: str, say: Say, empty: str) -> None:
    code, out, err = say(command, "--discover", "--prometheus", empty)
    assert (code, out) == (2, "")
    assert f"slotui discover --prometheus {empty}" in err


def test_files_that_were_named_must_be_there(say: Say, empty: str) -> None:
    code, _, err = say("status", "--discover", "--prometheus", empty, "--slos", "missing")
    assert code == 2
    assert "no such file" in err


def test_a_page_of_metrics_has_no_rules(say: Say) -> None:
    code, _, err = say("status", "--discover", "--scrape", "http://127.0.0.1:1/metrics")
    assert code == 2
    assert "name --prometheus URL" in err
