"""`chaos schedule` where it comes to no run: what it asks for, refuses, and hands on to each run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from chaos.cli.main import group
from chaos.cli.schedule import _given, schedule
from chaos.cli.words import InjectWords, arguments
from chaos.schedule.alone import alone
from slotui.cli.lazy import run

FILE = """\
apiVersion: slotui/v1
kind: ChaosSchedule
metadata: {name: friday}
spec:
  entries:
    - {at: 0s, inject: {error-rate: 0.05, for: 1m}}
"""


@pytest.fixture
def chaos(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """Runs `chaos …` in a folder of its own, beside a timetable."""
    monkeypatch.chdir(tmp_path)
    Path("friday.yaml").write_text(FILE)

    def call(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["chaos", *words])
        return run(group, "chaos")

    return call


def test_a_file_is_carried_out_once_at_a_time(chaos: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    with alone(Path("friday.yaml")):
        assert chaos("schedule", "friday.yaml") == 3
    assert "another process carries out friday.yaml already" in capsys.readouterr().err
    # Free again, it gets as far as asking for a service.
    assert chaos("schedule", "friday.yaml") == 2
    assert "no lab is running" in capsys.readouterr().err


def test_a_mistake_in_the_file_is_exit_two_with_its_line(
    chaos: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("friday.yaml").write_text(FILE.replace("0.05", "5"))
    assert chaos("schedule", "friday.yaml", "--dry-run") == 2
    assert "friday.yaml:6:37: `error-rate`: 5.0 is not in the range" in capsys.readouterr().err


def test_each_run_gets_what_the_timetable_got() -> None:
    words = ["friday.yaml", "--yes", "--next", "3", "--scrape", "http://127.0.0.1:1/metrics", "--slos", "a", "--slos", "b", "--discover", "--output", "json"]  # fmt: skip
    given = _given(schedule.make_context("schedule", words))
    assert sorted(given) == [
        "--discover",
        "--output=json",
        "--scrape=http://127.0.0.1:1/metrics",
        "--slos=a",
        "--slos=b",
    ]
    inject = group.get_command(click.Context(group), "inject")
    assert inject is not None
    fault = arguments({"error-rate": "0.05", "for": "1m", "reason": "--yes or no"})
    taken = inject.make_context("inject", [*fault, "--entry", "a1b2c3-1", "--yes", *given]).params
    assert taken["error_rate"] == 0.05
    assert taken["reason"] == "--yes or no"
    assert taken["slos"] == (Path("a"), Path("b"))
    assert taken["discover"]


def test_words_are_read_as_the_options_are() -> None:
    order = InjectWords(None).order({"error-rate": "0.05", "for": "1m", "method": "post"})
    assert (order.seconds, order.method) == (60, "POST")
