"""The README cannot rot: its tables and its frame are made from the program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import pytest

from chaos.cli.main import group as chaos
from slotui.cli.main import group as slotui

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"


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
def test_what_is_made_from_the_program_is_up_to_date(
    made: Callable[[], str], kept: Callable[[Path, str, str], None]
) -> None:
    kept(README, made.__name__.removesuffix("_table"), f"{made()}\n")
