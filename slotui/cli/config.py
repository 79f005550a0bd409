"""`slotui config`: what is set, and by whom."""

from __future__ import annotations

import json
from pathlib import Path

import click

from slotui.cli.examples import examples
from slotui.cli.options import output_option
from slotui.config.settings import config_file, settings
from slotui.errors import StoreError, UsageError
from slotui.state import running_lab


@click.group(invoke_without_command=True, epilog=examples("slotui config", "slotui config --output json | jq ."))
@output_option
@click.pass_context
def config(context: click.Context, output: str) -> None:
    """Show every key of the config file, its value, and where that comes from.

    An option comes before an environment variable, that before the file, the file before the default. Where a lab is
    up on this machine and the command line names no other place, the lab is meant. Exits 2 where the file has problems.
    """
    if context.invoked_subcommand is not None:
        return
    from slotui.config.listing import rows, to_json

    file, found = config_file(), settings()
    if output == "json":
        click.echo(json.dumps(to_json(found, file), indent=1))
        return
    click.echo("\n".join(rows(found)))
    if running_lab() is not None:
        click.echo("a lab is up: commands that name no other place mean it, its SLOs, policy and ledger", err=True)
    if not file.is_file():
        click.echo(f"no config file yet: `slotui config init` writes {file}", err=True)


@config.command(epilog=examples("slotui config path"))
def path() -> None:
    """Print where the config file is, or would be."""
    click.echo(config_file())


@config.command(epilog=examples("slotui config init", "slotui config init --force"))
@click.option("--force", is_flag=True, help="write over the one that is there")
def init(force: bool) -> None:
    """Write a config file with every key in it, commented out."""
    from slotui.config.listing import commented

    file = config_file()
    if file.exists() and not force:
        raise UsageError(f"{file} is there already", fix="edit it, or write a new one with --force")
    _write(file, commented())
    click.echo(f"wrote {file}", err=True)


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{file}: {error.strerror}", fix="name another place in SLOTUI_CONFIG") from error
