"""What counters gained over a stretch, from their raw samples: to the event, where `increase` extrapolates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slotui.core.sli import Weights
from slotui.source.prometheus.api import Series


def gained(series: Sequence[Series], start: float, weights: Weights | None = None) -> float:
    """Events after `start` (UTC seconds) in series whose samples reach from some time before it to the end.

    A counter that falls was reset, and has gained what it shows. A series without a sample before `start` was
    born later if others are older, and counts whole; if none is older, nobody looked before its first sample.

    >>> gained([Series({}, ((0, 5), (10, 7), (20, 3)))], start=5)
    5.0
    """
    return float(sum(gain for _, gain in _gains(series, start, weights)))


def gained_by(label: str, series: Sequence[Series], start: float, weights: Weights | None = None) -> dict[str, float]:
    """The same by the value of a label; an absent label is the empty string.

    >>> gained_by("tier", [Series({"tier": "gold"}, ((0, 5), (10, 7))), Series({}, ((0, 1), (10, 1)))], start=5)
    {'gold': 2.0, '': 0.0}
    """
    found: dict[str, float] = {}
    for one, gain in _gains(series, start, weights):
        value = one.labels.get(label, "")
        found[value] = found.get(value, 0.0) + gain
    return found


def _gains(series: Sequence[Series], start: float, weights: Weights | None) -> Iterator[tuple[Series, float]]:
    watched = any(one.points[0][0] <= start for one in series)
    for one in series:
        weight = 1 if weights is None else weights.of(one.labels)
        yield one, weight * _gained(one.points, start, watched=watched)


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
