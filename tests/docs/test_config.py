"""The pages about the config file and the browser: their commands can be typed, their keys are all keys there are."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import click
import pytest

from slotui.cli.main import group
from slotui.config.keys import KEYS
from slotui.config.settings import config_file, settings

DOCS = Path(__file__).parents[2] / "docs"
CONFIG, SERVE = DOCS / "config.md", DOCS / "serve.md"
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))
COMMANDS = [
    line
    for page in (CONFIG, SERVE)
    for block in re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL)
    for line in block.splitlines()
]


@pytest.mark.parametrize("line", COMMANDS)
def test_its_commands_can_be_typed(line: str) -> None:
    program, *words = shlex.split(line)
    assert program == "slotui"
    command: click.Command = group
    context = click.Context(group, info_name=program)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        child = command.get_command(context, words.pop(0))
        assert child is not None
        command, context = child, click.Context(child, parent=context)
    command.make_parser(context).parse_args(words)


def test_the_keys_are_those_that_there_are() -> None:
    rows = ["| key | what it is | where it is unset | variable |", "| --- | --- | --- | --- |"]
    rows += [f"| `{key.name}` | {key.help} | {key.otherwise} | {_code(key.variable)} |" for key in KEYS]
    fresh = "\n".join(rows) + "\n"
    text = CONFIG.read_text()
    left = text.index(marker := "<!-- keys -->\n") + len(marker)
    right = text.index("<!-- end -->", left)
    if UPDATE:
        CONFIG.write_text(text[:left] + fresh + text[right:])
    assert UPDATE or text[left:right] == fresh, "type: UPDATE_GOLDEN=1 pytest tests/docs"


def _code(name: str | None) -> str:
    return f"`{name}`" if name else ""


def test_the_file_of_the_page_is_one() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", CONFIG.read_text(), re.DOTALL)
    config_file().parent.mkdir(parents=True)
    config_file().write_text(text)
    assert settings().watch_theme == "slotui-light"
