"""`chaos status`, `chaos halt` and `chaos log`: what is on, ending it, what was spent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaos.cli import options
from chaos.cli.options import control_plane, control_plane_if_any, target_options
from slotui.cli.options import Reading, output_option, source_options
from slotui.errors import SlotuiError

if TYPE_CHECKING:
    import asyncio

    from chaos.spend.client import ControlPlane
    from slotui.core.entry import Entry


@click.command()
@target_options
@source_options
@output_option
def status(reading: Reading, target: str | None, token_file: Path | None, output: str) -> None:
    """What is on now."""
    import asyncio
    import json

    from chaos.spend.report import lease_json, lease_line

    with asyncio.Runner() as runner, control_plane(target, token_file) as control:
        close_orphans_of(reading, control, runner)
        on = [lease for lease in control.leases() if lease.ending is None]
    if output == "json":
        click.echo(json.dumps({"schema": "slotui/chaos/1", "active": [lease_json(lease) for lease in on]}))
    else:
        click.echo("\n".join(lease_line(lease) for lease in on) or "no fault is on")


@click.command()
@target_options
@output_option
def halt(target: str | None, token_file: Path | None, output: str) -> None:
    """End every fault now."""
    import json

    from chaos.spend.report import lease_json, lease_line

    with control_plane(target, token_file) as control:
        halted = control.halt()
    if output == "json":
        click.echo(json.dumps({"schema": "slotui/chaos/1", "halted": [lease_json(lease) for lease in halted]}))
    else:
        click.echo("\n".join(lease_line(lease) for lease in halted) or "no fault was on")


@click.command()
@click.option("--last", type=click.IntRange(1), default=20, show_default=True, help="how many entries")
@target_options
@source_options
@output_option
def log(reading: Reading, target: str | None, token_file: Path | None, last: int, output: str) -> None:
    """What was spent, the newest last."""
    import asyncio
    import json

    from chaos.spend.report import entry_json, entry_line

    with asyncio.Runner() as runner:
        entries = close_orphans_of(reading, control_plane_if_any(target, token_file), runner)[-last:]
    if output == "json":
        click.echo(json.dumps({"schema": "slotui/log/1", "entries": [entry_json(entry) for entry in entries]}))
    else:
        click.echo("\n".join(entry_line(entry) for entry in entries) or "nothing was spent yet")


def close_orphans_of(reading: Reading, control: ControlPlane | None, runner: asyncio.Runner) -> tuple[Entry, ...]:
    """Close what dead controllers left, measured if there is a source; every entry of the ledger."""
    from chaos.spend.orphans import close_orphans
    from slotui.cli.options import ledger_path
    from slotui.ledger.store import Ledger

    ledger = Ledger(ledger_path(reading))
    if ledger.open_entries():
        try:
            source = options.connect(reading).source
        except SlotuiError:
            source = None
        try:
            runner.run(close_orphans(ledger, control, source, lambda sentence: click.echo(sentence, err=True)))
        finally:
            if source is not None:
                runner.run(source.close())
    return ledger.entries()
