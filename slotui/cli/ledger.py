"""`slotui ledger`: the bank account of the error budget. What reads it is here, what writes beside."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from slotui.cli.examples import examples
from slotui.cli.hints import entry_ids, slo_names
from slotui.cli.ledger_entries import claim, deploy, exclude, known_names, ledger_option, note
from slotui.cli.moments import at_option, mark_of, moment_of
from slotui.cli.options import NOTHING_NAMED, Reading, ledger_path, open_source, output_option, source_options
from slotui.cli.watch import feed_of
from slotui.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from slotui.cli.options import Opened
    from slotui.core.account import Account
    from slotui.core.board import Board
    from slotui.ledger.store import Ledger


@click.group()
def ledger() -> None:
    """The bank account of the budget: what was spent on purpose, by whom, and what nobody claimed."""


@ledger.command(
    "list",
    epilog=examples(
        "slotui ledger list",
        "slotui ledger list checkout-availability --since 2026-11-20T12:00:00Z",
    ),
)
@click.argument("slo", required=False, shell_complete=slo_names)
@click.option("--since", metavar="TIME|ENTRY", help="what happened since a time, or an entry of the ledger, began")
@at_option
@source_options
@output_option
def list_(reading: Reading, slo: str | None, since: str | None, at: str | None, output: str) -> int:
    """Print the account of an SLO, or of all.

    Opening balance, planned spends, claimed incidents, stretches that nobody claimed, what rolls off, balance.
    Exits 7 when the numbers are stale or cannot be had.
    """
    from slotui.view.ledger import account_text
    from slotui.view.ledger_json import accounts_json

    opened = open_source(reading)
    names = [one.name for one in opened.slos]
    if slo is not None:
        names = list(known_names([slo], names))
    moment = moment_of(at)
    mark = mark_of(since, moment, opened.ledger)
    board, accounts = asyncio.run(_accounts(opened, names, moment, mark))
    click.echo(
        json.dumps(accounts_json(board, accounts), indent=1)
        if output == "json"
        else "\n\n\n".join(account_text(account) for account in accounts)
    )
    for missing in board.slos:
        if missing.name in names and missing.name not in [account.slo.name for account in accounts]:
            click.echo(f"slotui: {missing.name}: {missing.problem or 'there is no budget without events'}", err=True)
    return 0 if board.source.state == "live" and accounts else SourceError.exit_code


@ledger.command(epilog=examples("slotui ledger show 3f9a21c4"))
@click.argument("entry", metavar="ID", shell_complete=entry_ids)
@ledger_option
@output_option
def show(entry: str, path: Path | None, output: str) -> None:
    """Print all of an entry, and its bill.

    The bill: bad events predicted, injected, observed and unexplained, for each SLO.
    """
    from slotui.view.ledger import entry_text
    from slotui.view.ledger_json import entry_json

    opened = _opened(path)
    found = opened.find(entry)
    click.echo(json.dumps(entry_json(found), indent=1) if output == "json" else entry_text(found, opened.entries()))


@ledger.command(epilog=examples("slotui ledger export > ledger.csv", "slotui ledger export --format json"))
@click.option(
    "--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True, help="how to print it"
)
@ledger_option
def export(form: str, path: Path | None) -> None:
    """Print every entry, oldest first, as CSV or JSON."""
    from slotui.view.ledger_json import ledger_csv, ledger_json

    entries = _opened(path).entries()
    if form == "json":
        click.echo(json.dumps(ledger_json(entries), indent=1))
    else:
        click.echo(ledger_csv(entries), nl=False)


@ledger.command(
    epilog=examples(
        "slotui ledger verify",
        exits="0 the chain holds, 1 a record was changed, slipped in or taken out",
    ),
)
@ledger_option
def verify(path: Path | None) -> None:
    """Check that no record was changed.

    Exits 1 and names the first record that was changed, slipped in or taken out.
    """
    opened = _opened(path)
    count = opened.verify()
    click.echo(f"{opened.path}: {count} record{'' if count == 1 else 's'}, the chain holds")


for _command in (note, deploy, claim, exclude):
    ledger.add_command(_command)


def _opened(path: Path | None) -> Ledger:
    from slotui.ledger.store import Ledger

    return Ledger(ledger_path(replace(NOTHING_NAMED, ledger=path)))


async def _accounts(
    opened: Opened, names: Sequence[str], at: float | None, since: float | None
) -> tuple[Board, list[Account]]:
    """The board, and the account of each SLO that has a budget, in their order."""
    from slotui.core.account import account

    try:
        board = await feed_of(opened).board(at)
        accounts = []
        for name in names:
            slo = board.find(name)
            if slo is None or slo.allowed <= 0:
                continue
            line = (await opened.source.record(name)).before(board.at)
            found = account(slo, line, board.entries, board.at, since)
            if found is not None:
                accounts.append(found)
        return board, accounts
    finally:
        await opened.source.close()
