"""`slotui replay`: a file of counts through the same engine that watches live data."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slotui.cli.objective import fraction, tiers_by_hand, whole_seconds
from slotui.cli.options import output_option
from slotui.duration import DAY, HOUR, MINUTE, compact
from slotui.errors import UsageError

if TYPE_CHECKING:
    from slotui.core.alerts import AlertTier
    from slotui.core.hindsight import Hindsight, Stretch

_SHOWN = (5 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY, 3 * DAY)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--target",
    type=fraction,
    metavar="PERCENT",
    default="99.9",
    show_default=True,
    help="objective in percent, or as a fraction below 1",
)
@click.option(
    "--window", type=whole_seconds, metavar="DURATION", default="28d", show_default=True, help="the SLO window"
)
@click.option("--factors", help="alert factors to try instead of the derived ones: 14.4,6,3,1")
@click.option("--from", "start", metavar="TIME", help="with --to: also judge this stretch by itself")
@click.option("--to", "end", metavar="TIME", help="where that stretch ends")
@click.option("--baseline", type=float, metavar="RATIO", help="the normal error ratio: what the stretch spent above it")
@click.option("--at", metavar="TIME", help="the board as of this instant, not of the file's end")
@output_option
def replay(
    file: Path,
    target: float,
    window: int,
    factors: str | None,
    start: str | None,
    end: str | None,
    baseline: float | None,
    at: str | None,
    output: str,
) -> None:
    """Judge a FILE of counts (CSV timestamp,total,bad, plain or gzip): budget, alerts, and spends nobody noticed."""
    from slotui.clock import parse_time
    from slotui.core.alerts import derive_tiers
    from slotui.core.hindsight import judge, stretch, trailing_ratios
    from slotui.source.replay import ReplaySource, replay_slo
    from slotui.view.hindsight_json import stretch as stretch_json

    source = ReplaySource(file, replay_slo(file, target, window))
    if at is not None or output == "text":
        asyncio.run(_print_board(source, parse_time(at) if at else None, output))
        return
    tiers = tiers_by_hand(factors, window) if factors else derive_tiers(window)
    ratios = trailing_ratios(source.line, tiers, _SHOWN)
    found = judge(source.line, target, window, tiers, ratios)
    summary = _summary(found, tiers)
    if (start is None) != (end is None):
        raise UsageError("--from and --to go together", fix="name both ends of the stretch")
    if start is not None and end is not None:
        part = stretch(source.line, found.budget, parse_time(start), parse_time(end), ratios)
        summary["stretch"] = stretch_json(part, _SHOWN) | _above(part, found, baseline)
    click.echo(json.dumps(summary, indent=1))


async def _print_board(source: Any, at: float | None, output: str) -> None:
    from slotui.core.policy import DEFAULT_POLICY
    from slotui.view.board_json import to_json
    from slotui.view.text import render
    from slotui.watch import Feed

    board = await Feed(source, source.slos, DEFAULT_POLICY).board(at)
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
