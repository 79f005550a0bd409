"""What counters gained over a stretch, from their raw samples: to the event, where `increase` extrapolates."""

from __future__ import annotations

from collections.abc import Sequence

from slotui.source.prometheus.api import Series


def gained(series: Sequence[Series], start: float) -> float:
    """Events after `start` (UTC seconds) in series whose samples reach from some time before it to the end.

    A counter that falls was reset, and has gained what it shows. A series without a sample before `start` was
    born later if others are older, and counts whole; if none is older, nobody looked before its first sample.

    >>> gained([Series({}, ((0, 5), (10, 7), (20, 3)))], start=5)
    5.0
    """
    watched = any(points[0][0] <= start for points in (one.points for one in series))
    return float(sum(_gained(one.points, start, watched=watched) for one in series))


def _gained(points: Sequence[tuple[float, float]], start: float, *, watched: bool) -> float:
    before = [value for at, value in points if at <= start]
    after = [value for at, value in points if at > start]
    if not after:
        return 0.0
    born = 0.0 if watched else after[0]
    last = before[-1] if before else born
    total = 0.0
    for value in after:
        total += value - last if value >= last else value
        last = value
    return total
