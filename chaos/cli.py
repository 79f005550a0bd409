"""`chaos`: spend error budget on purpose. Heavy imports happen inside the commands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slotui import __version__
from slotui.cli.lazy import run
from slotui.cli.options import Reading, output_option, source_options
from slotui.duration import parse
from slotui.errors import SlotuiError, UsageError

if TYPE_CHECKING:
    import asyncio

    from chaos.client import ControlPlane
    from chaos.inject import Order
    from slotui.cli.options import Opened
    from slotui.core.entry import Entry

Command = Callable[..., Any]


class _Duration(click.ParamType[float]):
    """Seconds, written as in Prometheus: 300ms, 90s, 10m."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if not isinstance(value, str):
            return float(value)
        try:
            return parse(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)


_DURATION = _Duration()
_RATE = click.FloatRange(0, 1, min_open=True)


def _target_options(command: Command) -> Command:
    """Add where the service is, and what opens it."""
    for option in (
        click.option("--token-file", type=click.Path(path_type=Path), help="the token  [default: the lab's]"),
        click.option("--target", metavar="URL", help="the service to fail  [default: the running lab's]"),
    ):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="chaos")
def group() -> None:
    """Spend an error budget on purpose: priced before, ended by itself, accounted for after."""


@group.command()
@click.option("--error-rate", type=_RATE, help="fail this share of the requests")
@click.option("--status", type=click.IntRange(400, 599), help="with which HTTP status  [default: 500]")
@click.option("--latency", type=_DURATION, help="delay requests by this: 300ms, 2s")
@click.option("--jitter", type=_DURATION, help="spread of the delay to each side, uniform")
@click.option("--latency-rate", type=_RATE, help="delay this share of the requests  [default: 1]")
@click.option("--for", "seconds", type=_DURATION, required=True, help="how long: 90s, 10m, 1h30m")
@click.option("--route", metavar="GLOB", help="requests to these paths  [default: those that the SLOs count]")
@click.option("--method", metavar="METHOD", help="requests of this method  [default: as for --route]")
@click.option("--mode", type=click.Choice(["random", "exact"]), default="random", show_default=True,
              help="each request by chance, or spread evenly to the request")  # fmt: skip
@click.option("--seed", type=int, help="repeat the same choice of requests")
@click.option("--reason", default="", help="why; it is written to the ledger")
@click.option("--dry-run", is_flag=True, help="show the price and stop")
@click.option("--yes", is_flag=True, help="do not ask")
@_target_options
@source_options
@output_option
def inject(
    reading: Reading,
    target: str | None,
    token_file: Path | None,
    output: str,
    *,
    dry_run: bool,
    yes: bool,
    **asked: Any,
) -> None:
    """Fail or delay requests for a time, inside a lease that ends by itself."""
    import asyncio

    from chaos.inject import Experiment

    order = _order(asked, dry_run=dry_run, yes=yes, as_json=output == "json")
    with asyncio.Runner() as runner, _control(target, token_file, lenient=dry_run) as control:
        opened = connect(reading)
        try:
            Experiment(order, opened, control, runner).carry_out()
        finally:
            runner.run(opened.source.close())


@group.command()
@_target_options
@source_options
@output_option
def status(reading: Reading, target: str | None, token_file: Path | None, output: str) -> None:
    """What is on now."""
    import asyncio
    import json

    from chaos.report import lease_json, lease_line

    with asyncio.Runner() as runner, _control(target, token_file) as control:
        _close_orphans(reading, control, runner)
        on = [lease for lease in control.leases() if lease.ending is None]
    if output == "json":
        click.echo(json.dumps({"schema": "slotui/chaos/1", "active": [lease_json(lease) for lease in on]}))
    else:
        click.echo("\n".join(lease_line(lease) for lease in on) or "no fault is on")


@group.command()
@_target_options
@output_option
def halt(target: str | None, token_file: Path | None, output: str) -> None:
    """End every fault now."""
    import json

    from chaos.report import lease_json, lease_line

    with _control(target, token_file) as control:
        halted = control.halt()
    if output == "json":
        click.echo(json.dumps({"schema": "slotui/chaos/1", "halted": [lease_json(lease) for lease in halted]}))
    else:
        click.echo("\n".join(lease_line(lease) for lease in halted) or "no fault was on")


@group.command()
@click.option("--last", type=click.IntRange(1), default=20, show_default=True, help="how many entries")
@_target_options
@source_options
@output_option
def log(reading: Reading, target: str | None, token_file: Path | None, last: int, output: str) -> None:
    """What was spent, the newest last."""
    import asyncio
    import json

    from chaos.report import entry_json, entry_line

    with asyncio.Runner() as runner:
        entries = _close_orphans(reading, _control_if_any(target, token_file), runner)[-last:]
    if output == "json":
        click.echo(json.dumps({"schema": "slotui/log/1", "entries": [entry_json(entry) for entry in entries]}))
    else:
        click.echo("\n".join(entry_line(entry) for entry in entries) or "nothing was spent yet")


def connect(reading: Reading) -> Opened:
    """The source, SLOs, policy and ledger that the shared options mean."""
    from slotui.cli.options import open_source

    return open_source(reading)


def _order(asked: dict[str, Any], *, dry_run: bool, yes: bool, as_json: bool) -> Order:
    from chaos.inject import Order

    common = {"mode": asked["mode"], "seed": asked["seed"]}
    faults: list[dict[str, Any]] = []
    # The delay comes first, as it does in the service: a request can be slow, then fail.
    if asked["latency"] is not None:
        rate = 1.0 if asked["latency_rate"] is None else asked["latency_rate"]
        faults.append(
            {"kind": "latency", "delay": asked["latency"], "jitter": asked["jitter"] or 0.0, "rate": rate, **common}
        )
    elif asked["jitter"] is not None or asked["latency_rate"] is not None:
        raise UsageError("--jitter and --latency-rate go with --latency", fix="add --latency 300ms")
    if asked["error_rate"] is not None:
        faults.append({"kind": "error", "status": asked["status"] or 500, "rate": asked["error_rate"], **common})
    elif asked["status"] is not None:
        raise UsageError("--status goes with --error-rate", fix="add --error-rate 0.05")
    if not faults:
        raise UsageError("no fault named", fix="give --error-rate 0.05, or --latency 300ms, or both")
    return Order(
        faults=tuple(faults),
        seconds=asked["seconds"],
        route=asked["route"],
        method=asked["method"].upper() if asked["method"] else None,
        reason=asked["reason"],
        dry_run=dry_run,
        yes=yes,
        as_json=as_json,
    )


def _control(target: str | None, token_file: Path | None, *, lenient: bool = False) -> ControlPlane:
    """The line to the service: as named, else the running lab's. `lenient`: a dry run needs no token."""
    from chaos.client import ControlPlane
    from chaos.token import load
    from slotui.state import running_lab
    from slotui.state import token_file as lab_token

    lab = running_lab()
    url = target or (lab.checkout_url if lab else None)
    if url is None:
        raise UsageError(
            "no service to fail: no lab is running", fix="start one with `slotui lab up`, or name it with --target URL"
        )
    path = token_file or lab_token()
    try:
        token = load(path)
    except FileNotFoundError as error:
        if lenient:
            return ControlPlane(url, "none")
        raise UsageError(f"{path}: no token there", fix="name the service's token with --token-file FILE") from error
    return ControlPlane(url, token)


def _control_if_any(target: str | None, token_file: Path | None) -> ControlPlane | None:
    try:
        return _control(target, token_file)
    except SlotuiError:
        if target or token_file:
            raise
        return None


def _close_orphans(reading: Reading, control: ControlPlane | None, runner: asyncio.Runner) -> tuple[Entry, ...]:
    """Close what dead controllers left, measured if there is a source; every entry of the ledger."""
    from chaos.orphans import close_orphans
    from slotui.cli.options import ledger_path
    from slotui.ledger.store import Ledger

    ledger = Ledger(ledger_path(reading))
    if ledger.open_entries():
        try:
            source = connect(reading).source
        except SlotuiError:
            source = None
        try:
            runner.run(close_orphans(ledger, control, source, lambda sentence: click.echo(sentence, err=True)))
        finally:
            if source is not None:
                runner.run(source.close())
    return ledger.entries()


def main() -> None:
    """Entry point of the console script."""
    sys.exit(run(group, "chaos"))


if __name__ == "__main__":
    main()
