"""What starting a command costs in imports, and that each has help."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from slotui.cli.main import group

HEAVY = {
    "textual",
    "httpx",
    "numpy",
    "pydantic",
    "aiohttp",
    "starlette",
    "uvicorn",
    "faker",
    "yaml",
    "asyncio",
    "promql_parser",
}


def modules_after(*argv: str) -> set[str]:
    """The top-level modules that a command has loaded when it ends."""
    code = (
        "import sys, contextlib, io\n"
        f"sys.argv = ['slotui', *{list(argv)!r}]\n"
        "from slotui.cli.main import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    main()\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_help_loads_nothing_heavy() -> None:
    assert not modules_after("--help") & HEAVY


@pytest.mark.parametrize("argv", [["status"], ["validate"], ["generate", "rules"], ["explain", "checkout-latency"]])
def test_only_the_screen_loads_textual(argv: list[str]) -> None:
    assert "textual" not in modules_after(*argv)


def test_the_core_starts_alone() -> None:
    code = "import slotui.core.assemble, slotui.core.hindsight, sys; print(*(m.partition('.')[0] for m in sys.modules))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & (HEAVY | {"click", "sqlite3"})


@pytest.mark.parametrize("command", group.list_commands(None))  # type: ignore[arg-type]
def test_every_command_has_help(command: str) -> None:
    result = CliRunner().invoke(group, [command, "--help"])
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 3
