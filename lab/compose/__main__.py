"""`python -m lab.compose`: what must be there before the lab's containers start; then it ends.

The past, in the volume that Prometheus reads afterwards, and the folder that host and containers share.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from lab.compose.folder import Ports, open_folder
from lab.past import continue_or_make
from lab.shape import demand
from lab.supervisor import SLOS
from slotui.cli.lazy import run
from slotui.clock import now
from slotui.duration import parse
from slotui.spec.load import load_slos

_PATH = click.Path(path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--run", "folder", required=True, type=_PATH, help="the folder that is shared with the host")
@click.option("--data", required=True, type=_PATH, help="the data folder of Prometheus, made when it is missing")
@click.option("--history", default="30d", show_default=True, metavar="DURATION", help="past of a new lab")
@click.option("--rps", type=click.FloatRange(0, min_open=True, max=2000), default=50.0, show_default=True,
              help="buyers a second, as the mean of a week")  # fmt: skip
@click.option("--seed", default=0, show_default=True, help="another seed, another past")
@click.option("--checkout-port", default=8085, show_default=True, help="where the host reaches the shop")
@click.option("--prometheus-port", default=9095, show_default=True, help="where the host reaches Prometheus")
def prepare(
    folder: Path, data: Path, history: str, rps: float, seed: int, checkout_port: int, prometheus_port: int
) -> None:
    """Make the past of a lab in containers, and tell the host where it will be."""
    at = now()
    open_folder(folder, Ports(checkout_port, prometheus_port), at)
    continue_or_make(
        data, load_slos([SLOS]), now=at, length=parse(history), rps=rps * demand(at), seed=seed, fresh=False,
        say=_say, ledger=folder / "ledger.sqlite",
    )  # fmt: skip
    _say("ready: the past is there, and so is the folder that the host looks into")


def _say(line: str) -> None:
    click.echo(f"lab.compose: {line}", err=True)


if __name__ == "__main__":
    sys.exit(run(prepare, "lab.compose"))
