"""Taking a port, before anybody is told of it."""

from __future__ import annotations

import re
import socket
from ipaddress import ip_address

from slotui.errors import SlotuiError, UsageError

_ADDRESS = re.compile(r"(?:\[(?P<six>[^\]]+)\]|(?P<host>[^:]+)):(?P<port>\d{1,5})")


def parse_address(text: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`. Raises UsageError.

    >>> parse_address("127.0.0.1:9876"), parse_address("[::1]:0")
    (('127.0.0.1', 9876), ('::1', 0))
    """
    found = _ADDRESS.fullmatch(text)
    if found is None or int(found["port"]) > 65535:
        raise UsageError(
            f"{text!r} is not an address to listen on", fix="write HOST:PORT: 127.0.0.1:9876, [::1]:9876, 0.0.0.0:9876"
        )
    return found["six"] or found["host"], int(found["port"])


def bind(host: str, port: int, fix: str, error: type[SlotuiError] = SlotuiError) -> socket.socket:
    """A bound socket; port 0 takes any free one. Raises `error`, with the fix, for a taken or forbidden port."""
    # Named as TCP: asyncio turns Nagle's algorithm off only for sockets that say so, and with it on, an answer whose
    # body follows its head in a second packet comes 40 ms late.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # A port in TIME_WAIT from the last run is free; one with a listener is not, with this option either.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as reason:
        bound.close()
        raise error(f"cannot listen on {host}:{port}: {reason.strerror}", fix=fix) from reason
    return bound


def url_of(bound: socket.socket) -> str:
    """The address of a bound socket as a URL."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def reaches_beyond(bound: socket.socket) -> bool:
    """Whether other machines can reach a bound socket."""
    return not ip_address(bound.getsockname()[0]).is_loopback
