"""`chaos plan` and `chaos inject`: what a fault will cost, and spending it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chaos.cli import options
from chaos.cli.options import control_plane, fault_options, order_of, target_options
from slotui.cli.options import Reading, output_option, source_options

if TYPE_CHECKING:
    from chaos.spend.experiment import Order


@click.command()
@fault_options
@target_options
@source_options
@output_option
def plan(reading: Reading, target: str | None, token_file: Path | None, output: str, **asked: Any) -> None:
    """Say what a fault will cost, which alerts fire, and which policy tier it leaves."""
    _show(reading, order_of(asked, as_json=output == "json"), target, token_file)


@click.command()
@fault_options
@click.option("--dry-run", is_flag=True, help="show the plan and stop, as `chaos plan` does")
@click.option("--yes", is_flag=True, help="do not ask")
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
    **asked: Any,
) -> None:
    """Fail or delay requests for a time, inside a lease that ends by itself."""
    import asyncio

    from chaos.spend.experiment import Experiment

    order = order_of(asked, yes=yes, as_json=output == "json")
    if dry_run:
        return _show(reading, order, target, token_file)
    with asyncio.Runner() as runner, control_plane(target, token_file) as control:
        opened = options.connect(reading)
        try:
            Experiment(order, opened, control, runner).carry_out(control)
        finally:
            runner.run(opened.source.close())


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
