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


class _Share(click.ParamType[float]):
    """A share of the budget: 5%, or 0.05."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            self.fail(f"{text!r} is not a share of the budget: write it as 5% or 0.05", param, ctx)
        return share


_DURATION = _Duration()
_SHARE = _Share()
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


def _fault_options(command: Command) -> Command:
    """Add what is to be done, to which requests, for how long, and within which guards: one set to plan and spend."""
    for option in reversed(_FAULT_OPTIONS):
        command = option(command)
    return command


_FAULT_OPTIONS = (
    click.option("--error-rate", type=_RATE, help="fail this share of the requests"),
    click.option("--status", type=click.IntRange(400, 599), help="with which HTTP status  [default: 500]"),
    click.option("--latency", type=_DURATION, help="delay requests by this: 300ms, 2s"),
    click.option("--jitter", type=_DURATION, help="spread of the delay, as its distribution means it"),
    click.option("--distribution", type=click.Choice(["fixed", "uniform", "normal", "pareto"]),
                 help="of the delay  [default: uniform, to each side]"),
    click.option("--latency-rate", type=_RATE, help="delay this share of the requests  [default: 1]"),
    click.option("--fault", metavar="KIND", help="for --error-rate: hang, reset, bad_payload[:empty], dependency:CAUSE;"
                 " for --latency: slow_body; alone: stale"),
    click.option("--ramp", type=click.FloatRange(0, 1), metavar="FROM",
                 help="begin at this rate, and be at the asked one when the time is up"),
    click.option("--for", "seconds", type=_DURATION, required=True, help="how long: 90s, 10m, 1h30m"),
    click.option("--route", metavar="GLOB", help="requests to these paths  [default: those that the SLOs count]"),
    click.option("--method", metavar="METHOD", help="requests of this method  [default: as for --route]"),
    # Not --header: that is one for Prometheus, here as in every command that reads.
    click.option("--request-header", metavar="NAME[: GLOB]", help="requests with this header"),
    click.option("--tier", help="requests of customers of this tier"),
    click.option("--mode", type=click.Choice(["random", "exact"]), default="random", show_default=True,
                 help="each request by chance, or spread evenly to the request"),
    click.option("--seed", type=int, help="repeat the same choice of requests"),
    click.option("--max-spend", type=_SHARE, help="stop when this share of the budget is spent: 5%, 0.05"),
    click.option("--floor", type=_SHARE, help="stop when less than this share of the budget is left"),
    click.option("--target-name", metavar="NAME", help="the service's name again, where it is no lab"),
    click.option("--override", metavar="REASON", default="", help="spend in spite of the guards; the ledger says why"),
    click.option("--reason", default="", help="why; it is written to the ledger"),
)  # fmt: skip


@group.command()
@_fault_options
@_target_options
@source_options
@output_option
def plan(reading: Reading, target: str | None, token_file: Path | None, output: str, **asked: Any) -> None:
    """Say what a fault will cost, which alerts fire, and which policy tier it leaves."""
    _show(reading, _order(asked, as_json=output == "json"), target, token_file)


@group.command()
@_fault_options
@click.option("--dry-run", is_flag=True, help="show the plan and stop, as `chaos plan` does")
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

    order = _order(asked, yes=yes, as_json=output == "json")
    if dry_run:
        return _show(reading, order, target, token_file)
    with asyncio.Runner() as runner, _control(target, token_file) as control:
        opened = connect(reading)
        try:
            Experiment(order, opened, control, runner).carry_out(control)
        finally:
            runner.run(opened.source.close())


def _show(reading: Reading, order: Order, target: str | None, token_file: Path | None) -> None:
    """Print the plan: for the service that is named or running, or for none."""
    import asyncio
    from contextlib import ExitStack

    from chaos.inject import Experiment
    from slotui.state import running_lab

    with asyncio.Runner() as runner, ExitStack() as stack:
        aimed = target is not None or running_lab() is not None
        control = stack.enter_context(_control(target, token_file, lenient=True)) if aimed else None
        opened = connect(reading)
        try:
            Experiment(order, opened, control, runner).show()
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


def _order(asked: dict[str, Any], *, as_json: bool, yes: bool = False) -> Order:
    from chaos.asked import fault_fields
    from chaos.inject import Order
    from chaos.tripwire import Limits

    return Order(
        faults=fault_fields(asked),
        seconds=asked["seconds"],
        route=asked["route"],
        method=asked["method"].upper() if asked["method"] else None,
        reason=asked["reason"],
        yes=yes,
        as_json=as_json,
        limits=Limits(asked["max_spend"], asked["floor"]),
        override=asked["override"].strip(),
        target_name=asked["target_name"],
    )


def _control(target: str | None, token_file: Path | None, *, lenient: bool = False) -> ControlPlane:
    """The line to the service: as named, else the running lab's. `lenient`: a plan needs no token."""
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
