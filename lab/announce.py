"""How a child process of the lab tells its owner where it listens: one line of JSON, the first on its stdout."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import click

from slotui.errors import LabError


def bind(host: str, port: int, flag: str = "--port") -> socket.socket:
    """A listening socket's beginnings: bound, so that the port is ours before anybody is told of it.

    Raises LabError, naming the flag to change, when the port is taken or forbidden.
    """
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    # A port in TIME_WAIT from the last run is free; one with a listener is not, with this option either.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise LabError(
            f"cannot listen on {host}:{port}: {error.strerror}",
            fix=f"choose another port with `{flag} N`, or any free one with `{flag} 0`",
        ) from error
    return bound


def url_of(bound: socket.socket) -> str:
    """The address of a bound socket as a URL."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


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
