"""`python -m lab.traffic --target URL`: buyers until SIGTERM, then a summary as one line of JSON."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import signal
import socket
import sys
from typing import Literal
from urllib.parse import urlsplit

import click
from aiohttp import web
from prometheus_client import disable_created_metrics, generate_latest

from lab.announce import announce, bind
from lab.shape import Rate, day_curve, steady
from lab.traffic.carts import cart_pool
from lab.traffic.generator import Generator, Limits
from lab.traffic.tally import Tally, TrafficMetrics
from lab.traffic.timetable import Spacing, arrivals
from slotui.cli.lazy import run
from slotui.clock import now
from slotui.duration import parse
from slotui.errors import UsageError
from slotui.listening import url_of

LEAST_ACHIEVED = 0.99
"""Share of the planned requests below which the run says that it was not what it claims."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--target", required=True, metavar="URL", help="the shop, such as http://127.0.0.1:8085")
@click.option("--rps", type=click.FloatRange(0, min_open=True), default=50.0, show_default=True,
              help="buyers a second; with --profile day, the day's mean")  # fmt: skip
@click.option("--profile", type=click.Choice(["steady", "day"]), default="steady", show_default=True,
              help="the same rate always, or a day curve in UTC")  # fmt: skip
@click.option("--spacing", type=click.Choice(["poisson", "paced"]), default="poisson", show_default=True,
              help="random or even gaps")  # fmt: skip
@click.option("--for", "duration", metavar="DURATION", help="stop by itself, such as after 10m")
@click.option("--seed", type=int, help="repeat the same timetable and carts")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=5.0, show_default=True,
              help="seconds after which an answer counts as missing")  # fmt: skip
@click.option("--max-in-flight", type=click.IntRange(1), default=2000, show_default=True,
              help="unanswered requests beyond which new ones are dropped, and counted")  # fmt: skip
@click.option("--port", default=0, show_default=True, help="where to serve /metrics; 0 takes any free port")
@click.option("--host", default="127.0.0.1", show_default=True, help="address to serve /metrics on")
@click.option("--allow-remote", is_flag=True, help="let the target be another machine")
def traffic(
    target: str,
    rps: float,
    profile: Literal["steady", "day"],
    spacing: Spacing,
    duration: str | None,
    seed: int | None,
    timeout: float,
    max_in_flight: int,
    port: int,
    host: str,
    allow_remote: bool,
) -> None:
    """Buyers for Carta: an open loop on an absolute timetable."""
    if not allow_remote:
        refuse_remote(target)
    limits = Limits(timeout, max_in_flight, parse(duration) if duration else None)
    rate = day_curve(rps) if profile == "day" else steady(rps)
    bound = bind(host, port)
    tally = asyncio.run(_run(target, rate, spacing, seed, limits, bound))
    click.echo(json.dumps(tally.summary()))
    if tally.achieved is not None and tally.achieved < LEAST_ACHIEVED:
        click.echo(f"traffic: only {tally.achieved:.1%} of the planned requests were sent", err=True)


def refuse_remote(target: str) -> None:
    """Raise `UsageError` unless every address of the target is this machine's loopback."""
    host = urlsplit(target).hostname
    if host is None:
        raise UsageError(f"{target!r} is not a URL", fix="write it as http://127.0.0.1:8085")
    try:
        addresses = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except OSError as error:
        raise UsageError(f"{host}: {error.strerror}", fix="check the name in --target") from error
    if not all(ipaddress.ip_address(address).is_loopback for address in addresses):
        raise UsageError(
            f"{host} is not this machine",
            fix="aim at 127.0.0.1, or say --allow-remote if that machine is yours to load",
        )


async def _run(
    target: str, rate: Rate, spacing: Spacing, seed: int | None, limits: Limits, bound: socket.socket
) -> Tally:
    disable_created_metrics()  # type: ignore[no-untyped-call]  # the client left it without types
    metrics = TrafficMetrics()

    async def exposition(_request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": "text/plain"})

    page = web.Application()
    page.router.add_get("/metrics", exposition)
    runner = web.AppRunner(page, access_log=None)
    await runner.setup()
    await web.SockSite(runner, bound).start()
    try:
        timetable = arrivals(rate, now(), spacing=spacing, seed=seed)
        generator = Generator(target, timetable, cart_pool(seed), rate=rate, limits=limits, metrics=metrics)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, generator.stop)
        announce(url_of(bound))
        return await generator.run()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    sys.exit(run(traffic, "lab.traffic"))
