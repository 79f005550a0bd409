"""Every command line of the README and of every page can be typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from chaos.cli.main import TOOLKIT
from chaos.cli.main import group as chaos
from slotui.cli.main import group as slotui

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PROGRAMS: dict[str, click.Command] = {"slotui": slotui, "chaos": chaos}
BLOCK = re.compile(r"```(?:console|bash|sh)\n(.*?)```", re.DOTALL)


def commands(page: Path) -> list[str]:
    """The lines of a page that are ours to keep: continued ones in one, without what the shell does around them."""
    text = "\n".join(BLOCK.findall(page.read_text())).replace("\\\n", " ")
    found = [re.split(r"\s[|>&#]|\s2>", line)[0].removeprefix("$ ").strip() for line in text.splitlines()]
    return [line for line in found if re.match(r"(\.venv/bin/)?(slotui|chaos|make)\b", line)]


@pytest.mark.parametrize(
    "line", [pytest.param(line, id=f"{page.name}: {line}") for page in PAGES for line in commands(page)]
)
def test_it_can_be_typed(line: str) -> None:
    program, *words = shlex.split(line)
    if program == "make":
        assert re.search(rf"^{words[0]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
        return
    if program == "chaos" and words[0] in TOOLKIT:
        return  # Chaos Toolkit's own verbs, with options of its own
    found = PROGRAMS[program.removeprefix(".venv/bin/")]
    context = click.Context(found, info_name=program)
    while isinstance(found, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        child = found.get_command(context, name)
        assert child is not None, f"no command {name}"
        found, context = child, click.Context(child, info_name=name, parent=context)
    found.make_parser(context).parse_args(words)
