"""The board that an experiment asks about: the same one that `slotui status` prints."""

from __future__ import annotations

import asyncio
from difflib import get_close_matches

from chaos.cli import options
from chaos.toolkit.where import Where
from slotui.cli.watch import feed_of
from slotui.core.board import Board, SloBoard
from slotui.core.policy import Policy
from slotui.errors import SourceError, UsageError


def board_of(where: Where) -> Board:
    """The board now. Raises SourceError unless it is live: who cannot see must not say that all is well."""
    return board_and_policy(where)[0]


def board_and_policy(where: Where) -> tuple[Board, Policy]:
    """The same, with what the team has agreed on."""
    opened = options.connect(where.reading)

    async def once() -> Board:
        try:
            return await feed_of(opened).board()
        finally:
            await opened.source.close()

    board = asyncio.run(once())
    if board.source.state != "live":
        raise SourceError(
            f"the metrics of {board.source.url} are {board.source.state}"
            + (f": {board.source.error}" if board.source.error else "")
        )
    return board, opened.policy


def slo_of(board: Board, name: str) -> SloBoard:
    """Raises UsageError that names the nearest SLO."""
    found = board.find(name)
    if found is None:
        names = [slo.name for slo in board.slos]
        near = get_close_matches(name, names, n=1)
        raise UsageError(
            f"no SLO is named {name!r}", fix=f"did you mean {near[0]}?" if near else f"known: {', '.join(names)}"
        )
    return found


def remaining_of(slo: SloBoard) -> float:
    """The share of the budget that is left. Raises SourceError while nobody knows it."""
    if slo.remaining is None:
        raise SourceError(f"{slo.name}: the budget left is not known: {slo.problem or 'nothing counted yet'}")
    return slo.remaining
