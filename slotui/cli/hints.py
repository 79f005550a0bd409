"""What a shell may offer after `tab`: names that are known here. It costs little, prints nothing, never fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from slotui.errors import SlotuiError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def slo_names(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The SLOs of the files that the line names so far, else of those that the command would read."""
    from dataclasses import replace

    from slotui.cli.options import NOTHING_NAMED, slo_paths
    from slotui.spec.load import load_slos

    try:
        slos = load_slos(slo_paths(replace(NOTHING_NAMED, slos=tuple(ctx.params.get("slos") or ()))))
    except (SlotuiError, OSError):
        return []
    return [slo.name for slo in slos if slo.name.startswith(incomplete)]


def entry_ids(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of the ledger, the newest first, each with what it is."""
    from dataclasses import replace

    from click.shell_completion import CompletionItem

    from slotui.cli.options import NOTHING_NAMED, ledger_path
    from slotui.ledger.store import Ledger

    try:
        path = ledger_path(replace(NOTHING_NAMED, ledger=ctx.params.get("path") or ctx.params.get("ledger")))
        entries = Ledger(path).entries() if path.exists() else ()
    except (SlotuiError, OSError):
        return []
    return [
        CompletionItem(entry.id, help=f"{entry.kind} {' '.join((entry.fault or entry.reason).split())}"[:60])
        for entry in reversed(entries)
        if entry.id.startswith(incomplete)
    ]


def theme_names(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Our own two themes, then Textual's."""
    from slotui.tui.themes import known_themes

    return [name for name in known_themes() if name.startswith(incomplete)]
