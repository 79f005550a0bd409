"""`slotui budget`: the calculator and its table, as they are typed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from slotui.cli.main import group
from slotui.errors import UsageError


def budget(*options: str) -> str:
    result = CliRunner().invoke(group, ["budget", *options])
    assert result.exception is None, result.exception
    assert all(len(row) <= 80 for row in result.stdout.splitlines())
    return result.stdout


def as_json(*options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(budget(*options, "--output", "json"))
    return found


def refused(*options: str) -> str:
    result = CliRunner().invoke(group, ["budget", *options])
    assert isinstance(result.exception, UsageError)
    return str(result.exception)


@pytest.mark.parametrize("target", ["99.9", "0.999", "99.9%"], ids=["percent", "fraction", "with a sign"])
def test_a_target_is_read_in_percent_or_as_a_fraction(target: str) -> None:
    found = as_json("--target", target)
    assert (found["target"], found["window"], found["outage_seconds"]) == (0.999, "30d", 2592)
    assert found["largest_burn"] == 1000
    assert found["minute_share"] == pytest.approx(60 / 2592)
    assert found["requests"] is None


def test_requests_in_a_window_and_a_rate_are_the_same_thing() -> None:
    by_rate = as_json("--target", "99.95", "--window", "28d", "--rps", "50000")
    by_count = as_json("--target", "99.95", "--window", "28d", "--requests", "120960000000")
    assert by_rate == by_count
    assert by_rate["requests"] == {
        "eligible": 120_960_000_000,
        "per_second": 50_000,
        "allowed": 60_480_000,
        "minute_of_outage": 3_000_000,
        "one_failure_share": pytest.approx(1 / 60_480_000),
    }


def test_the_calculator_in_words() -> None:
    text = budget("--target", "99.9", "--requests", "432000000")
    for part in ("43m12s", "432,000,000", "432,000 ", "10,000", "2.3%", "1000x"):
        assert part in text, part


def test_fewer_requests_than_one_failure_needs() -> None:
    text = budget("--target", "99.9", "--requests", "500")
    assert "the first failure overspends" in text
    assert "200.0%" in text
    assert "0.00019 a second" in text
    assert "overspends" not in budget("--target", "99.9", "--requests", "1000")


def test_the_reference_table() -> None:
    rows = {row.split()[0]: row.split()[1:] for row in budget().splitlines()[2:]}
    assert rows["target"] == ["7d", "28d", "30d", "90d", "largest", "burn"]
    assert list(rows)[1:] == ["99%", "99.5%", "99.9%", "99.95%", "99.99%", "99.999%"]
    assert rows["99.9%"] == ["10m5s", "40m19s", "43m12s", "2h9m", "1000x"]
    assert rows["99.999%"] == ["6.0s", "24s", "26s", "1m18s", "100000x"]


def test_the_table_takes_one_more_window() -> None:
    assert budget("--window", "45d").splitlines()[2].split()[:6] == ["target", "7d", "28d", "30d", "45d", "90d"]
    rows = as_json("--window", "45d")["table"]
    assert len(rows) == 6 * 5
    assert {
        "target": 0.999,
        "window": "45d",
        "window_seconds": 3888000,
        "outage_seconds": 3888,
        "largest_burn": 1000,
    } in rows


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(["--target", "100"], "leaves no budget", id="a target of 100 %"),
        pytest.param(["--target", "-5"], "is not a target", id="a negative target"),
        pytest.param(["--target", "nan"], "is not a target", id="no number"),
        pytest.param(["--target", "three nines"], "is not a target", id="words"),
        pytest.param(["--target", "99.9", "--window", "1 month"], "is not a duration", id="a window in words"),
        pytest.param(["--target", "99.9", "--window", "250ms"], "shorter than a second", id="a window of nothing"),
        pytest.param(["--target", "99.9", "--requests", "5", "--rps", "5"], "leave one", id="requests twice"),
        pytest.param(["--target", "99.9", "--rps", "nan"], "not a rate", id="a rate that is none"),
        pytest.param(["--target", "99.9", "--rps", "0"], "not a rate", id="no traffic"),
        pytest.param(["--requests", "5"], "add --target", id="requests without a target"),
    ],
)
def test_what_cannot_be_meant(options: list[str], words: str) -> None:
    assert words in refused(*options)
