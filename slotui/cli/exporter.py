"""`slotui exporter`: the budgets of a folder of SLOs, for Prometheus and for programs."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import click

from slotui.cli.examples import examples
from slotui.cli.options import Reading, open_source, source_options
from slotui.cli.watch import feed_of
from slotui.duration import parse
from slotui.listening import bind, parse_address, reaches_beyond, url_of

_ANOTHER_PORT = "choose another port with --listen HOST:PORT; port 0 takes any free one"

if TYPE_CHECKING:
    import uvicorn

    from slotui.exporter import Exporter
    from slotui.watch import Feed

_QUEUE = 1024
"""Connections that wait while the server is busy."""
_GRACE = 2
"""Seconds that open requests get at the end."""


@click.command(epilog=examples("slotui exporter", "slotui exporter --listen 127.0.0.1:9876 --slos slos --every 30s"))
@click.option("--listen", metavar="HOST:PORT", default="127.0.0.1:9876", show_default=True,
              help="where to serve; port 0 takes any free one")  # fmt: skip
@click.option("--every", metavar="DURATION", help="time between two looks at the source  [default: the source's own]")
@source_options
def exporter(reading: Reading, listen: str, every: str | None) -> int:
    """Serve every budget as /metrics and as a read-only JSON API, until it is stopped.

    \b
    /metrics            slo_target, slo_success_ratio, slo_burn_rate, slo_breached,
                        slo_error_budget_remaining
    /api/v1/board       the board, as `slotui status --output json` prints it
    /api/v1/slos/NAME   one SLO of it
    /-/healthy          200 while the process serves
    /-/ready            200 from the first numbers on
    """
    import uvicorn

    from slotui.exporter import Exporter

    host, port = parse_address(listen)
    with closing(bind(host, port, _ANOTHER_PORT)) as bound:
        opened = open_source(reading, every=parse(every) if every else None)
        served = Exporter(opened.source.stale_after)
        config = uvicorn.Config(
            served.app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=_GRACE
        )
        server = uvicorn.Server(config)
        for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn's own come later, and hand on to these
            signal.signal(number, server.handle_exit)
        bound.listen(_QUEUE)
        _announce(bound)
        asyncio.run(_serve(server, bound, feed_of(opened), served))
    return 0


async def _serve(server: uvicorn.Server, bound: socket.socket, feed: Feed, served: Exporter) -> None:
    """Only this feed reads the source, at its own pace; requests see what it has read last."""

    async def follow() -> None:
        async for board in feed.boards():
            served.show(board)

    following = asyncio.create_task(follow())
    following.add_done_callback(lambda _: server.handle_exit(signal.SIGTERM, None))
    try:
        await server.serve(sockets=[bound])
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        await feed.source.close()


def _announce(bound: socket.socket) -> None:
    click.echo(f"slotui exporter on {url_of(bound)}/metrics", err=True)
    if reaches_beyond(bound):
        click.echo("  whoever reaches this address can read the budgets: there is no login", err=True)
