"""docs/replay.md: its commands can be typed, and its keys are those of the action table."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from slotui.cli.main import group
from slotui.source.recording.form import FORMAT, SCHEMA
from slotui.tui.actions import ACTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "replay.md").read_text()


@pytest.mark.parametrize("line", re.findall(r"^slotui .*$", PAGE, re.MULTILINE))
def test_every_command_can_be_typed(line: str) -> None:
    _, name, *words = shlex.split(line)
    context = click.Context(group, info_name="slotui")
    command = group.get_command(context, name)
    assert command is not None
    command.make_parser(click.Context(command, parent=context)).parse_args(words)


def test_the_keys_are_those_of_the_action_table() -> None:
    rows = [re.findall(r"`([^`]+)`", row) for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)]
    shown = {key for action in ACTIONS for key in action.shown.split()}
    assert rows
    assert {key for row in rows for key in row} <= shown


def test_the_schema_is_the_one_that_is_written() -> None:
    assert f"{SCHEMA}{FORMAT}" in PAGE
