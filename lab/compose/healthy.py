"""`python -m lab.compose.healthy URL`: exit 0 if it answers 200, for a container's health check.

Without a proxy, whatever the environment says: the container asks itself.
"""

from __future__ import annotations

import http.client
import sys
from urllib.parse import urlsplit

import click

_PATIENCE = 2.0


def answers(url: str) -> bool:
    """Whether a GET of `url` is answered 200 within two seconds."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        click.echo("lab.compose.healthy: name one URL", err=True)
        sys.exit(2)
    sys.exit(0 if answers(sys.argv[1]) else 1)
