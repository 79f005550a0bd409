"""`slotui gate`: may we deploy? The exit code is the answer, and everything that goes wrong is not a yes."""

from __future__ import annotations

import asyncio
import difflib
import json
import os
import sys
from typing import TYPE_CHECKING

import click

from slotui.cli.examples import examples
from slotui.cli.hints import slo_names
from slotui.cli.moments import at_option, moment_of
from slotui.cli.options import Opened, Reading, open_source, output_option, source_options
from slotui.cli.patience import patiently
from slotui.errors import RefusedError, SourceError, StoreError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from slotui.core.board import Board
    from slotui.core.gate import Decision
    from slotui.core.ground import Purpose, Review

_NO = 1


@click.command(
    epilog=examples(
        "slotui gate",
        "slotui gate checkout-availability --require-approval",
        "slotui gate --for experiments --output json",
        exits="0 yes, 1 no, 2 usage, 3 cannot tell: stale, missing or partial data is not a yes",
    ),
)
@click.argument("names", metavar="[SLO]...", nargs=-1, shell_complete=slo_names)
@click.option("--for", "purpose", type=click.Choice(["deploys", "experiments"]), default="deploys", show_default=True,
              help="what is asked for")  # fmt: skip
@at_option
@click.option("--strict", is_flag=True, help="a tier that asks for a review says no")
@click.option("--require-approval", is_flag=True, help="a tier that asks for a review says no until --approved-by")
@click.option("--approved-by", metavar="NAME", default="", help="override a no, where policy names who may")
@click.option("--reason", metavar="TEXT", default="", help="why; it is written to the ledger with the name")
@click.option("--min-coverage", metavar="PERCENT", type=click.FloatRange(0, 100), default=50.0, show_default=True,
              help="how much of the window must have been measured")  # fmt: skip
@source_options
@output_option
def gate(
    reading: Reading,
    names: tuple[str, ...],
    purpose: Purpose,
    at: str | None,
    approved_by: str,
    reason: str,
    min_coverage: float,
    output: str,
    *,
    strict: bool,
    require_approval: bool,
) -> int:
    """Say whether policy lets us deploy now: exit 0 yes, 1 no, 3 cannot tell.

    All SLOs are asked, or those that are named; one no is enough.
    """
    from slotui.cli.override import approval_of, overridden
    from slotui.view.decision import render
    from slotui.view.decision_json import to_json

    approval = approval_of(approved_by, reason, purpose, at)
    decision, ledger = _decide(reading, names, purpose, moment_of(at), _review(strict, require_approval), min_coverage)
    if approval is not None and ledger is not None:
        decision = overridden(decision, approval, ledger)
    code = exit_code(decision)
    _print(json.dumps(to_json(decision, code), indent=1) if output == "json" else render(decision))
    return code


def exit_code(decision: Decision) -> int:
    """0 yes (with or without a review), 1 no, 3 cannot tell."""
    from slotui.core.ground import Answer

    match decision.answer:
        case Answer.YES | Answer.REVIEW:
            return 0
        case Answer.NO:
            return _NO
        case Answer.UNKNOWN:
            return RefusedError.exit_code


def _review(strict: bool, require_approval: bool) -> Review:
    if strict and require_approval:
        raise UsageError("--strict and --require-approval say two things of a review", fix="leave one of them out")
    return "refuse" if strict else "approve" if require_approval else "advise"


def _decide(
    reading: Reading, names: tuple[str, ...], purpose: Purpose, at: float | None, review: Review, min_coverage: float
) -> tuple[Decision, Path | None]:
    from slotui.clock import now
    from slotui.core.gate import Decision, decide

    try:
        opened = open_source(reading)
    except StoreError as error:  # its own exit code is 1, which here would be read as policy's no
        click.echo(f"slotui: {error}", err=True)
        return Decision(now() if at is None else at, purpose, (), problem=error.what), None
    board = asyncio.run(_board(opened, names, at))
    chosen = [slo for slo in board.slos if not names or slo.name in names]
    stale_after = opened.source.stale_after
    decision = decide(board, chosen, purpose, stale_after=stale_after, review=review, min_coverage=min_coverage / 100)
    return decision, opened.ledger


def _check_names(opened: Opened, names: tuple[str, ...]) -> None:
    """Raises `UsageError`: a gate that passes over a mistyped SLO stands open."""
    known = [slo.name for slo in opened.slos]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            fix = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            raise UsageError(f"no SLO is named {name!r}", fix=fix)


async def _board(opened: Opened, names: tuple[str, ...], at: float | None) -> Board:
    """The board, or one that says the source is down. The ledger is not read: a broken one decides nothing here."""
    from slotui.clock import now
    from slotui.core.assemble import nothing_yet
    from slotui.watch import Feed

    source = opened.source
    try:
        _check_names(opened, names)
        return await patiently(Feed(source, opened.slos, opened.policy).board(at), source)
    except (SourceError, StoreError) as error:
        click.echo(f"slotui: {error}", err=True)
        return nothing_yet(opened.slos, source.kind, source.url, now() if at is None else at, error.what, None)
    finally:
        await source.close()


def _print(text: str) -> None:
    try:
        click.echo(text)
    except BrokenPipeError:
        # Whoever read along has gone; the exit code is the answer and must stay what it is, at Python's end too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
