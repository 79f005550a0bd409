"""How a child process of the lab tells its owner where it listens: one line of JSON, the first on its stdout."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import click

from slotui import listening
from slotui.errors import LabError


def bind(host: str, port: int, flag: str = "--port") -> socket.socket:
    """A port of a part of the lab. Raises LabError, naming the flag to change, when it is taken or forbidden."""
    fix = f"choose another port with `{flag} N`, or any free one with `{flag} 0`"
    return listening.bind(host, port, fix, LabError)


def announce(url: str) -> None:
    """Say where this process listens."""
    click.echo(json.dumps({"listening": url}))


def heard(log: Path) -> str | None:
    """The URL that the process behind this log has announced, or None so far."""
    try:
        with log.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith('{"listening"') and line.endswith("\n"):
                    return str(json.loads(line)["listening"])
    except FileNotFoundError:
        return None
    return None
