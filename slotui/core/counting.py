"""An SLI as PromQL: the expressions that count its events, and the names under which rules record them.

The rules, the Prometheus source and `slotui explain` all take them from here: one denominator, one place.
"""

from __future__ import annotations

from slotui.core.slo import EventSli, FreshnessSli, Selector, Sli
from slotui.duration import MINUTE, compact

STEP = 5 * MINUTE
"""Seconds between two recorded counts. Rule interval and range are the same, or events count twice or not at all."""

ELIGIBLE = "slo:eligible_events:increase5m"
BAD = "slo:bad_events:increase5m"
SLICE_BAD = "slo:slice_bad:max1m"
_LOOKS = 15
"""Seconds between two looks at a gauge within a slice."""


def eligible_expr(sli: Sli, seconds: float, *, exact: bool = False) -> str:
    """PromQL for the eligible events (or slices) of the last `seconds`.

    `increase` scales what it saw up to the whole range, which is right on average and wrong by a scrape
    interval for a burst; a ratio does not mind. `exact` reads the counters off at both ends instead, so that
    neighbouring stretches add up to the event.

    >>> eligible_expr(EventSli(Selector("requests_total"), Selector("good_total")), 300)
    'sum(increase(requests_total[5m]))'
    """
    match sli:
        case EventSli(eligible=eligible):
            return _sum(eligible, seconds, exact=exact)
        case FreshnessSli():
            return f"count_over_time(({slice_bad_expr(sli)})[{_whole_slices(sli, seconds)}])"


def bad_expr(sli: Sli, seconds: float, *, exact: bool = False) -> str:
    """PromQL for the bad ones among them: eligible − good by one predicate, and 0 where no good series exists."""
    match sli:
        case EventSli(good=good, bad=bad):
            total = eligible_expr(sli, seconds, exact=exact)
            if bad is not None:
                return f"{_sum(bad, seconds, exact=exact)} or 0 * {total}"
            good_events = "" if good is None else f"{_sum(good, seconds, exact=exact)} or "
            return f"clamp_min({total} - ({good_events}0 * {total}), 0)"
        case FreshnessSli():
            return f"sum_over_time(({slice_bad_expr(sli)})[{_whole_slices(sli, seconds)}])"


def _sum(selector: Selector, seconds: float, *, exact: bool) -> str:
    return f"sum({_gained(selector, seconds)})" if exact else f"sum(increase({selector}[{compact(seconds)}]))"


def _gained(selector: Selector, seconds: float) -> str:
    """What each series gained: its difference; since its first sample if it is new; `increase` after a reset."""
    length = compact(seconds)
    # A minute more, so that a reset between the sample before the stretch and the first one inside is seen.
    unbroken = f"resets({selector}[{compact(seconds + MINUTE)}]) == 0"
    return (
        f"{selector} - {selector} offset {length} and {unbroken}"
        f" or {selector} - min_over_time({selector}[{length}]) unless {selector} offset {length}"
        f" or increase({selector}[{length}])"
    )


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
