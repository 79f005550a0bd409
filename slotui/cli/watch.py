"""`slotui watch`: the screen, or, without a terminal, one line a refresh."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from slotui.cli.options import Opened, Reading, open_source, output_option, source_options
from slotui.duration import parse

if TYPE_CHECKING:
    from slotui.state import RunningLab
    from slotui.watch import Feed


@click.command()
@click.option("--every", metavar="DURATION", help="time between two refreshes  [default: 5s]")
@source_options
@output_option
def watch(reading: Reading, every: str | None, output: str) -> int:
    """Watch budgets live: the screen in a terminal, lines of text or JSON elsewhere."""
    opened = open_source(reading, every=parse(every) if every else None)
    if output == "json" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _print_lines(opened, as_json=output == "json")
    return _show(opened)


def open_screen(lab: RunningLab) -> int:
    """The screen on a lab that is up; returns its exit code when it is closed."""
    from pathlib import Path

    return _show(open_source(Reading((Path(lab.slos),), None, None, None, Path(lab.ledger), Path(lab.policy))))


def feed_of(opened: Opened, *, since: float | None = None) -> Feed:
    """A feed of boards from an opened source, its ledger read at each refresh; with the balance `since` a moment."""
    from slotui.ledger.store import Ledger
    from slotui.watch import Feed

    return Feed(opened.source, opened.slos, opened.policy, entries=Ledger(opened.ledger).entries, since=since)


def _show(opened: Opened) -> int:
    from slotui.tui.app import watch as show

    return asyncio.run(show(feed_of(opened)))


def _print_lines(opened: Opened, *, as_json: bool) -> int:
    try:
        asyncio.run(_lines(opened, as_json=as_json))
    except KeyboardInterrupt:
        return 0  # it runs until it is stopped: stopping it is no failure
    return 0


async def _lines(opened: Opened, *, as_json: bool) -> None:
    import json

    from slotui.view.board_json import to_json
    from slotui.view.text import line

    try:
        async for board in feed_of(opened).boards():
            click.echo(json.dumps(to_json(board)) if as_json else line(board))
            sys.stdout.flush()
    finally:
        await opened.source.close()
