"""When an alert will fire, if from now on so many requests a second come and such a share of them is bad."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise

from slotui.core.alerts import AlertTier
from slotui.core.timeline import Counts, Span, Timeline

_MOST_STEPS = 2000


def past_of(windows: Mapping[int, Counts], at: float) -> Timeline:
    """What the windows hold at `at` (UTC seconds), by their sums alone: between two of them spread evenly.

    >>> line = past_of({300: Counts(300, 30, 300), 3600: Counts(3600, 30, 3600)}, 7200)
    >>> line.trailing(300, 7200).bad, line.trailing(3600, 7200).bad, line.trailing(600, 7200).bad
    (30.0, 30.0, 30.0)
    """
    lengths = sorted(windows, reverse=True)
    spans = [
        span_of(at - outer, at - inner, windows[outer] - (windows[inner] if inner else Counts()))
        for outer, inner in pairwise((*lengths, 0))
    ]
    return Timeline(spans)


def span_of(start: float, end: float, counts: Counts) -> Span:
    """A stretch that holds the difference of two sums."""
    # Two sums of one source may disagree by what it extrapolated; there are no negative events.
    return Span(start, end, max(0.0, counts.eligible), max(0.0, counts.bad), max(0.0, counts.measured))


def during(past: Timeline, window: float, at: float, moment: float, rate: float, bad_ratio: float) -> Counts:
    """What a trailing window holds `moment` seconds after `at`."""
    inside = min(moment, window)
    events = rate * inside
    return past.between(at - (window - inside), at) + Counts(events, events * bad_ratio, inside)


def fires_after(
    tier: AlertTier, target: float, past: Timeline, at: float, rate: float, bad_ratio: float, seconds: float
) -> float | None:
    """Seconds of the fault until `tier` fires, or None if it does not within `seconds`.

    As `slotui.core.alerts.detection_time`, with the traffic and errors that the windows already hold. `rate` is
    in requests/s, `bad_ratio` the bad share of them. From an even and clean hour both say the same:

    >>> from slotui.core.alerts import derive_tiers, detection_time
    >>> fast, clean = derive_tiers(30 * 86400)[0], Timeline([Span(0, 3600, 36000, 0, 3600)])
    >>> round(fires_after(fast, 0.999, clean, 3600, 10, 0.05, 3600)), round(detection_time(fast, 0.999, 0.05))
    (1037, 1037)
    """
    threshold = tier.factor * (1 - target)

    def fires(moment: float) -> bool:
        ratios = (during(past, window, at, moment, rate, bad_ratio).error_ratio for window in (tier.long, tier.short))
        return all(ratio is not None and ratio > threshold for ratio in ratios)

    step = max(1.0, seconds / _MOST_STEPS)
    silent = 0.0
    for index in range(math.ceil(seconds / step) + 1):
        moment = min(index * step, seconds)
        if fires(moment):
            return _first(fires, silent, moment)
        silent = moment
    return None


def _first(fires: Callable[[float], bool], silent: float, firing: float) -> float:
    """Between a silent moment and one that fires: when it begins, to a tenth of a second."""
    while firing - silent > 0.1:
        middle = (silent + firing) / 2
        silent, firing = (silent, middle) if fires(middle) else (middle, firing)
    return firing
