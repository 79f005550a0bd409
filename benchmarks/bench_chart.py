"""What the burn-down costs to redraw: against Textual's Sparkline that draws as many points in as many cells.

A Sparkline has one line of bars, no scale, gaps, labels or marks, so it is a floor to compare with, not a rival. The
two run in turn, and the median of the ratios of the pairs counts: machines are shared and noisy.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from rich.console import Console
from textual.renderables.sparkline import Sparkline

from slotui.core.assemble import assemble, source_status
from slotui.core.board import Board
from slotui.core.entry import Entry
from slotui.core.policy import DEFAULT_POLICY
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.duration import DAY, HOUR, MINUTE
from slotui.view.chart.burn_down import burn_down
from slotui.view.chart.zoom import Frame, Zoom, framed

NOW = 1763820151.0
SIZES = ((80, 9), (140, 20))
REDRAWS, RUNS = 10, 15


def board() -> Board:
    """One SLO of 30 days that burns since half an hour, with a deploy a day."""
    slo = Slo("shop", "shop", 0.999, 30 * DAY, EventSli(Selector("requests"), Selector("good")))
    line, at = Timeline(), NOW - 31 * DAY
    while at < NOW:
        step = min(MINUTE if at > NOW - DAY else 5 * MINUTE, NOW - at)
        line.extend([Span(at, at + step, 15 * step, step * (0.3 if at > NOW - HOUR / 2 else 0.005), step)])
        at += step
    snapshot = Snapshot(NOW, {slo.name: read_timeline(slo, line, NOW)})
    status = source_status("replay", "", snapshot, 60)
    deploys = [NOW - day * DAY for day in range(30)]
    entries = tuple(Entry(str(at), "deploy", (slo.name,), "ci", "", "", at, ended=at) for at in deploys)
    return assemble(snapshot, [slo], DEFAULT_POLICY, entries, status)


def milliseconds(draw: Callable[[], object]) -> float:
    """Milliseconds of one redraw."""
    began = time.perf_counter()
    for _ in range(REDRAWS):
        draw()
    return (time.perf_counter() - began) * 1000 / REDRAWS


def main() -> None:
    """Print one line a zoom and size."""
    seen, console = board(), Console(width=200)
    slo = seen.slos[0]
    for columns, height in SIZES:
        values = [point.remaining or 0.0 for point in slo.chart]

        def spark(columns: int = columns, height: int = height, values: list[float] = values) -> None:
            console.render_lines(Sparkline(values, width=columns, height=height))

        for zoom in (Zoom.WINDOW, Zoom.DAY, Zoom.HOUR):
            frame = framed(slo, seen, zoom)

            def chart(columns: int = columns, height: int = height, frame: Frame = frame) -> None:
                burn_down(slo, seen.tiers, seen.entries, frame, columns=columns, height=height)

            pairs = [(milliseconds(chart), milliseconds(spark)) for _ in range(RUNS + 1)][1:]
            ratios = sorted(ours / theirs for ours, theirs in pairs)
            ours = statistics.median(first for first, _ in pairs)
            print(
                f"burn-down {frame.label} at {columns}x{height}: {ours:.1f} ms,"
                f" {statistics.median(ratios):.1f}x a Sparkline ({ratios[0]:.1f}-{ratios[-1]:.1f})"
            )


if __name__ == "__main__":
    main()
