"""A review as one HTML file that needs nothing else: its style and its pictures are inside, and there is no script.

It follows the reader's choice of light or dark, can be printed, and everything in it that people wrote is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from slotui.core.actions import Action, cost_words
from slotui.core.plain import clean
from slotui.report.chart import svg
from slotui.report.page import Block, Chart, Command, Figure, Grid, Page, Points, Say, Section, Tasks
from slotui.report.style import STYLE


def render(page: Page, *, style: str = "", contents: bool = False) -> str:
    """The whole document. `style` is added to the usual one; `contents` are links to the sections, and one past them
    for whoever reads by keyboard or by ear."""
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        # Should anything in here ever be taken for code or an address, a browser still runs and fetches nothing.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="color-scheme" content="light dark">',
        f"<title>{_text(page.title)}</title>",
        f"<style>\n{STYLE}{style}</style>",
        "</head>",
        "<body>",
        *(['<a class="skip" href="#main">Skip the contents</a>', *_contents(page)] if contents else ()),
        '<main id="main">' if contents else "<main>",
        f"<h1>{_text(page.title)}</h1>",
        f'<p class="lead">{_text(page.lead)}</p>',
        f'<p class="source">{_text(page.source)}</p>',
        *(line for index, section in enumerate(page.sections) for line in _section(section, f"s{index}")),
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts)


def _contents(page: Page) -> Iterator[str]:
    yield '<nav aria-label="Contents">\n<ol>'
    for index, section in enumerate(page.sections):
        yield f'<li><a href="#s{index}">{_text(section.title)}</a></li>'
    yield "</ol>\n</nav>"


def _section(section: Section, name: str) -> Iterator[str]:
    yield f'<section aria-labelledby="{name}">'
    yield f'<h2 id="{name}">{_text(section.title)}</h2>'
    for index, block in enumerate(section.blocks):
        yield from _block(block, f"{name}-{index}", name)
    yield "</section>"


def _block(block: Block, name: str, section: str) -> Iterator[str]:
    match block:
        case Say(text=text):
            yield f"<p>{_text(text)}</p>"
        case Grid():
            yield from _grid(block, name, section)
        case Chart():
            yield f"<figure>\n{svg(block, name)}\n</figure>"
        case Tasks(items=items, more=more):
            yield '<ol class="tasks">'
            yield from (_task(item) for item in items)
            yield "</ol>"
            if more:
                yield f"<p>and {more} more</p>"
        case Figure(draw=draw, data=data):
            yield f"<figure>\n{draw(name)}\n<details><summary>{_text(data.caption)}</summary>"
            yield from _grid(data, f"{name}-data", section)
            yield "</details>\n</figure>"
        case Points(items=items):
            yield "<ul>"
            yield from (f"<li>{_text(item)}</li>" for item in items)
            yield "</ul>"
        case Command(line=line):
            yield f"<pre><code>{_text(line)}</code></pre>"


def _task(item: Action) -> str:
    spent = cost_words(item)
    about = f"<strong>{_text(item.slo)}</strong>{f', {_text(spent)}' if spent else ''}: {_text(item.what)}"
    command = f"<pre><code>{_text(item.command)}</code></pre>" if item.command else ""
    return f"<li>{about}{command}</li>"


def _grid(grid: Grid, name: str, section: str) -> Iterator[str]:
    # A wide table scrolls by itself, by the keyboard too; the page never does sideways.
    yield f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{section} {name}">'
    yield f'<table>\n<caption id="{name}">{_text(grid.caption)}</caption>'
    head = (f'<th scope="col"{_side(index, grid)}>{_text(cell)}</th>' for index, cell in enumerate(grid.head))
    yield f"<thead><tr>{''.join(head)}</tr></thead>\n<tbody>"
    for row in grid.rows:
        first = f'<th scope="row"{_side(0, grid)}>{_text(row[0])}</th>'
        rest = (f"<td{_side(index, grid)}>{_text(cell)}</td>" for index, cell in enumerate(row) if index)
        yield f"<tr>{first}{''.join(rest)}</tr>"
    yield "</tbody>\n</table>\n</div>"


def _side(index: int, grid: Grid) -> str:
    return ' class="number"' if index in grid.numbers else ""


def _text(words: str) -> str:
    return escape(clean(words))
