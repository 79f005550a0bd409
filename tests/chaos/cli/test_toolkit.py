"""Two programs called `chaos`: whichever owns the script, all commands of both can be typed."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from chaos.cli.main import COMMANDS, TOOLKIT

THEIRS = "from chaostoolkit.__main__ import cli; cli()"
"""What the console script runs where Chaos Toolkit was installed last."""

OURS = "from chaos.cli.main import main; main()"

CALM = ["--no-version-check", "--no-log-file"]

WITHOUT = """
import sys

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("chaostoolkit", "chaoslib"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotInstalled())
"""


def chaos(script: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("script", [pytest.param(OURS, id="our script"), pytest.param(THEIRS, id="their script")])
def test_both_sets_of_commands_can_be_typed(script: str, tmp_path: Path) -> None:
    nameless = tmp_path / "experiment.json"
    nameless.write_text(json.dumps({"description": "d", "method": []}))
    validate = chaos(script, *CALM, "validate", str(nameless))
    assert (validate.returncode, "requires a title" in validate.stderr) == (1, True), validate.stderr
    # And ours, with our sentences and exit codes.
    plan = chaos(script, *(CALM if script == THEIRS else ()), "plan", "--for", "1m")
    assert (plan.returncode, "no fault named" in plan.stderr) == (2, True), plan.stderr


def test_every_command_of_ours_is_a_plug_in_of_theirs() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    plugins = project["entry-points"]["chaostoolkit.cli_plugins"]
    assert {name for name, target in plugins.items() if target == f"chaos.cli.toolkit:{name}"} == set(COMMANDS)
    assert not set(COMMANDS) & set(TOOLKIT)


def test_the_script_of_this_environment_is_ours() -> None:
    """They share its name; the Makefile sees to it that ours is the one that is left."""
    script = Path(sys.executable).parent / "chaos"
    assert "from chaos.cli.main import main" in script.read_text()
    assert entry_points(group="chaostoolkit.cli_plugins")


@pytest.mark.parametrize("words", [["run", "x.json"], ["discover", "slotui"]], ids=" ".join)
def test_without_chaos_toolkit_its_verbs_say_how_to_get_it(words: list[str]) -> None:
    done = chaos(WITHOUT + OURS, *words)
    assert done.returncode == 2
    assert f"chaos: {words[0]} is for Chaos Toolkit, which is not installed" in done.stderr
    assert "pip install 'slotui[toolkit]'" in done.stderr


def test_nothing_else_of_ours_knows_chaos_toolkit() -> None:
    """Every module but those of its room, imported where it is not installed."""
    script = WITHOUT + (
        "import pkgutil, importlib, chaos\n"
        "for found in pkgutil.walk_packages(chaos.__path__, 'chaos.'):\n"
        "    if not found.name.startswith('chaos.toolkit'):\n"
        "        importlib.import_module(found.name)\n"
        "print('chaos.cli.toolkit' in sys.modules)"
    )
    done = chaos(script)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
