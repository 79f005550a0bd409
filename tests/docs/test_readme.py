"""The README cannot rot: its commands parse, its tables and its frame are made from the program."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from chaos.cli.main import group as chaos
from slotui.cli.main import group as slotui

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))

COMMANDS = [
    line
    for block in re.findall(r"```console\n(.*?)```", README.read_text(), re.DOTALL)
    for line in block.splitlines()
    if line
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_can_be_typed(command: str) -> None:
    program, *words = shlex.split(command)
    if program == "make":
        assert re.search(rf"^{words[0]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
        return
    found: click.Command = {"slotui": slotui, "chaos": chaos}[program.removeprefix(".venv/bin/")]
    context = click.Context(found, info_name=program)
    while isinstance(found, click.Group):
        name = words.pop(0)
        child = found.get_command(context, name)
        assert child is not None, f"no command {name}"
        found, context = child, click.Context(child, info_name=name, parent=context)
    found.make_parser(context).parse_args(words)


def commands_table() -> str:
    rows = ["| command | what it does |", "| --- | --- |"]
    for program, group in (("slotui", slotui), ("chaos", chaos)):
        context = click.Context(group, info_name=program)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            if name == "chaos":
                continue
            names = list(command.commands) if isinstance(command, click.Group) else []
            shown = f"{program} {name}" + (f" {' / '.join(names)}" if names else "")
            rows.append(f"| `{shown}` | {command.get_short_help_str(200).rstrip('.')} |")
    return "\n".join(rows)


def frame() -> str:
    return f"```text\n{(ROOT / 'tests/tui/golden/overview-80x24.txt').read_text().rstrip()}\n```"


@pytest.mark.parametrize("made", [frame, commands_table], ids=["the golden frame", "the table of commands"])
def test_what_is_made_from_the_program_is_up_to_date(made: Callable[[], str]) -> None:
    text = README.read_text()
    left = text.index(marker := f"<!-- {made.__name__.removesuffix('_table')} -->\n") + len(marker)
    right = text.index("<!-- end -->", left)
    fresh = f"{made()}\n"
    if UPDATE:
        README.write_text(text[:left] + fresh + text[right:])
    assert UPDATE or text[left:right] == fresh, "type: UPDATE_GOLDEN=1 pytest tests/docs"
