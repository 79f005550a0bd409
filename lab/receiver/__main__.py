"""`python -m lab.receiver --ledger FILE`: take webhooks until SIGTERM."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click
import uvicorn

from lab.announce import announce, bind
from lab.receiver.app import build_app
from slotui.cli.lazy import run
from slotui.errors import StoreError
from slotui.ledger.store import Ledger
from slotui.listening import url_of


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--ledger", required=True, type=click.Path(path_type=Path), help="where alert times are written down")
@click.option("--host", default="127.0.0.1", show_default=True, help="address to listen on")
@click.option("--port", default=9099, show_default=True, help="port to listen on; 0 takes any free one")
def receive(ledger: Path, host: str, port: int) -> None:
    """Alertmanager's webhooks, on /alerts, into the ledger."""
    _writable(ledger)
    bound = bind(host, port)
    app = build_app(Ledger(ledger), lambda line: click.echo(f"lab.receiver: {line}", err=True))
    # uvicorn stops gracefully, then raises the signal again; by then this process is done, and that is no failure.
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, lambda *_: None)
    bound.listen(128)
    announce(url_of(bound))
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2, lifespan="off")
    uvicorn.Server(config).run(sockets=[bound])


def _writable(ledger: Path) -> None:
    """Raise `StoreError` now, and not when the first alert comes: nobody looks at a log before that."""
    try:
        ledger.open("ab").close()
    except OSError as error:
        raise StoreError(
            f"{ledger}: {error.strerror}", fix="name a file in a folder that this user may write to"
        ) from error


if __name__ == "__main__":
    sys.exit(run(receive, "lab.receiver"))
