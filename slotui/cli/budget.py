"""`slotui budget`: what a target allows, in minutes and in requests, before anybody has measured anything."""

from __future__ import annotations

import json
import math

import click

from slotui.cli.examples import examples
from slotui.cli.objective import fraction, whole_seconds
from slotui.cli.options import output_option
from slotui.errors import UsageError


@click.command(epilog=examples("slotui budget", "slotui budget --target 99.9 --window 30d --rps 50"))
@click.option("--target", type=fraction, metavar="PERCENT", help="objective in percent, or as a fraction below 1")
@click.option("--window", type=whole_seconds, metavar="DURATION", help="the SLO window  [default: 30d]")
@click.option("--requests", type=click.IntRange(min=1), metavar="N", help="eligible requests in a whole window")
@click.option("--rps", type=float, metavar="X", help="the same as a mean rate: requests a second")
@output_option
def budget(target: float | None, window: int | None, requests: int | None, rps: float | None, output: str) -> None:
    """Say what a target allows: minutes of outage, failed requests. Without --target, the table of them."""
    from slotui.core.allowance import STANDARD_TARGETS, STANDARD_WINDOWS, allowance
    from slotui.duration import DAY
    from slotui.view.allowance import table, table_json, to_json, words

    if requests is not None and rps is not None:
        raise UsageError("--requests and --rps say the same thing twice", fix="leave one of them out")
    if rps is not None and not (math.isfinite(rps) and rps > 0):
        raise UsageError(f"--rps {rps:g} is not a rate", fix="write requests a second, as in 50 or 0.2")
    if target is None:
        if requests is not None or rps is not None:
            raise UsageError("requests are counted against a target", fix="add --target, as in --target 99.9")
        windows = tuple(sorted({*STANDARD_WINDOWS, *([window] if window else [])}))
        if output == "json":
            click.echo(json.dumps(table_json(STANDARD_TARGETS, windows), indent=1))
        else:
            click.echo(table(STANDARD_TARGETS, windows))
        return
    seconds = window or 30 * DAY
    found = allowance(target, seconds, requests if requests is not None else rps and rps * seconds)
    click.echo(json.dumps(to_json(found), indent=1) if output == "json" else words(found))
