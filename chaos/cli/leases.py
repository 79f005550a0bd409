"""`chaos status`, `chaos halt` and `chaos log`: what is on, ending it, what was spent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaos.cli import options
from chaos.cli.options import control_plane_if_any, grafana_options, target_options
from slotui.cli.examples import examples
from slotui.cli.options import Reading, output_option, source_options
from slotui.errors import SlotuiError, SourceError, StoreError, UsageError

if TYPE_CHECKING:
    import asyncio

    from chaos.spend.client import ControlPlane, Place
    from chaos.spend.grafana import Grafana
    from slotui.core.entry import Entry


@click.command(epilog=examples("chaos status", "chaos status --output json | jq '.active[].seconds_left'"))
@target_options
@grafana_options
@source_options
@output_option
def status(reading: Reading, target: str | None, token_file: Path | None, grafana: Grafana | None, output: str) -> None:
    """What is on now: at the service that is named, else wherever a fault was started from here.

    While a drill is played, what the drill does is not shown.
    """
    import asyncio
    import json

    from chaos.spend.drill import drill_json, drill_line, shown
    from chaos.spend.halting import is_deserted
    from chaos.spend.report import lease_json, lease_line
    from slotui.state import running_drill

    drill = running_drill()
    on, problems = [], []
    for place in _places(target, token_file, needed=drill is None):
        try:
            with asyncio.Runner() as runner, place.open() as control:
                close_orphans_of(reading, control, runner, grafana)
                on += [(place, lease) for lease in shown(control.leases(), drill) if lease.ending is None]
        except SlotuiError as error:
            if not is_deserted(place):
                problems.append(error)
    if output == "json":
        active = [{"target": place.target, **lease_json(lease)} for place, lease in on]
        told = {"drill": drill_json(drill)} if drill else {}
        click.echo(json.dumps({"schema": "slotui/chaos/1", **told, "active": active}))
    else:
        lines = [drill_line(drill)] if drill else []
        lines += [f"{lease_line(lease)}  at {place.target}" for place, lease in on]
        if lines or not problems:
            click.echo("\n".join(lines) or "no fault is on")
    if problems:
        raise problems[0]


@click.command(
    epilog=examples(
        "chaos halt",
        "chaos halt --target http://127.0.0.1:8087",
        exits="0 nothing is left on, 2 no token or a wrong one, 7 a service did not answer",
    ),
)
@target_options
@output_option
def halt(target: str | None, token_file: Path | None, output: str) -> None:
    """End every fault now: at the service that is named, else wherever one was started from here.

    It needs no metrics and no ledger, only the token. Where a service does not answer, the controllers of its faults
    on this machine are told to stop: the service then ends them by itself within five seconds. A drill that is played
    ends too.
    """
    import json

    from chaos.spend.drill import drill_at, drill_json, halt_drill
    from chaos.spend.halting import halt_all
    from chaos.spend.report import lease_json, lease_line

    drill = drill_at(target)
    places = _places(target, token_file, needed=drill is None)
    problems: list[SlotuiError] = []
    if drill is not None:
        try:
            halt_drill(drill)
        except StoreError as error:
            problems.append(error)  # its faults are ended below, which ends it as well
    done = halt_all(places)
    halted = [(one.place, lease) for one in done for lease in one.leases]
    problems += [one.problem for one in done if one.problem]
    if output == "json":
        rows = [{"target": place.target, **lease_json(lease)} for place, lease in halted]
        told = {"drill": drill_json(drill)} if drill else {}
        click.echo(json.dumps({"schema": "slotui/chaos/1", **told, "halted": rows}))
    else:
        lines = [f"the drill of {drill.player} was told to end"] if drill else []
        lines += [f"{lease_line(lease)}  at {place.target}" for place, lease in halted]
        if lines or not problems:
            click.echo("\n".join(lines) or "no fault was on")
    for pid in (pid for one in done for pid in one.controllers):
        click.echo(f"controller {pid} was told to stop: a fault that nobody renews is over within 5 s", err=True)
    if problems:
        raise problems[0]


def _places(target: str | None, token_file: Path | None, *, needed: bool) -> tuple[Place, ...]:
    """The service that was named, else all that are known here. Raises UsageError where one is needed, and none is."""
    from chaos.spend.client import Place
    from chaos.spend.halting import known_places
    from slotui.state import token_of

    if target:
        return (Place(target, token_file or token_of(target)),)
    places = known_places()
    if not places and needed:
        raise UsageError(
            "no service is known here: no lab is running, and no spend was started", fix="name it with --target URL"
        )
    return tuple(replace(place, token_file=token_file or place.token_file) for place in places)


@click.command(epilog=examples("chaos log", "chaos log --last 5 --output json"))
@click.option("--last", type=click.IntRange(1), default=20, show_default=True, help="how many entries")
@target_options
@grafana_options
@source_options
@output_option
def log(
    reading: Reading, target: str | None, token_file: Path | None, grafana: Grafana | None, last: int, output: str
) -> None:
    """What was spent, the newest last."""
    import asyncio
    import json

    from chaos.spend.report import entry_json, entry_line
    from slotui.core.entry import SPENDS

    with asyncio.Runner() as runner:
        entries = close_orphans_of(reading, control_plane_if_any(target, token_file), runner, grafana)
    # The ledger keeps deploys, notes and alerts too: `slotui ledger list` shows them among the spends.
    spends = [entry for entry in entries if entry.kind in SPENDS][-last:]
    if output == "json":
        click.echo(json.dumps({"schema": "slotui/log/1", "entries": [entry_json(entry) for entry in spends]}))
    else:
        click.echo("\n".join(entry_line(entry) for entry in spends) or "nothing was spent yet")


def close_orphans_of(
    reading: Reading, control: ControlPlane | None, runner: asyncio.Runner, grafana: Grafana | None
) -> tuple[Entry, ...]:
    """Close what dead controllers left, measured if there is a source; every entry of the ledger."""
    from chaos.spend.orphans import close_orphans
    from slotui.cli.options import ledger_path
    from slotui.core.entry import SPENDS
    from slotui.ledger.store import Ledger

    ledger = Ledger(ledger_path(reading))
    if any(entry.kind in SPENDS for entry in ledger.open_entries()):
        try:
            source = options.connect(reading).source
        except SlotuiError:
            source = None
        try:
            closed = runner.run(close_orphans(ledger, control, source, lambda said: click.echo(said, err=True)))
        finally:
            if source is not None:
                runner.run(source.close())
        _mark(closed, grafana)
    return ledger.entries()


def _mark(entries: tuple[Entry, ...], grafana: Grafana | None) -> None:
    if grafana is None:
        return
    for entry in entries:
        try:
            grafana.mark(entry)
        except SourceError as error:
            click.echo(f"not on Grafana: {error.what}", err=True)
