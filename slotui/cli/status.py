"""`slotui status` and `slotui explain`: the board once, in text."""

from __future__ import annotations

import asyncio
import difflib
import json
from typing import TYPE_CHECKING

import click

from slotui.cli.examples import examples
from slotui.cli.hints import slo_names
from slotui.cli.moments import at_option, mark_of, moment_of, since_option
from slotui.cli.options import Reading, ledger_path, open_source, output_option, source_options
from slotui.cli.patience import patiently
from slotui.cli.tapes import Played, playback, played_option
from slotui.cli.watch import feed_of
from slotui.errors import SourceError, UsageError

if TYPE_CHECKING:
    from slotui.core.board import Board, SloBoard
    from slotui.watch import Feed


@click.command(
    epilog=examples(
        "slotui status",
        "slotui status --at 2026-11-20T12:00:00Z",
        "slotui status --output json | jq '.slos[] | {name, remaining_ratio}'",
        exits="0 live numbers, 2 usage, 7 stale or unreachable",
    ),
)
@at_option
@since_option
@played_option
@source_options
@output_option
def status(reading: Reading, played: Played | None, at: str | None, since: str | None, output: str) -> int:
    """Print the board once. Exits 7 when the numbers are stale or cannot be had."""
    from slotui.view.board_json import to_json
    from slotui.view.text import render

    board = _board(_feed(reading, played, at, since), at)
    click.echo(json.dumps(to_json(board), indent=1) if output == "json" else render(board))
    return 0 if board.source.state == "live" else SourceError.exit_code


@click.command(
    epilog=examples(
        "slotui explain checkout-availability",
        "slotui explain checkout-latency --since 2026-11-20T12:00:00Z",
        exits="0 live numbers, 2 no such SLO, 7 stale or unreachable",
    ),
)
@click.argument("slo", shell_complete=slo_names)
@at_option
@since_option
@played_option
@source_options
def explain(reading: Reading, played: Played | None, slo: str, at: str | None, since: str | None) -> int:
    """Show the arithmetic behind the numbers of one SLO."""
    from slotui.view.explain import explain as words

    feed = _feed(reading, played, at, since)
    names = [known.name for known in feed.slos]
    if slo not in names:
        near = difflib.get_close_matches(slo, names, n=1)
        raise UsageError(
            f"no SLO is named {slo!r}", fix=f"did you mean {near[0]}?" if near else f"known: {', '.join(names)}"
        )
    board = _board(feed, at)
    click.echo(words(_found(board, slo), now=board.at))
    return 0 if board.source.state == "live" else SourceError.exit_code


def _found(board: Board, name: str) -> SloBoard:
    return next(slo for slo in board.slos if slo.name == name)


def _feed(reading: Reading, played: Played | None, at: str | None, since: str | None) -> Feed:
    """Of a live source, or of the past that was named: then without `--at` its end is meant."""
    moment = moment_of(at)
    if played is not None:
        past = playback(played, reading, at=moment)
        end = past.source.instants[-1] if moment is None else moment
        return playback(played, reading, since=mark_of(since, end, ledger_path(reading))) if since else past
    opened = open_source(reading)
    return feed_of(opened, since=mark_of(since, moment, opened.ledger))


def _board(feed: Feed, at: str | None) -> Board:
    async def once() -> Board:
        try:
            return await patiently(feed.board(moment_of(at)), feed.source)
        finally:
            await feed.source.close()

    return asyncio.run(once())
