"""`chaos proxy`: the faults in front of any HTTP service."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaos.cli.options import DURATION, RATE
from slotui.cli.examples import examples
from slotui.errors import UsageError
from slotui.listening import bind, parse_address, reaches_beyond, url_of

if TYPE_CHECKING:
    from chaos.proxy.forward import Upstream


@click.command(
    epilog=examples(
        "chaos proxy --upstream http://127.0.0.1:8080",
        "chaos proxy --upstream http://127.0.0.1:8080 --service orders --route 'POST /orders/*'",
    ),
)
@click.option("--upstream", "url", metavar="URL", required=True, help="the service: http://127.0.0.1:8080")
@click.option("--listen", metavar="HOST:PORT", default="127.0.0.1:8086", show_default=True,
              help="where clients connect; port 0 takes any free one")  # fmt: skip
@click.option("--control", metavar="HOST:PORT", default="127.0.0.1:8087", show_default=True,
              help="where /chaos and the proxy's own /metrics are")  # fmt: skip
@click.option("--service", metavar="NAME", help="its name, as the SLOs have it  [default: the upstream's address]")
@click.option("--environment", metavar="NAME",
              help="what to announce  [default: lab if all of it is on this machine, else unknown]")  # fmt: skip
@click.option("--route", "routes", metavar="'[METHOD ]GLOB'", multiple=True,
              help="paths with a `route` label of their own; the rest is `other`")  # fmt: skip
@click.option("--timeout", type=DURATION, default="60s", show_default=True,
              help="how long the service may take for the head of an answer")  # fmt: skip
@click.option("--preserve-host", is_flag=True, help="pass on the client's Host instead of the upstream's")
@click.option("--token-file", type=click.Path(path_type=Path), envvar="CHAOS_TOKEN_FILE", show_envvar=True,
              help="what opens the control plane; made when missing  [default: the lab's]")  # fmt: skip
@click.option("--max-rate", type=RATE, default=1.0, show_default=True, help="the highest rate that is granted")
@click.option("--max-ttl", type=DURATION, default="6h", show_default=True, help="the longest fault that is granted")
@click.option("--max-active", type=click.IntRange(1), default=4, show_default=True, help="faults at a time")
def proxy(
    url: str,
    listen: str,
    control: str,
    service: str | None,
    environment: str | None,
    routes: tuple[str, ...],
    timeout: float,
    preserve_host: bool,
    token_file: Path | None,
    max_rate: float,
    max_ttl: float,
    max_active: int,
) -> None:
    """Pass requests on to a service, and fail or delay them on purpose, until it is stopped."""
    import asyncio

    from chaos.plane.lease import Ceilings
    from chaos.plane.token import load_or_create
    from chaos.proxy.app import ChaosProxy, Identity
    from chaos.proxy.forward import Upstream
    from chaos.proxy.metrics import Route
    from chaos.proxy.serve import serve_until_signalled
    from slotui.state import token_file as lab_token

    upstream = Upstream.parse(url, timeout=timeout, preserve_host=preserve_host)
    named = tuple(map(Route.parse, routes))
    clients, controllers = parse_address(listen), parse_address(control)
    tokens = (token_file or lab_token()).absolute()
    with (
        closing(bind(*clients, "choose another port with --listen HOST:PORT")) as front,
        closing(bind(*controllers, "choose another port with --control HOST:PORT")) as back,
    ):
        _not_itself(upstream, front)
        identity = Identity(
            service=service or upstream.authority,
            environment=environment or environment_of(upstream, front),
            token=load_or_create(tokens),
            remote=reaches_beyond(back),
            ceilings=Ceilings(max_rate, max_ttl, max_active),
            routes=named,
        )

        def announce() -> None:
            click.echo(f"chaos proxy on {url_of(front)}, for {upstream.origin} ({identity.environment})", err=True)
            click.echo(f"  aim: chaos inject --target {url_of(back)} --token-file {tokens}", err=True)
            click.echo(f"  see: --scrape {url_of(back)}/metrics", err=True)
            for bound, who in ((front, "send requests"), (back, "read the metrics, and with the token inject")):
                if reaches_beyond(bound):
                    click.echo(f"  beyond this machine: whoever reaches {url_of(bound)} can {who}", err=True)

        asyncio.run(serve_until_signalled(ChaosProxy(upstream, identity), front, back, announce))


def environment_of(upstream: Upstream, front: socket.socket) -> str:
    """What to announce where nobody said: a lab only if clients and service are all on this machine."""
    return "lab" if upstream.is_here and not reaches_beyond(front) else "unknown"


def _not_itself(upstream: Upstream, front: socket.socket) -> None:
    """A proxy that is its own upstream would pass a request on for ever."""
    host, port = front.getsockname()[:2]
    if upstream.port == port and (upstream.host == host or upstream.is_here):
        raise UsageError(f"the upstream {upstream.origin} is the proxy itself", fix="name the service's own port")
