"""The command line: quick to start, and clear about what it was not told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from chaos.cli.main import group
from chaos.plane.token import load_or_create
from chaos.spend import alive
from chaos.spend.interrupt import Interrupt
from slotui.cli.lazy import run
from slotui.core.entry import Entry
from slotui.ledger.store import Ledger


@pytest.fixture
def chaos(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """Runs `chaos …` in a folder of its own, where neither a lab nor SLO files are."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["chaos", *words])
        return run(group, "chaos")

    return call


@pytest.mark.parametrize(
    "words", [["--help"], ["inject", "--help"], ["schedule", "--help"], ["halt", "--help"]], ids=" ".join
)
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    script = (
        "import sys, json\nfrom chaos.cli.main import group\nfrom slotui.cli.lazy import run\n"
        "run(group, 'chaos')\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=True)
    heavy = {"httpx", "starlette", "textual", "pydantic", "prometheus_client", "sqlite3", "asyncio", "yaml"}
    assert not heavy & set(json.loads(done.stderr))
    assert "Usage: chaos" in done.stdout


@pytest.mark.parametrize("name", group.list_commands(click.Context(group)))
def test_every_command_and_option_has_help(name: str) -> None:
    command = group.get_command(click.Context(group), name)
    assert command is not None
    assert command.help
    assert all(parameter.help for parameter in command.params if isinstance(parameter, click.Option))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["inject", "--for", "1m"], "no fault named", id="no fault"),
        pytest.param(["inject", "--for", "1m", "--status", "503"], "--error-rate", id="a status without a rate"),
        pytest.param(["inject", "--for", "1m", "--jitter", "1s"], "--latency", id="a jitter without a delay"),
        pytest.param(["inject", "--error-rate", "0.1", "--for", "soon"], "not a duration", id="a time that is none"),
        pytest.param(["inject", "--error-rate", "0", "--for", "1m"], "--error-rate", id="a rate of nothing"),
        pytest.param(["inject", "--error-rate", "0.1"], "--for", id="no end"),
        pytest.param(["inject", "--error-rate", "0.1", "--for", "1m"], "no lab is running", id="nothing to fail"),
        pytest.param(["halt"], "no service is known here", id="nothing to halt"),
        pytest.param(["halt", "--target", "http://127.0.0.1:9"], "--token-file", id="no token"),
        pytest.param(["halt", "--target", "nonsense", "--token-file", "t"], "not a URL", id="a target that is no URL"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence_and_exit_two(
    chaos: Callable[..., int], capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    load_or_create(Path("t"))
    assert chaos(*words) == 2
    assert says in capsys.readouterr().err


def test_a_service_that_does_not_answer_is_exit_seven(
    chaos: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    load_or_create(Path("t"))
    assert chaos("halt", "--target", "http://127.0.0.1:9", "--token-file", "t") == 7
    assert "does not answer" in capsys.readouterr().err


def test_an_empty_log(chaos: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert chaos("log", "--ledger", "l.sqlite") == 0
    assert "nothing was spent" in capsys.readouterr().out
    assert not Path("l.sqlite").exists()


def _open(ledger: Ledger, name: str) -> None:
    ledger.open_entry(Entry(name, "experiment", ("a",), "grace", "why", "5% 500", 1000.0, planned_end=1600.0))


def test_the_log_closes_what_a_dead_controller_left_and_leaves_the_living_alone(
    chaos: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = Ledger("l.sqlite")
    _open(ledger, "dead0000")
    _open(ledger, "alive000")
    with alive.holding(ledger.path, "alive000"):
        assert chaos("log", "--ledger", "l.sqlite", "--output", "json") == 0
    told = capsys.readouterr()
    assert "closed as orphaned" in told.err
    entries = {entry["id"]: entry for entry in json.loads(told.out)["entries"]}
    # Nobody can say more: no service, no metrics. It cannot have lasted longer than it was granted for.
    assert entries["dead0000"]["ending"] == "orphaned"
    assert entries["dead0000"]["ended"] == entries["dead0000"]["planned_end"]
    assert entries["dead0000"]["injected"] is None
    assert entries["dead0000"]["observed"] == {}
    assert entries["alive000"]["ended"] is None
    assert chaos("log", "--ledger", "l.sqlite") == 0
    assert "cost unknown" in capsys.readouterr().out


def test_a_signal_wakes_the_wait_once_and_the_old_handlers_come_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    with Interrupt() as interrupt:
        assert not interrupt.wait(0)
        os.kill(os.getpid(), signal.SIGTERM)
        assert interrupt.wait(30)
        assert not interrupt.wait(0)
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGHUP)
        assert interrupt.wait(30)
        assert interrupt.asked == 3
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(None, "cannot be read", id="no file"),
        pytest.param(b"\xff\n", "cannot be read", id="no text"),
        pytest.param(b"one\ntwo\n", "holds no token", id="two lines"),
        pytest.param(b"\n", "holds no token", id="nothing in it"),
    ],
)
def test_a_grafana_without_a_usable_token(
    chaos: Callable[..., int], capsys: pytest.CaptureFixture[str], content: bytes | None, says: str
) -> None:
    if content is not None:
        Path("g").write_bytes(content)
    assert chaos("log", "--grafana", "http://127.0.0.1:9", "--grafana-token-file", "g", "--ledger", "l.sqlite") == 2
    assert says in capsys.readouterr().err


def test_a_grafana_wants_a_token(chaos: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert chaos("log", "--grafana", "http://127.0.0.1:9", "--ledger", "l.sqlite") == 2
    assert "--grafana-token-file" in capsys.readouterr().err
