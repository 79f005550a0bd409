"""`slotui replay`: a recording, or a file of counts, through the same engine that watches live data."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slotui.cli.examples import examples
from slotui.cli.look import look_of
from slotui.cli.moments import moment_of
from slotui.cli.objective import tiers_by_hand
from slotui.cli.options import NOTHING_NAMED
from slotui.cli.tapes import Played, objective_options, playback, speed_of
from slotui.cli.watch import has_screen, watch_past
from slotui.duration import DAY, HOUR, MINUTE, compact
from slotui.errors import UsageError

if TYPE_CHECKING:
    from slotui.core.alerts import AlertTier
    from slotui.core.hindsight import Hindsight, Stretch
    from slotui.watch import Feed

_SHOWN = (5 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY, 3 * DAY)


@click.command(
    epilog=examples(
        "slotui replay incident.slr --speed 300",
        "slotui replay counts.csv.gz --target 99.9 --window 28d --output json",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@objective_options
@click.option("--factors", help="alert factors to try instead of the derived ones: 14.4,6,3,1")
@click.option("--from", "start", metavar="TIME", help="with --to: also judge this stretch by itself")
@click.option("--to", "end", metavar="TIME", help="where that stretch ends")
@click.option("--baseline", type=float, metavar="RATIO", help="the normal error ratio: what the stretch spent above it")
@click.option("--at", metavar="TIME", help="print the board as of this instant, not of the file's end")
@click.option("--speed", metavar="X", help="how many seconds of it go in one  [default: 60]")
@click.option("--output", type=click.Choice(["text", "json"]), help="print it, and do not play it")
def replay(
    file: Path,
    target: float | None,
    window: int | None,
    factors: str | None,
    start: str | None,
    end: str | None,
    baseline: float | None,
    at: str | None,
    speed: str | None,
    output: str | None,
) -> int:
    """Play a FILE on the screen: a recording (.slr), or counts (CSV timestamp,total,bad, plain or gzip).

    Without a terminal, or with --at, print its board. With --output json, judge counts: budget, alerts, and spends
    nobody noticed; of a recording, the board as JSON.
    """
    from slotui.clock import parse_time
    from slotui.core.alerts import derive_tiers
    from slotui.core.hindsight import judge, stretch, trailing_ratios
    from slotui.source.replay import ReplaySource
    from slotui.view.hindsight_json import stretch as stretch_json

    if (start is None) != (end is None):
        raise UsageError("--from and --to go together", fix="name both ends of the stretch")
    moment = moment_of(at)
    feed = playback(Played(file, target, window), NOTHING_NAMED, at=moment, speed=speed_of(speed))
    if at is None and output is None and has_screen():
        return watch_past(feed, look_of(), "text")
    source = feed.source
    if not isinstance(source, ReplaySource) or at is not None or output != "json":
        asyncio.run(_print_board(feed, moment, output))
        return 0
    slo = source.slos[0]
    target, window = slo.target, slo.window
    tiers = tiers_by_hand(factors, window) if factors else derive_tiers(window)
    ratios = trailing_ratios(source.line, tiers, _SHOWN)
    found = judge(source.line, target, window, tiers, ratios)
    summary = _summary(found, tiers)
    if start is not None and end is not None:
        part = stretch(source.line, found.budget, parse_time(start), parse_time(end), ratios)
        summary["stretch"] = stretch_json(part, _SHOWN) | _above(part, found, baseline)
    click.echo(json.dumps(summary, indent=1))
    return 0


async def _print_board(feed: Feed, at: float | None, output: str | None) -> None:
    from slotui.view.board_json import to_json
    from slotui.view.text import render

    board = await feed.board(at)
    click.echo(json.dumps(to_json(board), indent=1) if output == "json" else render(board))


def _summary(found: Hindsight, tiers: tuple[AlertTier, ...]) -> dict[str, Any]:
    from slotui.clock import to_iso
    from slotui.view.hindsight_json import alert_run, stretch, whole

    budget = found.budget
    return {
        "schema": "slotui/replay/1",
        "rows": found.rows,
        "target": budget.target,
        "window": compact(budget.window),
        "eligible": whole(budget.counts.eligible),
        "bad": whole(budget.counts.bad),
        "error_ratio": budget.counts.error_ratio,
        "allowed": budget.allowed,
        "remaining": budget.allowed - budget.counts.bad,
        "remaining_ratio": budget.remaining_ratio,
        "coverage": budget.coverage,
        "exhausted_at": to_iso(found.exhausted_at) if found.exhausted_at is not None else None,
        "max_burn": {compact(length): found.max_burn[length] for length in _SHOWN},
        "tiers": [
            {
                "tier": t.severity,
                "long": compact(t.long),
                "short": compact(t.short),
                "factor": t.factor,
                "share": t.share,
            }
            for t in tiers
        ],
        "alerts": [alert_run(run) for run in found.alerts],
        "silent_spend": [stretch(part, _SHOWN) for part in found.silent],
        "unweighted": {
            compact(length): {"error_ratio": ratio, "remaining_ratio": 1 - ratio / (1 - budget.target)}
            for length, ratio in found.unweighted.items()
        },
    }


def _above(part: Stretch, found: Hindsight, baseline: float | None) -> dict[str, Any]:
    from slotui.core.hindsight import share_above

    return {} if baseline is None else {"share_above_baseline": share_above(part, found.budget, baseline)}
