"""A review as plain text for a terminal: 80 columns, no colour, so that nothing depends on one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slotui.core.actions import Action, cost_words
from slotui.report.page import Block, Chart, Command, Figure, Grid, Page, Points, Say, Tasks
from slotui.view.chart.burn_down import burn_down, span_row
from slotui.view.chart.zoom import whole
from slotui.view.ink import cells, fit, plain, wrapped

COLUMNS = 80
_CHART_HEIGHT = 11
_GAP = 2
_INDENT = "  "
_LEAST = 16
"""Columns below which a column of words is not narrowed."""


def render(page: Page, columns: int = COLUMNS) -> str:
    """The page in lines of at most `columns`, commands apart: those are to be copied whole."""
    rows = [page.title, "=" * cells(page.title), "", *_wrapped(page.lead, columns), *_wrapped(page.source, columns)]
    for section in page.sections:
        heading = _wrapped(section.title, columns)
        rows += ["", "", *heading, "-" * max(cells(row) for row in heading)]
        for index, block in enumerate(section.blocks):
            rows += ["", *_block(block, columns)] if index else _block(block, columns)
    return "\n".join(row.rstrip() for row in rows)


def chart_lines(chart: Chart, columns: int) -> list[str]:
    """The burn-down in dots, and under it where in the window the period is."""
    slo, period = chart.slo.board, chart.slo.period
    frame = whole(slo, period.end)
    drawn = burn_down(slo, chart.tiers, chart.entries, frame, columns=columns, height=_CHART_HEIGHT)
    reviewed = span_row(frame, period, "this period", columns=columns)
    return [row for row in map(plain, (*drawn, reviewed)) if row]


def _block(block: Block, columns: int) -> list[str]:
    match block:
        case Say(text=text):
            return _wrapped(text, columns)
        case Grid():
            return list(_grid(block, columns))
        case Chart():
            return chart_lines(block, columns)
        case Tasks(items=items, more=more):
            rows = [row for number, item in enumerate(items, 1) for row in _task(number, item, columns)]
            return [*rows, f"{_INDENT}and {more} more"] if more else rows
        case Figure(data=data):
            return list(_grid(data, columns))
        case Points(items=items):
            return [row for item in items for row in _wrapped(item, columns, "- ", "  ")]
        case Command(line=line):
            return [f"{_INDENT}$ {line}"]


def _task(number: int, item: Action, columns: int) -> Iterator[str]:
    head = f"{number:>3}. "
    rest = " " * len(head)
    spent = cost_words(item)
    yield from _wrapped(f"{item.slo}{f', {spent}' if spent else ''}: {item.what}", columns, head, rest)
    if item.command:
        yield f"{rest}$ {item.command}"


def _grid(grid: Grid, columns: int) -> Iterator[str]:
    yield from _wrapped(grid.caption, columns)
    widths = _widths(grid, columns - len(_INDENT))
    for row in (grid.head, *grid.rows):
        yield from _row(row, widths, grid.numbers)


def _row(row: Sequence[str], widths: Sequence[int], numbers: frozenset[int]) -> Iterator[str]:
    """One row, over as many lines as its widest cell needs."""
    parts = [[cell] if index in numbers else _wrapped(cell, widths[index]) or [""] for index, cell in enumerate(row)]
    for line in range(max(len(part) for part in parts)):
        shown = [
            fit(part[line] if line < len(part) else "", width, right=index in numbers)
            for index, (part, width) in enumerate(zip(parts, widths, strict=True))
        ]
        yield _INDENT + (" " * _GAP).join(shown)


def _widths(grid: Grid, room: int) -> list[int]:
    """As wide as the widest cell. Where that is too much, the sentence at the end gives way first, then the widest."""
    widths = [max(cells(row[index]) for row in (grid.head, *grid.rows)) for index in range(len(grid.head))]
    words = [index for index in range(len(widths)) if index not in grid.numbers]
    over = sum(widths) + _GAP * (len(widths) - 1) - room
    for index in sorted(words, key=lambda index: (index != len(widths) - 1, -widths[index])):
        given = min(over, widths[index] - _LEAST)
        if given > 0:
            widths[index] -= given
            over -= given
    return widths


def _wrapped(text: str, columns: int, first: str = "", rest: str = "") -> list[str]:
    return [plain(row) for row in wrapped(text, columns, first=first, rest=rest)]
