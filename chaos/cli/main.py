"""`chaos`: the commands, by name. Their code is imported when they are used."""

from __future__ import annotations

import sys

import click

from slotui import __version__
from slotui.cli.lazy import LazyGroup, run

COMMANDS = {
    "plan": ("chaos.cli.spend:plan", "what a fault will cost, which alerts fire, which policy tier it leaves"),
    "inject": ("chaos.cli.spend:inject", "fail or delay requests for a time, inside a lease that ends by itself"),
    "proxy": ("chaos.cli.proxy:proxy", "the faults in front of any HTTP service, for those that mount none"),
    "schedule": ("chaos.cli.schedule:schedule", "faults on a timetable: priced together, missed ones skipped"),
    "status": ("chaos.cli.leases:status", "what is on now"),
    "halt": ("chaos.cli.leases:halt", "end every fault now"),
    "log": ("chaos.cli.leases:log", "what was spent, the newest last"),
    "completion": ("slotui.cli.completion:chaos", "the script that completes these commands in bash, zsh or fish"),
}

TOOLKIT = ("run", "validate", "discover", "init", "info", "settings")
"""The verbs of Chaos Toolkit, whose console script has the same name."""


class _Group(LazyGroup):
    """Our commands; theirs are found, but are not ours to list."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # `chaos --log-format json run …`: options before the verb that we do not have are theirs.
        own = {option for parameter in self.get_params(ctx) for option in parameter.opts}
        if args and args[0].startswith("--") and args[0].partition("=")[0] not in own:
            args = [_WHOLE, *args]
        return super().parse_args(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in (*TOOLKIT, _WHOLE):
            from chaos.cli.toolkit import theirs

            return theirs(None if cmd_name == _WHOLE else cmd_name)
        return super().get_command(ctx, cmd_name)


_WHOLE = "chaostoolkit"


@click.group(
    cls=_Group,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=f"{', '.join(TOOLKIT)}: handed on to Chaos Toolkit.",
)
@click.version_option(__version__, prog_name="chaos")
def group() -> None:
    """Spend an error budget on purpose: priced before, ended by itself, accounted for after."""


def main() -> None:
    """Entry point of the console script."""
    sys.exit(run(group, "chaos"))


if __name__ == "__main__":
    main()
