"""`slotui report` on the lab's past, on a file of counts, on a real Prometheus, and to a webhook."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from lab.history import History, make_history
from lab.past import fill_store
from slotui.cli.lazy import run
from slotui.cli.main import group
from slotui.clock import now, to_iso
from slotui.core.entry import Entry
from slotui.duration import DAY, HOUR, MINUTE
from slotui.ledger.store import Ledger
from slotui.spec.load import load_slos

SLOS = Path(__file__).parents[2] / "lab" / "slos"
SLO = "checkout-availability"
END = now() // MINUTE * MINUTE - HOUR
Say = Callable[..., tuple[int, str, str]]


@cache
def history() -> History:
    """Ten days of the lab's past."""
    return make_history(END, 10 * DAY, 20, seed=1)


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten days of the lab's past in a count store."""
    store = tmp_path_factory.mktemp("counts") / "counts.sqlite"
    fill_store(history(), load_slos([SLOS]), store)
    return store


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run `slotui report`; its exit code, stdout and stderr."""

    def call(*argv: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["slotui", "report", *argv])
        return run(group, "slotui"), *capsys.readouterr()

    return call


@pytest.fixture
def week(say: Say, counts: Path, book: Path) -> Say:
    """The same on the lab's past, as of its end."""
    source = ("--slos", str(SLOS), "--scrape", "http://127.0.0.1:1/metrics", "--store", str(counts))
    return lambda *argv: say(*argv, *source, "--ledger", str(book), "--at", str(END))


def failed(start: float, end: float) -> int:
    return sum(minute.failed for minute in history().minutes if start < minute.end <= end)


def found_in(out: str, name: str = SLO) -> dict[str, Any]:
    return next(slo for slo in json.loads(out)["slos"] if slo["name"] == name)


def test_ten_days_of_the_lab_add_up_and_name_their_incident(week: Say) -> None:
    code, out, err = week("--period", "10d", "--output", "json")
    assert (code, err) == (0, "")
    document, found = json.loads(out), found_in(out)
    assert document["schema"] == "slotui/review/1"
    assert document["period"] == {"from": to_iso(END - 10 * DAY), "to": to_iso(END)}
    assert found["bad"] == failed(END - 10 * DAY, END)
    account = found["account"]
    opened = account["opening"] + account["granted"] + account["rolled_off"]
    assert opened - found["bad"] == pytest.approx(account["left"])
    causes = found["causes"]
    assert sum(cause["bad"] for cause in causes["causes"]) + causes["untold"] == pytest.approx(found["bad"])
    (trouble,) = history().happened.troubles  # a bad release
    stretches = [(one["from"], one["to"]) for one in account["stretches"]]
    assert stretches == [(to_iso(trouble.start), to_iso(trouble.end))]
    claim = next(one for one in document["actions"] if (one["kind"], one["slo"]) == ("claim", SLO))
    assert f"{to_iso(trouble.start)} {to_iso(trouble.end)} --slo {SLO}" in claim["command"]


def test_what_the_ledger_knows_is_in_the_report(week: Say, book: Path) -> None:
    at = END - DAY
    ledger = Ledger(book)
    ledger.open_entry(Entry("d1d1d1d1", "deploy", (), "ana", "checkout 1.4.2", "", at, ended=at))
    ledger.open_entry(
        Entry("r1r1r1r1", "experiment", (SLO,), "ben", "refused: too dear", "50% 500", at, ended=at, ending="refused")
    )
    code, out, _ = week()
    assert code == 0
    assert "checkout 1.4.2" in out
    assert "refused: too dear" in out
    assert out.startswith("Error budget review, ")


@pytest.mark.parametrize(
    ("name", "begins"),
    [("week.html", "<!doctype html>"), ("week.md", "# Error budget review")],
)
def test_a_file_is_written_in_the_format_of_its_name(name: str, begins: str, week: Say, tmp_path: Path) -> None:
    code, out, err = week("--out", str(tmp_path / name))
    assert (code, out, err) == (0, "", "")
    assert (tmp_path / name).read_text().startswith(begins)


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        pytest.param(["--output", "json", "--format", "html"], 2, "are two formats", id="two formats"),
        pytest.param(["--period", "0s"], 2, "not a duration", id="no period"),
        pytest.param(["--target", "99"], 2, "go with --replay", id="a target beside SLO files"),
        pytest.param(["--replay", "x.csv"], 2, "two places to read from", id="two sources"),
        pytest.param(["--webhook", "http://hooks.example/T0/s3cret"], 2, "is not encrypted", id="a secret in the clear"),
        pytest.param(["--webhook", "@/nowhere/at-all"], 2, "cannot be read", id="no file with an address"),
        pytest.param(["--webhook-plain-http"], 2, "goes with --webhook", id="half an option"),
        pytest.param(["--out", "/nowhere/at-all/week.md"], 1, "No such file", id="nowhere to write"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_sentence(argv: list[str], code: int, words: str, week: Say) -> None:
    found, out, err = week(*argv)
    assert (found, out) == (code, "")
    assert words in err
    assert "s3cret" not in err


def test_a_source_that_is_not_there(say: Say) -> None:
    code, out, err = say("--slos", str(SLOS), "--prometheus", "http://127.0.0.1:1")
    assert (code, out) == (7, "")
    assert "http://127.0.0.1:1" in err


def test_a_store_without_counts_is_reported_as_such(say: Say, tmp_path: Path) -> None:
    argv = ("--slos", str(SLOS), "--scrape", "http://127.0.0.1:1/metrics", "--store", str(tmp_path / "new.sqlite"))
    code, out, _ = say(*argv)
    assert code == 7
    assert "Nothing was counted" in out
    assert "100.0%" not in out


def test_a_file_of_counts_is_reviewed_as_of_its_end(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "shop.csv"
    rows = [f"{1700000000 + step * 300},1000,{50 if 5000 <= step < 5006 else 1}" for step in range(24 * 288)]
    file.write_text("\n".join(["timestamp,total,bad", *rows]))
    code, out, err = say(
        "--replay", str(file), "--window", "7d", "--target", "99", "--period", "7d", "--output", "json"
    )
    assert (code, err) == (0, "")
    found = found_in(out, "shop")
    assert found["bad"] == 7 * 288 + 6 * 49
    assert found["spent_ratio"] == pytest.approx((7 * 288 + 6 * 49) / (0.01 * 7 * 288 * 1000))
    assert found["calibration"]["finding"] == "too-loose"


class Hook(BaseHTTPRequestHandler):
    """Keeps what it gets; answers with `status`."""

    got: list[dict[str, Any]]
    status: int

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def hook() -> Iterator[type[Hook]]:
    class Mine(Hook):
        got: list[dict[str, Any]] = []  # noqa: RUF012 - one server a test
        status = 200
        url = ""

    with ThreadingHTTPServer(("127.0.0.1", 0), Mine) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        Mine.url = f"http://127.0.0.1:{server.server_port}/T000/s3cret"
        yield Mine
        server.shutdown()
        thread.join()


def test_a_summary_is_posted_only_when_asked(week: Say, hook: Any, tmp_path: Path) -> None:
    code, out, err = week("--webhook", hook.url, "--print-webhook")
    assert (code, err, hook.got) == (0, "", [])
    printed = json.loads(out)
    assert printed["text"].startswith("Error budget review, ")
    secret = tmp_path / "hook"
    secret.write_text(f"{hook.url}\n")
    code, out, err = week("--webhook", f"@{secret}")
    assert (code, hook.got) == (0, [printed])
    assert out.startswith("Error budget review, ")
    assert err == f"slotui: posted to {hook.url.removesuffix('T000/s3cret')}…\n"


def test_a_summary_that_nobody_takes_exits_one_after_the_report(week: Say, hook: Any) -> None:
    hook.status = 410
    code, out, err = week("--webhook", hook.url)
    assert code == 1
    assert out.startswith("Error budget review, ")
    assert "answered 410" in err
    assert "s3cret" not in err


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


@pytest.mark.slow
@pytest.mark.prometheus
def test_what_a_prometheus_had_before_is_downloaded_under_a_bar(
    promtool: str, start_prometheus: Callable[..., str], tmp_path: Path
) -> None:
    days, end = 22, int(now()) // MINUTE * MINUTE
    steps = [(end - (days * 1440 - n) * MINUTE, (n + 1) * 600) for n in range(days * 1440 + 1)]
    rows = ["# TYPE shop counter"]
    rows += [f'shop_total{{code="200"}} {total - total // 4000} {at}' for at, total in steps]
    rows += [f'shop_total{{code="500"}} {total // 4000} {at}' for at, total in steps]
    (tmp_path / "shop.om").write_text("\n".join([*rows, "# EOF", ""]))
    making = ["tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=744h"]
    subprocess.run(
        [promtool, *making, str(tmp_path / "shop.om"), str(tmp_path / "data")], check=True, capture_output=True
    )
    spec = tmp_path / "shop.yaml"
    spec.write_text(SPEC)
    url = start_prometheus(tmp_path / "data")
    controller, terminal = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "slotui", "report", "--slos", str(spec), "--prometheus", url,
             "--ledger", str(tmp_path / "none.sqlite"), "--out", str(tmp_path / "week.md")],
            stderr=terminal, timeout=90, check=False,
        )  # fmt: skip
        seen = os.read(controller, 65536).decode()
    finally:
        os.close(controller)
        os.close(terminal)
    assert done.returncode == 0, seen
    assert "in 2 chunks" in seen
    assert "100%" in seen
    text = (tmp_path / "week.md").read_text()
    # 0.025 % of the requests are bad, a quarter of the budget, in this week, in the one before, and in each of three.
    assert "| shop | 75.0% → 75.0% | 25.0% | 25.0% | ±0.0 | 100% | healthy |" in text
    assert "| shop | 99.9% | rather loose | 25.0% is spent in the median of 3 windows; 99.95% would fit |" in text
