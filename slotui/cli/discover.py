"""`slotui discover`: the SLOs that a Prometheus already records for other tools."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from slotui.cli.connection import connection_options
from slotui.cli.examples import examples
from slotui.cli.options import NOTHING_NAMED, choice_of, output_option, prometheus_url
from slotui.source.connection import DIRECT, Connection

if TYPE_CHECKING:
    from slotui.core.found import Discovery


@click.command(
    epilog=examples(
        "slotui discover --prometheus http://127.0.0.1:9090",
        "slotui discover --prometheus http://127.0.0.1:9090 --output json",
        exits="0 asked, also when there is nothing, 2 usage, 7 unreachable",
    ),
)
@click.option("--prometheus", metavar="URL", help="where to look  [default: SLOTUI_PROMETHEUS, else the running lab's]")
@click.option("--at", metavar="TIME", help="as of a past instant: 2024-04-29T12:00:00Z")
@connection_options
@output_option
def discover(prometheus: str | None, connection: Connection, at: str | None, output: str) -> int:
    """List the SLOs that a Prometheus records for Sloth, Pyrra (--generic-rules) and Grafana SLO.

    Beside what each tool says stands what the raw counters say, where its rules tell which those are.
    """
    from slotui.clock import parse_time
    from slotui.view.discovered import render
    from slotui.view.discovered_json import to_json

    choice = choice_of(replace(NOTHING_NAMED, prometheus=prometheus, connection=connection))
    reached = choice.connection if choice else DIRECT
    found = discovered(prometheus_url(choice), reached, at=parse_time(at) if at else None)
    if output == "json":
        click.echo(json.dumps(to_json(found), indent=1))
    elif found.found:
        click.echo(render(found))
    else:
        click.echo(f"{found.url} records no SLO of Sloth, of Pyrra with --generic-rules, or of Grafana SLO", err=True)
    return 0


def discovered(
    url: str,
    connection: Connection,
    *,
    at: float | None = None,
    taken: Iterable[str] = (),
    count: bool = True,
) -> Discovery:
    """What is recorded at `url`, under names that are not `taken`; with `count`, its budgets too.

    Raises `SourceError` where nobody answers.
    """
    from slotui.clock import now
    from slotui.source.prometheus.api import Api
    from slotui.source.prometheus.discovery.search import counted, search

    async def ask() -> Discovery:
        api = Api(url, connection)
        try:
            found = await search(api, now() if at is None else at, taken)
            return await counted(api, found) if count else found
        finally:
            await api.close()

    return asyncio.run(ask())
