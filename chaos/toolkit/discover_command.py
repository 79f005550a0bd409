"""`chaos discover slotui`, as a plug-in in the place of theirs, which could not find the driver by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from chaostoolkit import encoder
from chaostoolkit.commands.discover import discover as theirs

from chaos.toolkit.discovery import PACKAGE, found


@click.command(params=list(theirs.params), help=theirs.help)
@click.pass_context
def discover(ctx: click.Context, /, **asked: Any) -> None:
    """Theirs imports the one top-level module of a distribution, and this one has three."""
    if asked["package"] != PACKAGE:
        ctx.forward(theirs)
        return
    file = Path(asked["discovery_path"])
    file.write_text(json.dumps(found(discover_system=not asked["no_system_info"]), indent=2, default=encoder))
    click.echo(f"written to {file}", err=True)
