"""`slotui attribution`: who spent the budget, by the label that names a cause."""

from __future__ import annotations

import asyncio
import difflib
import json
from typing import TYPE_CHECKING

import click

from slotui.cli.examples import examples
from slotui.cli.hints import slo_names
from slotui.cli.moments import at_option, mark_of, moment_of
from slotui.cli.objective import whole_seconds
from slotui.cli.options import Opened, Reading, open_source, output_option, source_options
from slotui.cli.watch import feed_of
from slotui.errors import SourceError, UsageError

if TYPE_CHECKING:
    from slotui.core.board import Board
    from slotui.core.slo import Slo
    from slotui.view.attribution import Spent

_ANNOTATION = "write in its metadata, with the label's name: `annotations: {slotui/cause-label: cause}`"


@click.command(
    epilog=examples(
        "slotui attribution",
        "slotui attribution checkout-availability --window 7d",
        exits="0 live numbers, 2 no SLO names its causes, 7 stale or unreachable",
    ),
)
@click.argument("slo", required=False, shell_complete=slo_names)
@click.option("--since", metavar="TIME|ENTRY", help="of what was spent since a time, or the ledger's id of an incident")
@click.option("--window", type=whole_seconds, metavar="DURATION", help="of the last 7d, say  [default: the SLO's own]")
@at_option
@source_options
@output_option
def attribution(
    reading: Reading, slo: str | None, since: str | None, window: int | None, at: str | None, output: str
) -> int:
    """Say which cause spent how much of the budget.

    A cause is what the label that the SLO names with `slotui/cause-label` says of a bad event.
    """
    from slotui.view.attribution import render
    from slotui.view.attribution_json import to_json

    if since is not None and window is not None:
        raise UsageError("--since and --window name two stretches", fix="leave one of them out")
    opened = open_source(reading)
    chosen = _chosen(opened.slos, slo)
    moment = moment_of(at)
    mark = mark_of(since, moment, opened.ledger)
    board, spent = asyncio.run(_spent(opened, [one.name for one in chosen], moment, mark, window))
    click.echo(json.dumps(to_json(board, spent), indent=1) if output == "json" else render(spent))
    return 0 if board.source.state == "live" else SourceError.exit_code


def _chosen(slos: tuple[Slo, ...], name: str | None) -> list[Slo]:
    """The SLO of that name, or all that tell causes apart. Raises `UsageError`, with what to write, for none."""
    if name is None:
        found = [slo for slo in slos if not _why_not(slo)]
        if not found:
            raise UsageError("no SLO here says which label names the cause of a bad event", fix=_ANNOTATION)
        return found
    names = [slo.name for slo in slos]
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        raise UsageError(
            f"no SLO is named {name!r}", fix=f"did you mean {near[0]}?" if near else f"known: {', '.join(names)}"
        )
    slo = slos[names.index(name)]
    if why := _why_not(slo):
        raise UsageError(f"{name} {why}", fix=_ANNOTATION if slo.events else "name an SLO that counts events")
    return [slo]


def _why_not(slo: Slo) -> str:
    """Why an SLO tells no causes apart; nothing where it does, as a composite by its members."""
    from slotui.core.sli import CompositeSli, SliceSli

    if isinstance(slo.sli, CompositeSli):
        return ""
    if isinstance(slo.sli, SliceSli):
        return "judges slices of time, which are nobody's in particular"
    return "" if slo.sli.cause else "does not say which label names the cause of a bad event"


async def _spent(
    opened: Opened, names: list[str], at: float | None, since: float | None, window: int | None
) -> tuple[Board, list[Spent]]:
    from slotui.source.causes import attribution as asked
    from slotui.view.attribution import Spent

    try:
        board = await feed_of(opened).board(at)
        start = board.at - window if window is not None else since
        spent = []
        for name in names:
            slo = board.find(name)
            assert slo is not None  # noqa: S101 - the board has every SLO that was opened
            found = await asked(opened.source, slo, board.at, start)
            spent.append(Spent(slo, slo.period.start if start is None else start, board.at, found))
        return board, spent
    finally:
        await opened.source.close()
