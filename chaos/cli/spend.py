"""`chaos plan` and `chaos inject`: what a fault will cost, and spending it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chaos.cli import options
from chaos.cli.options import control_plane, fault_options, grafana_options, order_of, target_options
from slotui.cli.examples import examples
from slotui.cli.options import Reading, output_option, source_options

if TYPE_CHECKING:
    from chaos.spend.client import ControlPlane
    from chaos.spend.grafana import Grafana
    from chaos.spend.order import Order


@click.command(
    epilog=examples(
        "chaos plan --error-rate 0.05 --for 10m",
        "chaos plan --latency 300ms --latency-rate 0.5 --for 10m --output json",
    ),
)
@fault_options
@target_options
@source_options
@output_option
def plan(reading: Reading, target: str | None, token_file: Path | None, output: str, **asked: Any) -> None:
    """Say what a fault will cost, which alerts fire, and which policy tier it leaves."""
    _show(reading, order_of(asked, token_file, as_json=output == "json"), target, token_file)


class _Repeatable(click.Command):
    """Remembers how it was called, word for word."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["chaos.words"] = list(args)
        return super().parse_args(ctx, args)


@click.command(
    cls=_Repeatable,
    epilog=examples(
        "chaos inject --error-rate 0.05 --for 2m --reason 'does the page fire?'",
        "chaos inject --error-rate 0.02 --fault dependency:payment --for 10m",
        "chaos inject --latency 300ms --latency-rate 0.5 --for 10m --max-spend 1% --yes",
        exits="0 done, 2 usage, 3 refused, 4 stopped by a guard, 5 stopped by a person, 6 no request met "
        "the fault, 7 metrics stale or unreachable, 8 the cost fell outside the predicted interval",
    ),
)
@fault_options
@click.option("--dry-run", is_flag=True, help="show the plan and stop, as `chaos plan` does")
@click.option("--yes", is_flag=True, help="do not ask")
@click.option("--detach", is_flag=True, help="go on in the background, also when this terminal closes")
@grafana_options
@click.option("--entry", metavar="ID", hidden=True, help="the ledger's id for it, chosen by whoever detached it")
@target_options
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
    detach: bool,
    grafana: Grafana | None,
    **asked: Any,
) -> None:
    """Fail or delay requests for a time, inside a lease that ends by itself."""
    import asyncio

    from chaos.spend.experiment import Experiment
    from slotui.state import token_of

    order = order_of(asked, token_file or token_of(target), yes=yes, as_json=output == "json")
    if dry_run:
        _show(reading, order, target, token_file)
        return
    with asyncio.Runner() as runner, control_plane(target, token_file) as control:
        opened = options.connect(reading)
        experiment = Experiment(order, opened, control, runner, grafana)
        try:
            if detach:
                experiment.agree(control)
            else:
                experiment.carry_out(control)
        finally:
            runner.run(opened.source.close())
        if detach:
            _detach(control, output)


def _detach(control: ControlPlane, output: str) -> None:
    """Let the agreed spend go on without this process."""
    import json
    import secrets

    from chaos.spend import detached

    words = [word for word in click.get_current_context().meta["chaos.words"] if word != "--detach"]
    on = detached.start(words, secrets.token_hex(4), control)
    if output == "json":
        click.echo(json.dumps({"schema": "slotui/detached/1", "entry": on.entry, "pid": on.pid, "log": str(on.log)}))
    else:
        click.echo(f"entry {on.entry} goes on in the background (pid {on.pid})")
        click.echo(f"  look: chaos status, {on.log}; end it: chaos halt; its account: chaos log")


def _show(reading: Reading, order: Order, target: str | None, token_file: Path | None) -> None:
    """Print the plan: for the service that is named or running, or for none."""
    import asyncio
    from contextlib import ExitStack

    from chaos.spend.experiment import Experiment
    from slotui.state import running_lab

    with asyncio.Runner() as runner, ExitStack() as stack:
        aimed = target is not None or running_lab() is not None
        control = stack.enter_context(control_plane(target, token_file, lenient=True)) if aimed else None
        opened = options.connect(reading)
        try:
            Experiment(order, opened, control, runner).show()
        finally:
            runner.run(opened.source.close())
