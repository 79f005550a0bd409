"""`python -m lab.checkout`: serve the shop until SIGTERM."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click
import uvicorn

from chaos.middleware import Plane
from chaos.plane.reset import ResettableProtocol
from chaos.plane.token import load_or_create
from lab.announce import announce, bind
from lab.checkout.app import build_app
from lab.checkout.nature import Nature
from slotui.cli.lazy import run
from slotui.listening import reaches_beyond, url_of

_NATURE = Nature()
_OPEN = "other machines can reach the chaos control plane on {host}; its token travels unencrypted"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--host", default="127.0.0.1", show_default=True, help="address to listen on")
@click.option("--port", default=8085, show_default=True, help="port to listen on; 0 takes any free one")
@click.option("--seed", type=int, help="repeat the same fates")
@click.option("--failure-rate", type=click.FloatRange(0, 1), default=_NATURE.failure_rate, show_default=True,
              help="share of checkouts that fail by nature; 0 for none")  # fmt: skip
@click.option("--latency", "median", type=click.FloatRange(0, min_open=True), default=_NATURE.median,
              show_default=True, help="median of a checkout, in seconds")  # fmt: skip
@click.option("--latency-sigma", "sigma", type=click.FloatRange(0), default=_NATURE.sigma, show_default=True,
              help="spread of the lognormal latency; 0 for none")  # fmt: skip
@click.option("--chaos-token", type=click.Path(path_type=Path), metavar="FILE",
              help="mount the chaos control plane under /chaos, for bearers of the token in FILE")  # fmt: skip
def serve(
    host: str, port: int, seed: int | None, failure_rate: float, median: float, sigma: float, chaos_token: Path | None
) -> None:
    """Carta's checkout service, with metrics on /metrics."""
    bound = bind(host, port)
    # An address that other machines reach was asked for by name: then their controllers are meant, too.
    remote = reaches_beyond(bound)
    plane = Plane(load_or_create(chaos_token), service="checkout", remote=remote) if chaos_token else None
    if plane and remote:
        click.echo(f"lab.checkout: {_OPEN.format(host=host)}", err=True)
    app = build_app(Nature(failure_rate, median, sigma), seed=seed, plane=plane)
    config = uvicorn.Config(
        app,
        http=ResettableProtocol,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        lifespan="on",
    )
    # uvicorn stops gracefully, then raises the signal again; by then this process is done, and that is no failure.
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, lambda *_: None)
    # A connection that arrives from now on waits in the socket's queue until the server accepts it.
    bound.listen(1024)
    announce(url_of(bound))
    uvicorn.Server(config).run(sockets=[bound])


if __name__ == "__main__":
    sys.exit(run(serve, "lab.checkout"))
