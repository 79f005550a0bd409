"""Two programs that are both called `chaos`: ours hands Chaos Toolkit's verbs on, theirs has our commands as plug-ins.

Whichever was installed last, and so owns the console script, every command of both can be typed.
"""

from __future__ import annotations

import sys

import click

from chaos.cli import main
from slotui.cli.lazy import run
from slotui.errors import UsageError


class _Verbatim(click.Command):
    """A command whose words somebody else will parse, `--help` included."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.args = list(args)
        return ctx.args


class _Theirs(_Verbatim):
    """What Chaos Toolkit does with these words. It ends the process with its own exit code."""

    def invoke(self, ctx: click.Context) -> None:
        words = ctx.args if self.name is None else [self.name, *ctx.args]
        try:
            from chaostoolkit.cli import cli
        except ModuleNotFoundError as missing:
            if missing.name != "chaostoolkit":
                raise
            raise UsageError(
                f"{' '.join(words[:1])} is for Chaos Toolkit, which is not installed",
                fix=f"install it beside slotui: {sys.executable} -m pip install 'slotui[toolkit]'",
            ) from None
        cli.main(args=words, prog_name="chaos")


class _Ours(_Verbatim):
    """A command of ours under their group, with our sentences and exit codes."""

    def invoke(self, ctx: click.Context) -> None:
        ctx.exit(run(main.group, "chaos", [self.name or "", *ctx.args]))


def theirs(verb: str | None) -> click.Command:
    """Chaos Toolkit's command of that name; None for its whole command line, options first."""
    return _Theirs(verb, help="A command of Chaos Toolkit.")


def __getattr__(name: str) -> click.Command:
    """What the entry points name: each of our commands, as a plug-in of theirs."""
    if name not in main.COMMANDS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _Ours(name, short_help=main.COMMANDS[name][1])
