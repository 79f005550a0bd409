"""What `tab` offers, asked as a shell asks; and three real shells that have read our script."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete, get_completion_class
from click.testing import CliRunner

from chaos.cli.main import group as chaos
from slotui.cli.main import group as slotui
from slotui.core.entry import Entry
from slotui.ledger.store import Ledger

LAB = str(Path(__file__).parents[2] / "lab" / "slos")
BIN = str(Path(sys.executable).parent)
GROUPS: dict[str, click.Group] = {"slotui": slotui, "chaos": chaos}


def offered(program: str, *words: str) -> list[str]:
    """What the program offers for the last word of a line."""
    *before, last = words
    return [item.value for item in ShellComplete(GROUPS[program], {}, program, "").get_completions(before, last)]


def test_commands_are_offered_as_help_lists_them() -> None:
    assert offered("slotui", "")[:3] == ["demo", "watch", "status"]
    assert offered("slotui", "re") == ["report", "record", "replay"]
    assert offered("slotui", "ledger", "ex") == ["exclude", "export"]
    assert offered("chaos", "pl") == offered("slotui", "chaos", "pl") == ["plan"]


@pytest.mark.parametrize(
    ("words", "among"),
    [
        pytest.param(("slotui", "explain", "--slos", LAB, "checkout-l"), ["checkout-latency"], id="an argument"),
        pytest.param(
            ("slotui", "gate", "--slos", LAB, "checkout-"),
            ["checkout-availability", "checkout-latency"],
            id="one of many",
        ),
        pytest.param(("slotui", "ledger", "note", "x", "--slos", LAB, "--slo", "inventory-f"), ["inventory-freshness"],
                     id="an option"),
        pytest.param(("slotui", "watch", "--theme", "slotui"), ["slotui", "slotui-light"], id="themes"),
        pytest.param(("slotui", "watch", "--sort", "b"), ["budget", "burn"], id="orders"),
        pytest.param(("chaos", "inject", "--fault", "b"), ["bad_payload"], id="kinds of fault"),
        pytest.param(("slotui", "lab", "up", "--backend", "e"), ["embedded"], id="choices"),
        pytest.param(("slotui", "status", "--out"), ["--output"], id="options"),
    ],
)  # fmt: skip
def test_names_are_offered(words: tuple[str, ...], among: list[str]) -> None:
    assert offered(*words) == among


def test_entries_of_the_ledger_are_offered_with_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger(path).open_entry(Entry("3f9a21c4", "note", (), "kim", "sale at noon", "", 100.0, ended=100.0))
    complete = ShellComplete(slotui, {}, "slotui", "")
    (item,) = complete.get_completions(["ledger", "show", "--ledger", str(path)], "")
    assert (item.value, item.help) == ("3f9a21c4", "note sale at noon")


def test_where_there_is_nothing_nothing_is_offered_or_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.yaml").write_text("kind: [SLO")
    config = tmp_path / "config" / "slotui" / "config.toml"
    config.parent.mkdir(parents=True)
    for words in (["explain", ""], ["explain", "--slos", "broken.yaml", ""], ["explain", "--slos", "gone", ""],
                  ["ledger", "show", ""], ["ledger", "show", "--ledger", "broken.yaml", ""]):  # fmt: skip
        assert offered("slotui", *words) == []
    config.write_text("slos = 7")
    assert offered("slotui", "explain", "") == []
    assert capfd.readouterr() == ("", "")
    assert not (tmp_path / "state" / "ledger.sqlite").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize("program", GROUPS)
def test_the_script_is_the_shell_s_own(program: str, shell: str) -> None:
    script = CliRunner().invoke(GROUPS[program], ["completion", shell])
    assert script.exit_code == 0
    kind = get_completion_class(shell)
    assert kind is not None
    assert f"_{program.upper()}_COMPLETE={shell}_complete" in script.output


_DRIVEN = {
    # What each shell does when somebody types the line and presses tab.
    "bash": 'eval "$(slotui completion bash)"; COMP_WORDS=(slotui explain checkout-l); COMP_CWORD=2; '
    '_slotui_completion slotui; printf "%s\\n" "${COMPREPLY[@]}"',
    "fish": "slotui completion fish | source; complete --do-complete 'slotui explain checkout-l'",
    "zsh": 'function compdef { } ; function compadd { shift 4; print -l -- "${(@P)1}" } ; '
    'source <(slotui completion zsh); words=(slotui explain checkout-l); CURRENT=3; _slotui_completion',
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("shell", _DRIVEN)
def test_a_real_shell_completes_the_name_of_an_slo(shell: str) -> None:
    if not (found := shutil.which(shell)):
        pytest.skip(f"{shell} is not on PATH")
    calm = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "SLOTUI_SLOS": LAB, "TERM": "dumb"}
    done = subprocess.run(
        [found, *calm, "-c", _DRIVEN[shell]], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout.split()[:1], done.stderr) == (["checkout-latency"], "")
