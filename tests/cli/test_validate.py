"""`slotui validate`: warnings with a place and a fix, exit codes, JSON; and against a server."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from slotui.cli.lazy import run
from slotui.cli.main import group

LAB = Path(__file__).parents[2] / "lab" / "slos"
Say = Callable[..., tuple[int, str, str]]

SLO = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: shop
spec:
  service: shop
  indicator:
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: Prometheus, spec: {query: ok_total}}}
        total: {metricSource: {type: Prometheus, spec: {query: all_total}}}
  timeWindow:
    - duration: 30d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - target: 0.999
"""


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run `slotui validate`: its exit code, stdout and stderr."""

    def call(*argv: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["slotui", "validate", *argv])
        code = run(group, "slotui")
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """A small SLO file, with parts replaced."""

    def file(**replaced: str) -> str:
        text = SLO.replace("0.999", replaced.get("target", "0.999")).replace("30d", replaced.get("window", "30d"))
        (tmp_path / "slo.yaml").write_text(text)
        return str(tmp_path / "slo.yaml")

    return file


def test_a_file_of_something_else_is_told_what_it_is(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "hostname.yaml"
    file.write_text("vm\n")
    code, out, err = say(str(file))
    assert code == 2
    assert f"{file}:1:1: the document is 'vm'\n  write a mapping" in out + err


def test_the_labs_own_files_have_the_warnings_that_are_true(say: Say) -> None:
    code, out, err = say(str(LAB))
    assert (code, out) == (0, "")
    lines = [line for line in err.splitlines() if ": warning: " in line]
    assert len(lines) == 2
    assert f"{LAB}/checkout.yaml:83:15: warning: page 1h&5m needs 72% of the requests bad to fire" in lines[0]
    assert f"{LAB}/inventory.yaml:21:17: warning: ticket 3d&6h had to be raised from 0.98x" in lines[1]
    assert err.splitlines()[-1] == "6 SLOs, no problem, 2 warnings"


def test_every_warning_has_a_fix_on_the_next_line(say: Say, write: Callable[..., str]) -> None:
    _, _, err = say(write(target="0.9", window="28d"), "--requests-per-window", "60")
    lines = err.splitlines()[:-1]
    assert len(lines) > 6
    assert all(": warning: " in line for line in lines[::2])
    assert all(line.startswith("  ") and line.strip() for line in lines[1::2])


@pytest.mark.parametrize(
    ("target", "options", "code", "warnings"),
    [
        pytest.param("0.999", [], 0, 0, id="nothing to say: 0"),
        pytest.param("0.999", ["--strict"], 0, 0, id="nothing to say, strictly: 0"),
        pytest.param("0.9", [], 0, 2, id="warnings: 0"),
        pytest.param("0.9", ["--strict"], 1, 2, id="warnings, strictly: 1"),
        pytest.param("0.9", ["--strict", "--allow", "impossible-threshold", "--allow", "distant-threshold"], 0, 0,
                     id="warnings that are allowed, strictly: 0"),
        pytest.param("0.999", ["--strict", "--requests-per-window", "50001"], 1, 1, id="little traffic, strictly: 1"),
        pytest.param("0.999", ["--strict", "--requests-per-window", "50001", "--max-failure-cost", "2"], 0, 0,
                     id="one failure may cost 2 %"),
        pytest.param("99.9", ["--strict"], 2, 0, id="a problem: 2"),
        pytest.param("0.999", ["--allow", "everything"], 2, 0, id="a check that is none: 2"),
        pytest.param("0.999", ["--prometheus", "here"], 2, 0, id="an address that is none: 2"),
        pytest.param("0.9", ["--strict", "--prometheus", "http://127.0.0.1:1"], 7, 2, id="a server that is not there: 7"),
    ],
)  # fmt: skip
def test_exit_codes(
    target: str, options: list[str], code: int, warnings: int, say: Say, write: Callable[..., str]
) -> None:
    found, out, err = say(write(target=target), *options)
    assert (found, out) == (code, "")
    assert err.count(": warning: ") == warnings


def test_json_has_all_on_stdout(say: Say, write: Callable[..., str]) -> None:
    file = write(target="0.95")
    code, out, err = say(file, "--output", "json", "--strict")
    assert (code, err) == (1, "")
    document = json.loads(out)
    assert (document["schema"], document["slos"], document["problems"]) == ("slotui/validate/1", ["shop"], [])
    (warning,) = document["warnings"]
    assert {key: warning[key] for key in ("file", "line", "column", "slo", "check")} == {
        "file": file,
        "line": 18,
        "column": 15,
        "slo": "shop",
        "check": "distant-threshold",
    }
    assert warning["what"].startswith("page 1h&5m needs 72%")
    assert warning["fix"]
    assert document["server"] is None


def test_json_has_the_problems_too(say: Say, write: Callable[..., str]) -> None:
    file = write(target="99.9")
    code, out, err = say(file, "--output", "json")
    assert (code, err) == (2, "")
    (problem,) = json.loads(out)["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == (file, 18, 15)
    assert problem["what"] == "objective target 99.9 is not a fraction"


def test_json_says_when_the_server_is_not_there(say: Say, write: Callable[..., str]) -> None:
    code, out, err = say(write(), "--prometheus", "http://127.0.0.1:1", "--output", "json")
    assert (code, err) == (7, "")
    server = json.loads(out)["server"]
    assert server["url"] == "http://127.0.0.1:1"
    assert server["retention_seconds"] is None
    assert "127.0.0.1:1" in server["error"]


class Forgetful(BaseHTTPRequestHandler):
    """Answers queries with little traffic among probes, and knows no flags: as VictoriaMetrics would."""

    def do_GET(self) -> None:
        self._answer(404, {"status": "error"})

    def do_POST(self) -> None:
        query = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())["query"][0]
        if query.startswith("sum by"):
            rows = [({"route": "/pay"}, 5), ({"route": "/healthz"}, 15)]
        else:
            values = {"series": 2, "alike": 2, "events": 20}
            rows = [
                ({"slotui": f"shop|{part}|{kind}"}, values[kind]) for part in ("eligible", "good") for kind in values
            ]
            rows += [({"slotui": "shop|day"}, 480), ({"slotui": "shop|a day ago"}, 2)]
        result = [{"metric": labels, "value": [1e9, str(value)]} for labels, value in rows]
        self._answer(200, {"status": "success", "data": {"resultType": "vector", "result": result}})

    def _answer(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence: stderr is under test."""


@pytest.fixture
def forgetful() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Forgetful)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_server_gives_the_traffic_and_its_probes(say: Say, write: Callable[..., str], forgetful: str) -> None:
    file = write()
    code, _, err = say(file, "--prometheus", forgetful)
    assert code == 0
    assert (
        f"{file}:18:15: warning: one failure costs 6.9% of the budget: 14,400 requests in 30d (as in the last day)"
        in err
    )
    assert "one failure alone fires page 1h&5m, page 6h&30m: among 20 requests in 1h (as in the last day)" in err
    assert f"{file}:12:64: warning: what looks like probes is among the eligible events" in err
    assert 'route!="/healthz"' in err
    assert f"retention unknown: {forgetful}/api/v1/status/flags answered 404\n  see that it is 33d or more" in err


def test_given_traffic_goes_before_measured(say: Say, write: Callable[..., str], forgetful: str) -> None:
    _, _, err = say(write(), "--prometheus", forgetful, "--requests-per-window", "1e9")
    assert "one failure" not in err
    assert "probes" in err
