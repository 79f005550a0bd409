"""An SLI as PromQL: the expressions that count its events, and the names under which rules record them.

The rules, the Prometheus source and `slotui explain` all take them from here: one denominator, one place.
"""

from __future__ import annotations

from slotui.core.slo import EventSli, FreshnessSli, Sli
from slotui.duration import MINUTE, compact

STEP = 5 * MINUTE
"""Seconds between two recorded counts. Rule interval and range are the same, or events count twice or not at all."""

ELIGIBLE = "slo:eligible_events:increase5m"
BAD = "slo:bad_events:increase5m"
SLICE_BAD = "slo:slice_bad:max1m"
_LOOKS = 15
"""Seconds between two looks at a gauge within a slice."""


def eligible_expr(sli: Sli, seconds: float) -> str:
    """PromQL for the eligible events (or slices) of the last `seconds`.

    >>> from slotui.core.slo import Selector
    >>> eligible_expr(EventSli(Selector("requests_total"), Selector("good_total")), 300)
    'sum(increase(requests_total[5m]))'
    """
    match sli:
        case EventSli(eligible=eligible):
            return f"sum(increase({eligible}[{compact(seconds)}]))"
        case FreshnessSli():
            return f"count_over_time(({slice_bad_expr(sli)})[{_whole_slices(sli, seconds)}])"


def bad_expr(sli: Sli, seconds: float) -> str:
    """PromQL for the bad ones among them: eligible − good by one predicate, and 0 where no good series exists."""
    match sli:
        case EventSli(good=good, bad=bad):
            total = eligible_expr(sli, seconds)
            if bad is not None:
                return f"sum(increase({bad}[{compact(seconds)}])) or 0 * {total}"
            return f"clamp_min({total} - (sum(increase({good}[{compact(seconds)}])) or 0 * {total}), 0)"
        case FreshnessSli():
            return f"sum_over_time(({slice_bad_expr(sli)})[{_whole_slices(sli, seconds)}])"


def slice_bad_expr(sli: FreshnessSli) -> str:
    """PromQL that is 1 when the slice ending now was bad at any look, 0 when it was good, nothing when unseen."""
    # One second short of the slice: a look exactly at its start belongs to the slice before, on every Prometheus.
    inside = compact(sli.slice_seconds - 1)
    return f"max_over_time((time() - max({sli.updated}))[{inside}:{_LOOKS}s]) > bool {sli.max_age:g}"


def seen_expr(sli: Sli) -> str:
    """PromQL for the time of the newest sample."""
    return f"max(timestamp({sli.selectors[0]}))"


def _whole_slices(sli: FreshnessSli, seconds: float) -> str:
    # Left-open on every version: Prometheus 2 would count the slice at the far border once more.
    return f"{compact(max(1, seconds - 1))}:{compact(sli.slice_seconds)}"
