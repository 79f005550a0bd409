"""Taking a port, before anybody is told of it."""

from __future__ import annotations

import socket

from slotui.errors import SlotuiError


def bind(host: str, port: int, fix: str, error: type[SlotuiError] = SlotuiError) -> socket.socket:
    """A bound socket; port 0 takes any free one. Raises `error`, with the fix, for a taken or forbidden port."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    # A port in TIME_WAIT from the last run is free; one with a listener is not, with this option either.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as reason:
        bound.close()
        raise error(f"cannot listen on {host}:{port}: {reason.strerror}", fix=fix) from reason
    return bound
