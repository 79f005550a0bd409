"""Moments that a person names: an instant to look at, a mark to count from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from slotui.errors import UsageError

Command = Callable[..., Any]


def at_option(command: Command) -> Command:
    """Add `--at TIME`."""
    return click.option("--at", metavar="TIME", help="as of a past instant: 2024-04-29T12:00:00Z")(command)


def since_option(command: Command) -> Command:
    """Add `--since TIME|ENTRY`."""
    text = "also what was spent since then: a time, or the ledger's id of an incident"
    return click.option("--since", metavar="TIME|ENTRY", help=text)(command)


def moment_of(at: str | None) -> float | None:
    """UTC seconds of `--at`; None for now."""
    from slotui.clock import parse_time

    return parse_time(at) if at is not None else None


def mark_of(since: str | None, at: float | None, ledger: Path) -> float | None:
    """UTC seconds of `--since`: the time, or when that entry of the ledger began. Raises `UsageError`."""
    from slotui.clock import now, parse_time, to_iso
    from slotui.ledger.store import Ledger

    if since is None:
        return None
    entry = next((entry for entry in Ledger(ledger).entries() if entry.id == since), None)
    if entry is not None:
        mark = entry.started
    else:
        try:
            mark = parse_time(since)
        except UsageError as error:
            raise UsageError(
                f"{since!r} is neither a time nor an entry of {ledger}",
                fix="write it as 2024-04-29T12:00:00Z, or as the ledger's id of an incident",
            ) from error
    if mark >= (end := now() if at is None else at):
        raise UsageError(f"--since {since}: nothing can be counted since then", fix=f"name a time before {to_iso(end)}")
    return mark
