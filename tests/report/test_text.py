"""The review as text: every figure of a week, in 80 columns."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from slotui.core.review import Review
from slotui.duration import DAY
from slotui.report import markdown, text
from slotui.report.contents import page
from slotui.report.page import Page
from slotui.view.ink import cells

GOLDEN = Path(__file__).parent / "golden"
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))
HOSTILE = "\x1b[2J<script>alert(1)</script>|`*_[x](http://evil.example)\u202e\n# no heading"


@pytest.mark.parametrize(
    ("render", "name"), [(text.render, "week.txt"), (markdown.render, "week.md")], ids=["text", "Markdown"]
)
def test_a_week_reads_as_it_was_looked_at(render: Callable[[Page], str], name: str, week: Review) -> None:
    shown = f"{render(page(week))}\n"
    file = GOLDEN / name
    if UPDATE:
        file.parent.mkdir(exist_ok=True)
        file.write_text(shown)
    assert shown == file.read_text(), "look at it, then type: UPDATE_GOLDEN=1 pytest tests/report"


def test_no_line_is_wider_than_the_terminal_but_commands(week: Review) -> None:
    for row in text.render(page(week)).splitlines():
        assert cells(row) <= text.COLUMNS or row.lstrip().startswith("$ slotui ")


def test_a_long_name_wraps_and_pushes_no_figure_off(make: Callable[..., Review]) -> None:
    shown = text.render(page(make(name="checkout-availability-of-the-largest-customers-in-europe")))
    assert all(cells(row) <= text.COLUMNS for row in shown.splitlines() if "$ slotui" not in row)
    assert "healthy" in shown


@pytest.mark.parametrize(
    ("length", "opening"),
    [
        pytest.param(7 * DAY, "left at the start 17,280", id="a week of a month: what was left"),
        pytest.param(30 * DAY, "the whole window allows 25,920", id="the window itself: all of its budget"),
    ],
)
def test_an_account_says_what_it_begins_with(length: float, opening: str, make: Callable[..., Review]) -> None:
    shown = text.render(page(make(length=length)))
    assert opening in " ".join(shown.split())


@pytest.mark.parametrize("render", [text.render, markdown.render], ids=["text", "Markdown"])
def test_hostile_words_are_words(render: Callable[[Page], str], make: Callable[..., Review]) -> None:
    shown = render(page(make(missing=HOSTILE)))
    assert not set(shown) & {"\x1b", "\u202e", "\x07"}
    if render is markdown.render:
        assert "\\<script\\>" in shown
        assert "\\[x\\](http" in shown
        assert not any(line.startswith("# no heading") for line in shown.splitlines())
