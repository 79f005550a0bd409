"""`slotui replay`: a file of counts through the same engine that watches live data."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slotui.cli.options import output_option
from slotui.duration import DAY, HOUR, MINUTE, compact, parse
from slotui.errors import UsageError

if TYPE_CHECKING:
    from slotui.core.alerts import AlertTier
    from slotui.core.hindsight import AlertRun, Hindsight, Stretch

_SHOWN = (5 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY, 3 * DAY)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--target", default=99.9, show_default=True, help="objective in percent, or as a fraction below 1")
@click.option("--window", default="28d", show_default=True, help="the SLO window")
@click.option("--factors", help="alert factors to try instead of the derived ones: 14.4,6,3,1")
@click.option("--from", "start", metavar="TIME", help="with --to: also judge this stretch by itself")
@click.option("--to", "end", metavar="TIME", help="where that stretch ends")
@click.option("--baseline", type=float, metavar="RATIO", help="the normal error ratio: what the stretch spent above it")
@click.option("--at", metavar="TIME", help="the board as of this instant, not of the file's end")
@output_option
def replay(
    file: Path,
    target: float,
    window: str,
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

    objective, seconds = _fraction(target), round(parse(window))
    source = ReplaySource(file, replay_slo(file, objective, seconds))
    if at is not None or output == "text":
        asyncio.run(_print_board(source, parse_time(at) if at else None, output))
        return
    tiers = _tiers(factors, seconds) if factors else derive_tiers(seconds)
    ratios = trailing_ratios(source.line, tiers, _SHOWN)
    found = judge(source.line, objective, seconds, tiers, ratios)
    summary = _summary(found, tiers)
    if (start is None) != (end is None):
        raise UsageError("--from and --to go together", fix="name both ends of the stretch")
    if start is not None and end is not None:
        part = stretch(source.line, found.budget, parse_time(start), parse_time(end), ratios)
        summary["stretch"] = _stretch(part) | _above(part, found, baseline)
    click.echo(json.dumps(summary, indent=1))


async def _print_board(source: Any, at: float | None, output: str) -> None:
    from slotui.core.policy import DEFAULT_POLICY
    from slotui.view.board_json import to_json
    from slotui.view.text import render
    from slotui.watch import Feed

    board = await Feed(source, source.slos, DEFAULT_POLICY).board(at)
    click.echo(json.dumps(to_json(board), indent=1) if output == "json" else render(board))


def _fraction(target: float) -> float:
    share = target if target < 1 else round(target / 100, 12)
    if not 0 <= share < 1:
        raise UsageError(f"a target of {target:g} % leaves no budget", fix="write a percentage below 100, as in 99.9")
    return share


def _tiers(factors: str, window: int) -> tuple[AlertTier, ...]:
    from slotui.core.alerts import tiers_at_factors

    try:
        numbers = tuple(float(factor) for factor in factors.split(","))
        return tiers_at_factors(numbers, window)
    except ValueError as error:
        raise UsageError(f"--factors {factors}: {error}", fix="write four numbers, as in 14.4,6,3,1") from error


def _summary(found: Hindsight, tiers: tuple[AlertTier, ...]) -> dict[str, Any]:
    from slotui.clock import to_iso

    budget = found.budget
    return {
        "schema": "slotui/replay/1",
        "rows": found.rows,
        "target": budget.target,
        "window": compact(budget.window),
        "eligible": _count(budget.counts.eligible),
        "bad": _count(budget.counts.bad),
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
        "alerts": [_alert(run) for run in found.alerts],
        "silent_spend": [_stretch(part) for part in found.silent],
        "unweighted": {
            compact(length): {"error_ratio": ratio, "remaining_ratio": 1 - ratio / (1 - budget.target)}
            for length, ratio in found.unweighted.items()
        },
    }


def _alert(run: AlertRun) -> dict[str, Any]:
    from slotui.clock import to_iso

    return {
        "tier": run.tier.severity,
        "long": compact(run.tier.long),
        "short": compact(run.tier.short),
        "factor": run.tier.factor,
        "from": to_iso(run.start),
        "to": to_iso(run.end),
        "minutes": _count(run.seconds / MINUTE),
    }


def _stretch(part: Stretch) -> dict[str, Any]:
    from slotui.clock import to_iso

    return {
        "from": to_iso(part.start),
        "to": to_iso(part.end),
        "eligible": _count(part.counts.eligible),
        "bad": _count(part.counts.bad),
        "share": part.share,
        "max_burn": {compact(length): part.max_burn[length] for length in _SHOWN},
    }


def _above(part: Stretch, found: Hindsight, baseline: float | None) -> dict[str, Any]:
    from slotui.core.hindsight import share_above

    return {} if baseline is None else {"share_above_baseline": share_above(part, found.budget, baseline)}


def _count(events: float) -> int | float:
    return int(events) if float(events).is_integer() else events
