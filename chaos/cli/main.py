"""`chaos`: the commands, by name. Their code is imported when they are used."""

from __future__ import annotations

import sys

import click

from slotui import __version__
from slotui.cli.lazy import LazyGroup, run

_COMMANDS = {
    "plan": ("chaos.cli.spend:plan", "what a fault will cost, which alerts fire, which policy tier it leaves"),
    "inject": ("chaos.cli.spend:inject", "fail or delay requests for a time, inside a lease that ends by itself"),
    "status": ("chaos.cli.leases:status", "what is on now"),
    "halt": ("chaos.cli.leases:halt", "end every fault now"),
    "log": ("chaos.cli.leases:log", "what was spent, the newest last"),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="chaos")
def group() -> None:
    """Spend an error budget on purpose: priced before, ended by itself, accounted for after."""


def main() -> None:
    """Entry point of the console script."""
    sys.exit(run(group, "chaos"))


if __name__ == "__main__":
    main()
