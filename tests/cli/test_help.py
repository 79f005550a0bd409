"""Each command's help has examples, and each of them can be typed as it stands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from chaos.cli.main import group as chaos
from slotui.cli.lazy import LazyGroup
from slotui.cli.main import group as slotui

PROGRAMS: dict[str, click.Command] = {"slotui": slotui, "chaos": chaos}


def leaves(path: tuple[str, ...], command: click.Command) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something by itself, with the words that lead to it."""
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path[-1])
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            if child is not chaos:
                yield from leaves((*path, name), child)


LEAVES = [leaf for program, group in PROGRAMS.items() for leaf in leaves((program,), group)]


def examples(command: click.Command) -> list[str]:
    """The lines under `Examples:`, continued ones in one."""
    found = re.search(r"Examples:\n((?:  .*\n?)+)", command.epilog or "")
    return re.sub(r" \\\n\s+", " ", found[1]).split("\n  ") if found else []


@pytest.mark.parametrize(("path", "command"), [pytest.param(*leaf, id=" ".join(leaf[0])) for leaf in LEAVES])
def test_its_examples_can_be_typed(path: tuple[str, ...], command: click.Command) -> None:
    shown = [line.strip() for line in examples(command)]
    assert shown
    for line in shown:
        assert len(line) <= 150, line
        typed = re.split(r"\s[|>]\s", line.removeprefix("source <(").removesuffix(")"))[0]
        words = shlex.split(typed)
        assert tuple(words[: len(path)]) == path, line
        command.make_context(" ".join(path), words[len(path) :]).close()


@pytest.mark.parametrize(("path", "command"), [pytest.param(*leaf, id=" ".join(leaf[0])) for leaf in LEAVES])
def test_its_help_fits_a_terminal(path: tuple[str, ...], command: click.Command) -> None:
    context = click.Context(command, info_name=" ".join(path), terminal_width=80, max_content_width=80)
    text = command.get_help(context)
    assert [line for line in text.splitlines() if len(line) > 92] == []
    assert "\b" not in text


@pytest.mark.parametrize("group", PROGRAMS.values(), ids=PROGRAMS)
def test_each_line_of_the_list_ends_as_the_others_do(group: LazyGroup) -> None:
    listed = group.get_help(click.Context(group, terminal_width=400, max_content_width=400))
    rows = re.findall(r"^  (\w+) {2,}(.+)$", listed.partition("Commands:")[2], re.MULTILINE)
    assert rows
    assert [text for _, text in rows if text.endswith(".") or (text[0].isupper() and not text.startswith("SLO"))] == []
