"""The budget along time: in the steps of the recorded history, and more finely where a closer look is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from slotui.core.board import ChartPoint, SloBoard
from slotui.core.budget import Budget
from slotui.core.forecast import Forecast
from slotui.core.timeline import Span


def burn_down(history: Sequence[Span], budget: Budget, start: float) -> tuple[ChartPoint, ...]:
    """From 100 % at the window's start down to what is left now; None for steps nobody measured."""
    if budget.allowed <= 0:
        return ()
    inside = [span for span in history if span.start >= start - 1e-6]
    # What is left now is the anchor: the chart's last point is the tile's number, whatever was rounded.
    spent = budget.counts.bad - sum(span.bad for span in inside)
    points = []
    for span in inside:
        spent += span.bad
        points.append(ChartPoint(span.end, 1 - spent / budget.allowed if span.measured > 0 else None))
    return tuple(points)


def left_between(slo: SloBoard, start: float, end: float, count: int) -> list[float | None]:
    """What was left at the end of each of `count` even parts of `(start, end]`, UTC seconds, from the last day's spans.

    None for a part that nobody measured, or that lies outside of the last day or of the budget's period. What is left
    now is the anchor here too: the line ends at the tile's number.
    """
    line, step = slo.recent, (end - start) / count
    if slo.remaining is None or slo.allowed <= 0 or line.first is None or line.last is None:
        return [None] * count
    begins, last = max(line.first, slo.period.start), line.last
    now = line.until(last)
    found: list[float | None] = []
    before = line.until(start)
    for index in range(1, count + 1):
        moment = start + index * step
        after = line.until(moment)
        known = moment > begins and after.measured > before.measured
        found.append(slo.remaining + (now.bad - after.bad) / slo.allowed if known else None)
        before = after
    return found


def expected_at(ahead: Forecast | None, moment: float) -> float | None:
    """What a forecast expects to be left at `moment` (UTC seconds), or None where it says nothing.

    >>> from slotui.core.forecast import Expected
    >>> ahead = Forecast(0, 1.0, curve=(Expected(0, 0.5), Expected(10, 0.4)))
    >>> expected_at(ahead, 5), expected_at(ahead, 11)
    (0.45, None)
    """
    curve = ahead.curve if ahead is not None else ()
    if len(curve) < 2 or not curve[0].at <= moment <= curve[-1].at:
        return None
    # Its points are evenly spaced.
    place = (moment - curve[0].at) / (curve[-1].at - curve[0].at) * (len(curve) - 1)
    index = min(int(place), len(curve) - 2)
    share = place - index
    return curve[index].remaining + share * (curve[index + 1].remaining - curve[index].remaining)
