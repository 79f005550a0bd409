"""The policy that the docs show is one, and what they say to type can be typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from slotui.cli.main import group
from slotui.core.policy import Burning
from slotui.spec.load import load_policy

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text()


def test_the_policy_of_the_page_loads(tmp_path: Path) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "policy.yaml"
    file.write_text(text)
    policy = load_policy(file)
    assert [tier.name for tier in policy.tiers] == ["healthy", "caution", "freeze"]
    assert policy.tiers[1].also_while == Burning(10, 3600)
    assert [one.kind for one in policy.exceptions] == ["maintenance"]
    assert [one.name for one in policy.blackouts] == ["black friday", "weekends"]


@pytest.mark.parametrize("line", "".join(re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)).splitlines())
def test_its_commands_can_be_typed(line: str) -> None:
    program, name, *words = shlex.split(line)
    assert program == "slotui"
    context = click.Context(group, info_name=program)
    command = group.get_command(context, name)
    assert command is not None
    command.make_parser(click.Context(command, info_name=name, parent=context)).parse_args(words)
