"""`python -m lab.checkout`: serve the shop until SIGTERM."""

from __future__ import annotations

import logging
import os
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
from lab.checkout.ending import Ending, Server
from lab.checkout.log import LEVELS, RequestLog, start_logging, write
from lab.checkout.nature import Nature
from slotui.cli.lazy import run
from slotui.listening import reaches_beyond, url_of

_NATURE = Nature()
_FINISH_WITHIN = 2
"""Seconds that a request in flight has left, once the door is closed."""

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
@click.option("--drain", type=click.FloatRange(0), default=1.0, show_default=True,
              help="on SIGTERM, go on serving who still comes for so many seconds at most")  # fmt: skip
@click.option("--log-level", type=click.Choice(LEVELS), default="info", show_default=True,
              help="least level of the JSON lines on stderr: failed is error, refused or slow is warning")  # fmt: skip
@click.option("--access-log", is_flag=True, help="log every request, at level info")
def serve(
    host: str,
    port: int,
    seed: int | None,
    failure_rate: float,
    median: float,
    sigma: float,
    chaos_token: Path | None,
    drain: float,
    log_level: str,
    access_log: bool,
) -> None:
    """Carta's checkout service, with metrics on /metrics.

    Says where it listens in the first line of stdout; what happens to requests goes to stderr. On SIGTERM /readyz
    answers 503, buyers are served until none comes any more, what is in flight is finished, then it ends with status 0.
    """
    bound = bind(host, port)
    start_logging(log_level)
    # An address that other machines reach was asked for by name: then their controllers are meant, too.
    remote = reaches_beyond(bound)
    plane = Plane(load_or_create(chaos_token), service="checkout", remote=remote) if chaos_token else None
    if plane and remote:
        click.echo(f"lab.checkout: {_OPEN.format(host=host)}", err=True)
    ending, requests = Ending(), RequestLog(everything=access_log)
    app = build_app(
        Nature(failure_rate, median, sigma), seed=seed, plane=plane, ending=ending, witnesses=[requests]
    )  # fmt: skip
    config = uvicorn.Config(
        app,
        http=ResettableProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_FINISH_WITHIN,
        lifespan="on",
    )
    server = Server(config, ending, drain)
    # Before anybody is told that there is somebody to stop; uvicorn sets the same ones again, and raises the signal a
    # second time after its graceful stop. By then there is nothing left to stop, and that is no failure.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.handle_exit)
    # A connection that arrives from now on waits in the socket's queue until the server accepts it.
    bound.listen(1024)
    announce(url_of(bound))
    write(logging.INFO, "start", url=url_of(bound), pid=os.getpid())
    server.run(sockets=[bound])
    write(logging.INFO, "stop", checkouts=requests.requests, failed=requests.failed)


if __name__ == "__main__":
    sys.exit(run(serve, "lab.checkout"))
