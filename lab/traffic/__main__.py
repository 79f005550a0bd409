"""`python -m lab.traffic --target URL`: buyers until SIGTERM, then a summary as one line of JSON."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import signal
import socket
import sys
from urllib.parse import urlsplit

import click
from aiohttp import web
from prometheus_client import disable_created_metrics, generate_latest

from lab.announce import announce, bind
from lab.shape import DEFAULT_RPS, PROFILES, Profile, rate_of
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


_EPILOG = """
\b
Profiles:
  steady  --rps at every hour
  day     --rps is the week's mean: quiet nights, busy afternoons (UTC),
          weekends below workdays
  sale    --rps is the calm: after two minutes it rises to six times that
          within one, stays for seven with ripples, and fades; every 25
          minutes, from the start of the run
  low     as day, of a shop that hardly anybody visits
"""


@click.command(context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EPILOG)
@click.option("--target", required=True, metavar="URL", help="the shop, such as http://127.0.0.1:8085")
@click.option("--rps", type=click.FloatRange(0, min_open=True),
              help="buyers a second, as the profile means it  [default: 50; low: 0.1]")  # fmt: skip
@click.option("--profile", type=click.Choice(PROFILES), default="steady", show_default=True,
              help="the shape of the traffic, see below")  # fmt: skip
@click.option("--spacing", type=click.Choice(["poisson", "paced"]), default="poisson", show_default=True,
              help="random or even gaps")  # fmt: skip
@click.option("--for", "duration", metavar="DURATION", help="stop by itself, such as after 10m")
@click.option("--seed", type=int, help="repeat the same timetable, tiers and carts")
@click.option(
    "--impatient",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="share of the buyers who send the same order again, 1 to 3 s later: requests on top of --rps",
)
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=5.0, show_default=True,
              help="seconds after which an answer counts as missing")  # fmt: skip
@click.option("--max-in-flight", type=click.IntRange(1), default=2000, show_default=True,
              help="unanswered requests beyond which new ones are dropped, and counted")  # fmt: skip
@click.option("--port", default=0, show_default=True, help="where to serve /metrics; 0 takes any free port")
@click.option("--host", default="127.0.0.1", show_default=True, help="address to serve /metrics on")
@click.option("--allow-remote", is_flag=True, help="let the target be another machine")
def traffic(
    target: str,
    rps: float | None,
    profile: Profile,
    spacing: Spacing,
    duration: str | None,
    seed: int | None,
    impatient: float,
    timeout: float,
    max_in_flight: int,
    port: int,
    host: str,
    allow_remote: bool,
) -> None:
    """Buyers for Carta: an open loop on an absolute timetable, until SIGTERM or Ctrl-C.

    One probe comes with every hundred buyers, marked X-Synthetic. At the end a summary as one line of JSON.
    """
    if not allow_remote:
        refuse_remote(target)
    limits = Limits(timeout, max_in_flight, parse(duration) if duration else None)
    disable_created_metrics()  # type: ignore[no-untyped-call]  # the client left it without types
    carts, started = cart_pool(seed), now()
    rate = rate_of(profile, rps or DEFAULT_RPS[profile], started)
    bound = bind(host, port)
    timetable = arrivals(rate, started, spacing=spacing, seed=seed, impatient=impatient)
    metrics = TrafficMetrics()
    generator = Generator(target, timetable, carts, rate=rate, limits=limits, metrics=metrics)
    tally = asyncio.run(_run(generator, metrics, bound))
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


async def _run(generator: Generator, metrics: TrafficMetrics, bound: socket.socket) -> Tally:
    async def exposition(_request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": "text/plain"})

    page = web.Application()
    page.router.add_get("/metrics", exposition)
    runner = web.AppRunner(page, access_log=None)
    await runner.setup()
    await web.SockSite(runner, bound).start()
    try:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, generator.stop)
        announce(url_of(bound))
        return await generator.run()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    sys.exit(run(traffic, "lab.traffic"))
