"""A review as Markdown, to be pasted into an issue: tables, and the charts as text."""

from __future__ import annotations

from collections.abc import Iterator

from slotui.core.actions import Action, cost_words
from slotui.core.plain import clean
from slotui.generate.markdown import code, table, text
from slotui.report.page import Block, Chart, Command, Figure, Grid, Page, Points, Say, Tasks
from slotui.report.text import COLUMNS, chart_lines


def render(page: Page) -> str:
    """The page; whatever people wrote into it stands there as words."""
    parts = [f"# {text(page.title)}", text(page.lead), text(page.source)]
    for section in page.sections:
        parts.append(f"## {text(section.title)}")
        parts += [_block(block) for block in section.blocks]
    return "\n\n".join(parts)


def _block(block: Block) -> str:
    match block:
        case Say(text=said):
            return text(said)
        case Grid():
            return _grid(block)
        case Chart():
            return "\n".join(["```text", *chart_lines(block, COLUMNS), "```"])
        case Tasks(items=items, more=more):
            rows = [row for number, item in enumerate(items, 1) for row in _task(number, item)]
            return "\n".join([*rows, f"\nand {more} more"] if more else rows)
        case Figure(data=data):
            return _grid(data)
        case Points(items=items):
            return "\n".join(f"- {text(item)}" for item in items)
        case Command(line=line):
            return f"    {clean(line)}"


def _grid(grid: Grid) -> str:
    rows = [[text(cell) for cell in row] for row in grid.rows]
    lines = table([text(name) for name in grid.head], rows).split("\n")
    lines[1] = f"| {' | '.join('---:' if index in grid.numbers else '---' for index in range(len(grid.head)))} |"
    return "\n".join([f"**{text(grid.caption)}**", "", *lines])


def _task(number: int, item: Action) -> Iterator[str]:
    spent = cost_words(item)
    yield f"{number}. **{text(item.slo)}**{f', {spent}' if spent else ''}: {text(item.what)}"
    if item.command:
        yield f"   {code(item.command)}"
