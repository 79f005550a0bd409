"""`slotui alerts`: from SLO files, from a bare objective, and with the record of a file, a store or a Prometheus."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from slotui.cli.lazy import run
from slotui.cli.main import group
from slotui.clock import now
from slotui.core.counting import BAD, ELIGIBLE
from slotui.core.timeline import Span
from slotui.duration import DAY, HOUR, MINUTE
from slotui.source.replay import read_counts
from slotui.source.scrape.store import CountStore
from slotui.spec.load import load_slos

LAB = Path(__file__).parents[2] / "lab" / "slos"
NOBODY = "http://127.0.0.1:1"
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run `slotui alerts`: its exit code, stdout and stderr."""

    def call(*argv: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["slotui", "alerts", *argv])
        code = run(group, "slotui")
        out, err = capsys.readouterr()
        return code, out, err

    return call


def study(say: Say, *argv: str) -> dict[str, Any]:
    code, out, _ = say(*argv, "--output", "json")
    assert code == 0
    (found,) = json.loads(out)["slos"]
    assert isinstance(found, dict)
    return found


def test_every_slo_of_the_files_is_studied(say: Say) -> None:
    code, out, err = say("--slos", str(LAB))
    assert code == 0
    for name in ("checkout-availability", "checkout-latency", "inventory-freshness"):
        assert f"{name}: " in out
    assert "near the cap: fires only while over 72% of the requests are bad" in out
    assert "holds 60 slices" in out
    assert "no record was read" in err


def test_the_workbooks_set_in_json(say: Say) -> None:
    found = study(say, "checkout-availability", "--slos", str(LAB))
    assert [tier["factor"] for tier in found["tiers"]] == [14.4, 6, 3, 1]
    fast = found["tiers"][0]
    assert fast["fires_after"]["0.05"] == pytest.approx(1036.8)
    assert fast["fires_after"]["0.01"] is None
    assert fast["quiet_after"]["0.01"] is None
    assert fast["one_failure_below"] == pytest.approx(69.44, abs=0.01)
    spots = found["blind_spots"]
    assert spots["steady"] == {"burn": 1, "share": 1, "gone_after": None}
    assert spots["outage"] == {"seconds": pytest.approx(51.84), "share": pytest.approx(0.02)}
    assert spots["by_burn"][-1] == {"above": 0, "up_to": 1, "share": 1, "noticed_by": None}
    assert found["record"] is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(["--target", "90"], "page 1h: CAN NEVER FIRE: no burn exceeds 10.0x", id="a cap in the way"),
        pytest.param(["--target", "99.9", "--window", "28d"], "factor raised to 1", id="28 days raise the last factor"),
        pytest.param(["--target", "99.9", "--window", "7d"], "a larger share than the Workbook's", id="a week"),
        pytest.param(["--target", "99.9", "--window", "90d"], "all of it is gone after 30d", id="a quarter"),
        pytest.param(["--target", "99.9", "--window", "1h"], "No alert tier", id="a window too short for any"),
        pytest.param(["--target", "99.9", "--factors", "14.4,6,3,0.5"], "a factor below 1", id="a factor below 1"),
        pytest.param(["--target", "99.9", "--factors", "14.4,6,3,10"], "whole budget is spent", id="too late a tier"),
        pytest.param(["--target", "99.9"], "total failure for 51s", id="rounded down, as 52 s would fire"),
    ],
)
def test_what_the_notes_say(options: list[str], words: str, say: Say) -> None:
    code, out, _ = say(*options)
    assert code == 0
    assert words in " ".join(out.split())
    assert all(len(row) <= 80 for row in out.splitlines())


def test_the_slow_burn_day_of_the_reference_data_is_found(reference: Path, say: Say) -> None:
    found = study(say, "--replay", str(reference))
    assert [tier["factor"] for tier in found["tiers"]] == pytest.approx([13.44, 5.6, 2.8, 1])
    record = found["record"]
    assert (record["eligible"], record["bad"], record["step_seconds"]) == (722137084, 455533, 60)
    assert [part["from"][:10] for part in record["silent_spend"]] == ["2024-04-09", "2024-04-24"]
    day = record["silent_spend"][1]
    assert day["share"] == pytest.approx(0.0546, abs=0.001)
    assert (day["nearest"]["long"], day["nearest"]["tier"]) == ("3d", "ticket")
    assert {(run_["long"], run_["minutes"]) for run_ in record["alerts"]} == {
        ("1h", 5),
        ("6h", 31),
        ("1d", 120),
        ("3d", 363),
    }


def test_the_record_in_words(reference: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLOTUI_PROMETHEUS", NOBODY)  # what is named goes before what is set
    _, out, err = say("--replay", str(reference), "--factors", "14.4,6,3,1")
    assert "04-24 08:49" in out
    assert "alerts fired 4 times, 2 spends passed unnoticed" in " ".join(out.split())
    assert "no record" not in err
    assert all(len(row) <= 80 for row in out.splitlines() if str(reference) not in row)


def fill(store: Path, ratio: float) -> None:
    """Five days of even traffic, with ten minutes at `ratio` two days ago."""
    slo = next(slo for slo in load_slos((LAB,)) if slo.name == "checkout-availability")
    end = now() // MINUTE * MINUTE
    spans = []
    for index in range(round(5 * DAY / MINUTE)):
        start = end - 5 * DAY + MINUTE * index
        bad = 6000 * ratio if 0 <= start - (end - 2 * DAY) < 10 * MINUTE else 0
        spans.append(Span(start, start + MINUTE, 6000, bad, MINUTE))
    counts = CountStore(store)
    counts.load_history(slo, spans)
    counts.close()


@pytest.mark.parametrize(
    ("ratio", "alerts", "silent"),
    [
        pytest.param(0.08, 0, 1, id="8 % for ten minutes: 13.3x, and nobody noticed"),
        pytest.param(0.5, 4, 0, id="half of all for ten minutes: every tier fired"),
    ],
)
def test_a_store_of_counts_is_a_record(ratio: float, alerts: int, silent: int, tmp_path: Path, say: Say) -> None:
    fill(tmp_path / "counts.sqlite", ratio)
    where = ("--slos", str(LAB), "--scrape", NOBODY, "--store", str(tmp_path / "counts.sqlite"))
    code, out, _ = say("checkout-availability", *where, "--output", "json")
    record = json.loads(out)["slos"][0]["record"]
    assert code == 0
    assert record["step_seconds"] == 60
    assert (len(record["alerts"]), len(record["silent_spend"])) == (alerts, silent)
    if silent:
        assert record["silent_spend"][0]["nearest"]["burn"] == pytest.approx(13.33, abs=0.01)
        assert record["silent_share"] == pytest.approx(4800 / (0.001 * 5 * DAY * 100))


def recorded_now(reference: Path) -> list[str]:
    """The reference data as the generated rules would have recorded it, moved so that it ends just now."""
    line = read_counts(reference)
    step, first, last = 5 * MINUTE, line.first or 0.0, line.last or 0.0
    shift = now() // step * step - step - last
    rows = []
    for name, field in ((ELIGIBLE, "eligible"), (BAD, "bad")):
        rows.append(f"# TYPE {name} gauge")
        rows += [
            f'{name}{{slo="payments"}} {getattr(span, field):.0f} {span.end + shift:.0f}'
            for span in line.steps(first, last, step)
        ]
    return [*rows, "# EOF", ""]


PAYMENTS = """apiVersion: openslo/v1
kind: SLO
metadata: {name: payments}
spec:
  service: payments
  indicator:
    metadata: {name: payments-good}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: Prometheus, spec: {query: 'payments_total{outcome="good"}'}}}
        total: {metricSource: {type: Prometheus, spec: {query: payments_total}}}
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.999}]
"""


@pytest.mark.slow
@pytest.mark.prometheus
def test_a_prometheus_that_recorded_the_reference_data_shows_the_same_blind_spots(
    reference: Path, tmp_path: Path, promtool: str, start_prometheus: Callable[..., str], say: Say
) -> None:
    (tmp_path / "slo.yaml").write_text(PAYMENTS)
    (tmp_path / "history.om").write_text("\n".join(recorded_now(reference)))
    convert = [promtool, "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=744h"]
    subprocess.run([*convert, str(tmp_path / "history.om"), str(tmp_path / "tsdb")], check=True, capture_output=True)
    url = start_prometheus(tmp_path / "tsdb")

    record = study(say, "payments", "--slos", str(tmp_path / "slo.yaml"), "--prometheus", url)["record"]

    assert (record["eligible"], record["bad"], record["step_seconds"]) == (722137084, 455533, 300)
    assert [round(part["share"], 4) for part in record["silent_spend"]] == pytest.approx([0.0020, 0.0554], abs=0.002)
    assert record["silent_spend"][1]["nearest"]["long"] == "3d"
    assert {run_["long"] for run_ in record["alerts"]} == {"1h", "6h", "1d", "3d"}


def test_what_cannot_be_read_costs_the_record_not_the_arithmetic(say: Say) -> None:
    code, out, _ = say("checkout-availability", "--slos", str(LAB), "--prometheus", NOBODY)
    assert code == 7
    assert "total failure for 51s" in " ".join(out.split())
    assert f"unknown: {NOBODY}" in out


def test_an_empty_record_is_said_to_be_empty(tmp_path: Path, say: Say) -> None:
    where = ("--slos", str(LAB), "--scrape", NOBODY, "--store", str(tmp_path / "counts.sqlite"))
    code, out, _ = say("checkout-availability", *where)
    assert code == 7
    assert "unknown: nothing was counted yet" in out


def test_rows_of_an_hour_blur_the_short_windows(tmp_path: Path, say: Say) -> None:
    file = tmp_path / "hours.csv"
    file.write_text("timestamp,total,bad\n" + "".join(f"{HOUR * i},1000,0\n" for i in range(48)))
    _, out, _ = say("--replay", str(file))
    assert "page 1h is blurred" in out
    assert "ticket 3d was never judged" in out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(["checkout-latenzy", "--slos", str(LAB)], "did you mean checkout-latency?", id="a misspelt SLO"),
        pytest.param(["checkout-latency", "--target", "99"], "name an objective", id="an SLO and a target"),
        pytest.param(["--target", "99", "--prometheus", NOBODY], "counts nothing", id="a target and an address"),
        pytest.param(["--replay", "a.csv", "--prometheus", NOBODY], "two places", id="a file and an address"),
        pytest.param(["--replay", "a.csv"], "no such file", id="a file that is not there"),
        pytest.param(["--target", "99", "--factors", "1,2"], "four numbers", id="two factors"),
        pytest.param(["--target", "99", "--factors", "14,6,3,nan"], "a number above 0", id="a factor that is none"),
        pytest.param(["--target", "99", "--factors", "14,6,3,0"], "a number above 0", id="a factor of nothing"),
    ],
)
def test_what_cannot_be_meant(options: list[str], words: str, say: Say) -> None:
    code, out, err = say(*options)
    assert (code, out) == (2, "")
    assert words in err
