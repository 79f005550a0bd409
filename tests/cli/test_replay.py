"""`slotui replay` against every figure of the reference data."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from slotui.cli.lazy import run
from slotui.cli.main import group

WINDOWS = {"5m": "5m", "30m": "30m", "60m": "1h", "120m": "2h", "360m": "6h", "1440m": "1d", "4320m": "3d"}


@pytest.fixture(scope="module")
def expected(reference: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reference.with_name("payment-create-28d.expected.json").read_text())
    return found


def replay(file: Path, *options: str) -> dict[str, Any]:
    result = CliRunner().invoke(group, ["replay", str(file), "--window", "28d", "--output", "json", *options])
    assert result.exception is None, result.exception
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def near(value: float) -> Any:
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def alerts(found: dict[str, Any]) -> dict[str, list[list[Any]]]:
    runs: dict[str, list[list[Any]]] = {}
    for run_ in found["alerts"]:
        day = [run_[end][5:16].replace("T", " ") for end in ("from", "to")]
        runs.setdefault(f"{run_['tier']}_{run_['long']}_{run_['short']}", []).append([*day, run_["minutes"]])
    return runs


def test_counts_ratios_and_burns(reference: Path, expected: dict[str, Any]) -> None:
    found = replay(reference, "--target", "99.9")
    assert (found["rows"], found["eligible"], found["bad"]) == (expected["rows"], expected["total"], expected["bad"])
    assert found["error_ratio"] == near(expected["error_ratio"])
    assert {ours: found["max_burn"][ours] for ours in WINDOWS.values()} == {
        ours: near(expected["max_burn"][theirs]) for theirs, ours in WINDOWS.items()
    }
    for length in ("1m", "5m"):
        assert found["unweighted"][length]["error_ratio"] == near(expected[f"unweighted_mean_of_{length}_ratios"])
    averaged = expected["budget_remaining_if_5m_ratios_are_averaged_0.999"]
    assert found["unweighted"]["5m"]["remaining_ratio"] == near(averaged)


@pytest.mark.parametrize("target", ["0.999", "0.9995", "0.9999"])
def test_objectives(target: str, reference: Path, expected: dict[str, Any]) -> None:
    found, figures = replay(reference, "--target", target), expected["objectives"][target]
    assert found["allowed"] == near(figures["budget"])
    assert found["remaining"] == near(figures["remaining"])
    assert found["remaining_ratio"] == near(figures["remaining_ratio"])
    assert found["exhausted_at"] == figures["exhausted_at"]
    assert found["bad"] == figures["consumed"]


@pytest.mark.parametrize(
    ("key", "factors"),
    [
        pytest.param("alerts_0.999_28d_default_tiers", None, id="the tiers derived for 28 days"),
        pytest.param("alerts_0.999_30d_factors", "14.4,6,3,1", id="the factors of 30 days"),
        pytest.param("alerts_0.999_28d_factors", "13.44,5.6,2.8,0.9333333333333333", id="28 days, not raised to 1"),
    ],
)
def test_alert_minutes(key: str, factors: str | None, reference: Path, expected: dict[str, Any]) -> None:
    found = replay(reference, *(["--factors", factors] if factors else []))
    figures = {name: runs for name, runs in expected[key].items() if name not in ("factors", "note")}
    assert [tier["factor"] for tier in found["tiers"]] == near(expected[key]["factors"])
    assert alerts(found) == figures


@pytest.mark.parametrize(
    ("key", "start", "end"),
    [
        ("slow_burn_day_2024-04-24_06:00-20:00", "2024-04-24T06:00Z", "2024-04-24T20:00Z"),
        ("incident_1_04-09_14:00-14:08", "2024-04-09T14:00Z", "2024-04-09T14:08Z"),
        ("incident_2_04-18_11:30-11:38", "2024-04-18T11:30Z", "2024-04-18T11:38Z"),
    ],
)
def test_single_stretches(key: str, start: str, end: str, reference: Path, expected: dict[str, Any]) -> None:
    found = replay(reference, "--from", start, "--to", end, "--baseline", "0.0005")["stretch"]
    figures = expected[key]
    assert found["bad"] == figures["bad"]
    assert found["share"] == near(figures["share_of_99.9_budget"])
    assert found["share_above_baseline"] == near(figures.get("share_above_baseline", found["share_above_baseline"]))


def test_burn_of_the_day_no_tier_noticed_and_of_the_day_after_when_long_windows_peak(
    reference: Path, expected: dict[str, Any]
) -> None:
    found = replay(reference, "--from", "2024-04-24", "--to", "2024-04-26")["stretch"]["max_burn"]
    assert found == {ours: near(expected["max_burn_on_slow_burn_day"][theirs]) for theirs, ours in WINDOWS.items()}


def test_what_no_tier_noticed_is_found(reference: Path) -> None:
    """Incident 1 (8 % for 8 minutes off-peak) and the slow-burn day; incident 2 fired everything."""
    first, second = replay(reference)["silent_spend"]
    assert (first["from"][:10], second["from"][:10]) == ("2024-04-09", "2024-04-24")
    assert first["bad"] >= 1235
    assert second["share"] == pytest.approx(0.0546, abs=0.001)


def test_text_is_the_board(reference: Path) -> None:
    text = CliRunner().invoke(group, ["replay", str(reference)]).stdout
    assert "36.9%" in text
    assert "payment-create-28d" in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("timestamp,total\n", "1:1: columns are timestamp,total", id="a column short"),
        pytest.param("timestamp,total,bad\n2024-01-01T00:00:00Z,5,x\n", "2:1: not a row of counts", id="no number"),
        pytest.param("timestamp,total,bad\n2024-01-01T00:00:00Z,5,6\n", "2:1: 6 bad of 5", id="more bad than all"),
        pytest.param("timestamp,total,bad\n0,5,1\n0,5,1\n", "time does not go on", id="the same minute twice"),
        pytest.param("timestamp,total,bad\n0,5,1\n", "fewer than two rows", id="one row"),
        pytest.param("", "columns are missing", id="empty"),
    ],
)
def test_broken_files_name_the_place(
    text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "counts.csv"
    file.write_text(text)
    monkeypatch.setattr(sys, "argv", ["slotui", "replay", str(file), "--output", "json"])
    assert run(group, "slotui") == 2
    assert words in capsys.readouterr().err


def test_half_a_gzip_file_and_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    half = tmp_path / "half.csv.gz"
    half.write_bytes(gzip.compress(b"timestamp,total,bad\n" * 100)[:30])
    for file, words in ((half, "cannot be read"), (tmp_path / "none.csv", "no such file")):
        monkeypatch.setattr(sys, "argv", ["slotui", "replay", str(file)])
        assert run(group, "slotui") == 2
        assert words in capsys.readouterr().err
