"""An SLI as PromQL: the expressions that count its events, and the names under which rules record them.

The rules, the Prometheus source and `slotui explain` all take them from here: one denominator, one place.
"""

from __future__ import annotations

import re

from slotui.core.sli import CompositeSli, EventSli, RawRatio, Selector, Sli, SliceSli, Threshold, Weights
from slotui.duration import MINUTE, compact

STEP = 5 * MINUTE
"""Seconds between two recorded counts. Rule interval and range are the same, or events count twice or not at all."""

ELIGIBLE = "slo:eligible_events:increase5m"
BAD = "slo:bad_events:increase5m"
BAD_BY_CAUSE = "slo:bad_events_by_cause:increase5m"
CAUSE = "cause"
"""The label of `BAD_BY_CAUSE`, whatever the SLI's own label is called."""
SLICE_BAD = "slo:bad_slice:ratio"
_WINDOW = re.compile(r"\{\{\s*\.[wW]indow\s*\}\}")
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
        case EventSli(eligible=eligible, weights=weights):
            return _sum(eligible, seconds, weights, exact=exact)
        case SliceSli():
            return f"count_over_time(({slice_bad_expr(sli)})[{_whole_slices(sli, seconds)}])"
        case CompositeSli():
            raise ValueError("a composite counts nothing itself; ask for its members")


def bad_expr(sli: Sli, seconds: float, *, exact: bool = False, eligible: str | None = None) -> str:
    """PromQL for the bad ones among them: eligible − good by one predicate, and 0 where no good series exists.

    `eligible` is what has just counted the eligible ones, where that need not be done again.
    """
    match sli:
        case EventSli(good=good, bad=bad, weights=weights):
            total = eligible or eligible_expr(sli, seconds, exact=exact)
            if bad is not None:
                return f"{_sum(bad, seconds, weights, exact=exact)} or 0 * {total}"
            good_events = "" if good is None else f"{_sum(good, seconds, weights, exact=exact)} or "
            return f"clamp_min({total} - ({good_events}0 * {total}), 0)"
        case SliceSli():
            return f"sum_over_time(({slice_bad_expr(sli)})[{_whole_slices(sli, seconds)}])"
        case CompositeSli():
            raise ValueError("a composite counts nothing itself; ask for its members")


def part_expr(sli: EventSli, seconds: float, *, exact: bool = False) -> str:
    """PromQL for the good events of the last `seconds`, or the bad ones: whichever the SLI counts.

    >>> part_expr(EventSli(Selector("all_total"), good=Selector("ok_total")), 300)
    'sum(increase(ok_total[5m]))'
    """
    part = sli.good or sli.bad
    assert part is not None  # noqa: S101 - exactly one of the two is given
    return _sum(part, seconds, sli.weights, exact=exact)


def bad_by_cause_expr(sli: EventSli, seconds: float, *, exact: bool = False) -> str:
    """PromQL for the bad events of the last `seconds` by what the SLI's cause label says, in a label `cause`.

    A cause without bad events is 0, so that an answer says that somebody looked.

    >>> bad_by_cause_expr(EventSli(Selector("all_total"), bad=Selector("bad_total"), cause="cause"), 300)
    'sum by (cause) (increase(bad_total[5m])) or 0 * sum by (cause) (increase(all_total[5m]))'
    """
    assert sli.cause is not None  # noqa: S101 - whoever asks has looked
    total = _sum(sli.eligible, seconds, sli.weights, exact=exact, by=sli.cause)
    if sli.bad is not None:
        bad = f"{_sum(sli.bad, seconds, sli.weights, exact=exact, by=sli.cause)} or 0 * {total}"
    elif sli.good is not None:
        good = _sum(sli.good, seconds, sli.weights, exact=exact, by=sli.cause)
        bad = f"clamp_min({total} - ({good} or 0 * {total}), 0)"
    else:
        bad = f"0 * {total}"
    if sli.cause == CAUSE:
        return bad
    return f'sum by ({CAUSE}) (label_replace({bad}, "{CAUSE}", "$1", "{sli.cause}", "(.*)"))'


def latency_expr(sli: EventSli, seconds: float) -> str | None:
    """PromQL for the requests of the last `seconds` that took no longer than each edge of a histogram, in `le`.

    Of edges that were counted all that time: one that is younger would lack requests that the others have. None
    where the good events are no bucket of a histogram.

    >>> fast = Selector("took_seconds_bucket")
    >>> latency_expr(EventSli(Selector("took_seconds_count"), good=fast), 300)
    'sum by (le) (increase(took_seconds_bucket[5m]) and took_seconds_bucket offset 5m)'
    """
    if sli.good is None or not sli.good.metric.endswith("_bucket"):
        return None
    buckets = Selector(sli.good.metric, tuple(matcher for matcher in sli.good.matchers if matcher.label != "le"))
    length = compact(seconds)
    return f"sum by (le) (increase({buckets}[{length}]) and {buckets} offset {length})"


def error_ratio_expr(sli: EventSli, seconds: float, known: str) -> str:
    """PromQL for the bad share of the events of the last `seconds`; nothing without events: silence is no sample.

    `known` is any expression that has a value where events are counted; a part without series is 0 of it.

    >>> error_ratio_expr(EventSli(Selector("all_total"), bad=Selector("bad_total")), 300, "sum(x)")
    '(sum(increase(bad_total[5m])) or 0 * sum(x)) / (sum(increase(all_total[5m])) > 0)'
    """
    part = sli.bad or sli.good
    counted = f"{_sum(part, seconds, sli.weights, exact=False)} or 0 * {known}" if part else f"0 * {known}"
    share = f"({counted}) / ({eligible_expr(sli, seconds)} > 0)"
    return share if sli.bad else f"clamp_min(1 - {share}, 0)"


def _sum(selector: Selector, seconds: float, weights: Weights | None, *, exact: bool, by: str = "") -> str:
    def gained(chosen: Selector) -> str:
        return _gained(chosen, seconds) if exact else f"increase({chosen}[{compact(seconds)}])"

    added = f"sum by ({by}) " if by else "sum"
    if weights is None:
        return f"{added}({gained(selector)})"
    # The parts have different values of one label, so that `or` joins them and drops none.
    parts = " or ".join(f"{weight:.12g} * ({gained(part)})" for weight, part in weights.parts(selector))
    return f"{added}({parts})"


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


def slice_bad_expr(sli: SliceSli) -> str:
    """PromQL for how bad the slice ending now was, 0 to 1; nothing when it was not measured."""
    share = _bad_share(sli)
    return share if sli.target is None else f"({share}) > bool {round(1 - sli.target, 12):.12g}"


def _bad_share(sli: SliceSli) -> str:
    match sli.measure:
        case EventSli() as events:
            bad, eligible = (expr(events, sli.seconds, exact=True) for expr in (bad_expr, eligible_expr))
            return f"({bad}) / ({eligible} > 0)"
        case Threshold(query=query) as threshold:
            # One second short of the slice: a look exactly at its start belongs to the slice before, on every
            # Prometheus.
            inside = compact(sli.seconds - 1)
            return f"avg_over_time((({windowed(query, sli.seconds)}) {threshold.misses})[{inside}:{_LOOKS}s])"
        case RawRatio(query=query, failure=failure):
            ratio = f"clamp({windowed(query, sli.seconds)}, 0, 1)"
            return ratio if failure else f"1 - {ratio}"


def windowed(query: str, seconds: float) -> str:
    """A query whose `{{.window}}`, if it has one, is so many seconds.

    >>> windowed("rate(x[{{.window}}])", 300)
    'rate(x[5m])'
    """
    return _WINDOW.sub(compact(seconds), query).strip()


def seen_expr(sli: Sli) -> str:
    """PromQL for the time of the newest sample; for a query without selectors of its own, of its newest answer."""
    if isinstance(sli, SliceSli) and not sli.selectors:
        return f"max(timestamp({slice_bad_expr(sli)}))"
    return f"max(timestamp({sli.selectors[0]}))"


def _whole_slices(sli: SliceSli, seconds: float) -> str:
    # Left-open on every version: Prometheus 2 would count the slice at the far border once more.
    return f"{compact(max(1, seconds - 1))}:{compact(sli.seconds)}"
