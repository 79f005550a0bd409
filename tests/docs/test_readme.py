"""The README cannot rot: what it shows is made from the program, and its links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from chaos.cli.main import group as chaos
from slotui.cli.main import group as slotui

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
SCREEN = ROOT / "docs" / "screen.md"


def commands_table() -> str:
    rows = ["| command | what it does |", "| --- | --- |"]
    for program, group in (("slotui", slotui), ("chaos", chaos)):
        context = click.Context(group, info_name=program)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            if name == "chaos":
                continue
            names = command.list_commands(context) if isinstance(command, click.Group) else []
            shown = f"{program} {name}" + (f" {' / '.join(names)}" if names else "")
            rows.append(f"| `{shown}` | {command.get_short_help_str(200).rstrip('.')} |")
    return "\n".join(rows)


def frame() -> str:
    return f"```text\n{(ROOT / 'tests/tui/golden/overview-80x24.txt').read_text().rstrip()}\n```"


@pytest.mark.parametrize(
    ("page", "made"),
    [
        pytest.param(SCREEN, frame, id="the golden frame"),
        pytest.param(README, commands_table, id="the table of commands"),
    ],
)
def test_what_is_made_from_the_program_is_up_to_date(
    page: Path, made: Callable[[], str], kept: Callable[[Path, str, str], None]
) -> None:
    kept(page, made.__name__.removesuffix("_table"), f"{made()}\n")


def test_each_page_is_in_the_readme() -> None:
    listed = set(re.findall(r"\(docs/([\w-]+\.md)\)", README.read_text()))
    assert {page.name for page in (ROOT / "docs").glob("*.md")} - listed == set()


@pytest.mark.parametrize("page", [README, *sorted((ROOT / "docs").glob("*.md"))], ids=lambda page: page.name)
def test_its_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_picture_asks_nobody_anything() -> None:
    picture = (ROOT / "docs" / "screen.svg").read_text()
    assert "checkout-availability" in picture
    assert "PAGE" in picture
    assert not re.findall(r"(?:href|src|url)\s*[=(]\s*[\"']?https?:", picture)
