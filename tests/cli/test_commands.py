"""The words and exit codes of the reading commands where there is nothing, or the wrong thing, to read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from slotui.cli.lazy import run
from slotui.cli.main import group

LAB = Path(__file__).parents[2] / "lab"
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command line: its exit code, stdout and stderr."""

    def call(*argv: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["slotui", *argv])
        code = run(group, "slotui")
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_no_lab_and_nothing_named(say: Say) -> None:
    code, out, err = say("status", "--slos", str(LAB / "slos"))
    assert (code, out) == (2, "")
    assert "no lab is up" in err
    assert "slotui lab up" in err


def test_no_slo_files(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = say("status", "--prometheus", "http://127.0.0.1:1")
    assert code == 2
    assert "--slos PATH" in err


@pytest.mark.parametrize("command", [["status"], ["status", "--output", "json"], ["explain", "checkout-latency"]])
def test_a_prometheus_that_is_not_there(command: list[str], say: Say) -> None:
    code, out, err = say(*command, "--slos", str(LAB / "slos"), "--prometheus", "http://127.0.0.1:1")
    assert (code, out) == (7, "")
    assert "http://127.0.0.1:1" in err


def test_a_service_that_is_not_there_is_down_and_exits_seven(say: Say) -> None:
    code, out, _ = say("status", "--slos", str(LAB / "slos"), "--scrape", "http://127.0.0.1:1/metrics")
    assert code == 7
    assert "100.0%" not in out
    assert "http://127.0.0.1:1" in out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--prometheus", "http://a", "--scrape", "http://b"], "name two places"),
        (["--prometheus", "a.example"], "is not an address"),
        (["--store", "x.sqlite", "--prometheus", "http://a"], "--store goes with --scrape"),
    ],
)
def test_options_that_cannot_be_meant(options: list[str], words: str, say: Say) -> None:
    code, _, err = say("status", "--slos", str(LAB / "slos"), *options)
    assert code == 2
    assert words in err


def test_an_slo_that_is_not_there_names_the_nearest(say: Say) -> None:
    code, _, err = say("explain", "checkout-latenzy", "--slos", str(LAB / "slos"), "--scrape", "http://127.0.0.1:1")
    assert code == 2
    assert "did you mean checkout-latency?" in err


def test_validate_names_every_problem_of_both_files(say: Say, tmp_path: Path) -> None:
    slo, policy = tmp_path / "slo.yaml", tmp_path / "policy.yaml"
    slo.write_text((LAB / "slos" / "inventory.yaml").read_text().replace("target: 0.99", "target: 99"))
    policy.write_text((LAB / "policy.yaml").read_text().replace("50%", "50"))
    code, _, err = say("validate", str(slo), "--policy", str(policy))
    assert code == 2
    assert f"{slo}:28:15: objective target 99 is not a fraction" in err
    assert f"{policy}:" in err
    assert say("validate", str(LAB / "slos"), "--policy", str(LAB / "policy.yaml"))[0] == 0


def test_generated_rules_are_checked(say: Say, tmp_path: Path) -> None:
    out = tmp_path / "rules.yml"
    options = ("--slos", str(LAB / "slos"), "--dir", str(tmp_path))
    assert say("generate", "rules", *options, "--check")[0] == 1
    assert say("generate", "rules", *options)[0] == 0
    assert say("generate", "rules", *options, "--check")[0] == 0
    out.write_text(out.read_text() + "# by hand\n")
    code, _, err = say("generate", "rules", *options, "--check")
    assert code == 1
    assert "out of date" in err


def test_a_misspelt_command_names_the_nearest(say: Say) -> None:
    code, _, err = say("wach")
    assert code == 2
    assert "Did you mean 'watch'?" in err


@pytest.mark.parametrize("at", ["nan", "inf", "1e300", "yesterday"])
def test_what_is_no_time(at: str, say: Say) -> None:
    code, _, err = say("status", "--slos", str(LAB / "slos"), "--scrape", "http://127.0.0.1:1", "--at", at)
    assert code == 2
    assert "is not a time" in err
