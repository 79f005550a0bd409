"""A history as the time series that the real service would have left, and as the counts of any SLO over them.

Selectors are applied to the made-up series exactly as a scraper applies them to real ones: an SLO file that is edited
gets the history of its new predicate, and both writers (embedded store, Prometheus) tell the same story.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from operator import attrgetter

from lab.checkout.exchange import TIERS
from lab.checkout.metrics import BUCKETS
from lab.checkout.nature import CAUSES, DEPENDENCIES, Nature
from lab.history import LATENCY_OBJECTIVE, STEP, History
from slotui.core.counting import STEP as RULE_STEP
from slotui.core.sli import EventSli, Selector, SliceSli, Threshold
from slotui.core.slo import Slo
from slotui.core.timeline import Span
from slotui.errors import LabError

SERVICE = "checkout"

_CODES = {"cart": "504", "payment": "502", "inventory": "503", "checkout": "500"}
_SHARES = {"plus": 0.22, "business": 0.08}
"""Customer tiers' share of the traffic; free has the rest."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series: `values()` gives what each minute adds to a counter, or a gauge's value at each minute's end."""

    metric: str
    labels: Mapping[str, str]
    values: Callable[[], Sequence[float]]


class _Tier:
    """One customer tier's part of a history, minute by minute."""

    def __init__(self, tier: str, history: History) -> None:
        minutes = history.minutes
        self.labels = {
            "service": SERVICE, "method": "POST", "route": "/checkout", "tier": tier, "synthetic": "false",
        }  # fmt: skip
        self.good = _part((minute.requests - minute.failed for minute in minutes), tier)
        self.failed = {cause: _part(map(attrgetter(cause), minutes), tier) for cause in CAUSES}
        self.count = [sum(outcomes) for outcomes in zip(self.good, *self.failed.values(), strict=True)]
        slow = _part((minute.slow for minute in minutes), tier)
        self.slow = [min(pair) for pair in zip(slow, self.count, strict=True)]
        self.fast = [count - slow for count, slow in zip(self.count, self.slow, strict=True)]


def all_series(history: History, nature: Nature | None = None) -> tuple[Series, ...]:
    """Every series that a scraper of the real service would have seen: buyers' requests, their calls, and stock."""
    nature = nature or Nature()
    tiers = [_Tier(tier, history) for tier in TIERS]
    found = [series for tier in tiers for series in _requests(tier)]
    found += [series for tier in tiers for series in _durations(tier, nature)]
    found += _calls(history)
    found.append(
        Series(
            "inventory_updated_timestamp_seconds",
            {"service": SERVICE},
            lambda: [round(minute.end - minute.stock_age, 3) for minute in history.minutes],
        )
    )
    return tuple(found)


def _requests(tier: _Tier) -> Iterator[Series]:
    name = "http_requests_total"
    yield Series(name, {**tier.labels, "code": "200", "cause": "none"}, lambda: tier.good)
    for cause in tier.failed:
        yield Series(
            name, {**tier.labels, "code": _CODES[cause], "cause": cause}, partial(tier.failed.__getitem__, cause)
        )


def _calls(history: History) -> Iterator[Series]:
    """Calls of the dependencies: what a failed one comes before was not called."""
    called = [minute.requests for minute in history.minutes]
    for dependency in DEPENDENCIES:
        labels = {"service": SERVICE, "dependency": dependency, "synthetic": "false"}
        failed = list(map(attrgetter(dependency), history.minutes))
        called = [all_of_them - lost for all_of_them, lost in zip(called, failed, strict=True)]
        for outcome, counts in (("ok", called), ("failed", failed)):
            yield Series("dependency_requests_total", {**labels, "outcome": outcome}, partial(list, counts))


def _durations(tier: _Tier, nature: Nature) -> Iterator[Series]:
    name = "http_request_duration_seconds"
    for bound in BUCKETS:
        yield Series(f"{name}_bucket", {**tier.labels, "le": str(bound)}, _bucket(tier, bound, nature))
    yield Series(f"{name}_bucket", {**tier.labels, "le": "+Inf"}, lambda: tier.count)
    yield Series(f"{name}_count", tier.labels, lambda: tier.count)
    fast, slow = _means(nature)
    yield Series(
        f"{name}_sum",
        tier.labels,
        lambda: [round(many * fast + few * slow, 3) for many, few in zip(tier.fast, tier.slow, strict=True)],
    )


def spans_of(slo: Slo, history: History, series: Sequence[Series]) -> list[Span]:
    """What the history, as `series`, counts for an SLO minute by minute; for freshness a minute is a slice.

    Raises `LabError` for an SLO that the history has nothing to say about.
    """
    match slo.sli:
        case SliceSli():
            eligible, bad = _slices(slo, slo.sli, history, series)
        case EventSli():
            eligible, bad = _events(slo, slo.sli, series)
    return [
        Span(minute.end - STEP, minute.end, whole, lost, STEP)
        for minute, whole, lost in zip(history.minutes, eligible, bad, strict=True)
    ]


def causes_of(slo: Slo, history: History, series: Sequence[Series]) -> dict[str, list[Span]]:
    """The bad events of an SLO by what its cause label says, minute by minute; nothing where it names no label."""
    events = slo.events
    if events is None or events.cause is None:
        return {}
    spans = {}
    for cause in sorted({one.labels.get(events.cause, "") for one in series if _counts_for(events, one)}):
        _, bad = _totals(events, [one for one in series if one.labels.get(events.cause, "") == cause])
        spans[cause] = [
            Span(minute.end - STEP, minute.end, lost, lost, STEP)
            for minute, lost in zip(history.minutes, bad, strict=True)
        ]
    return spans


def recorded(spans: list[Span]) -> Iterator[tuple[float, float, float]]:
    """(at, eligible, bad) for every `RULE_STEP` that the spans fill: the counts of the step that ended at `at`.

    These are the samples that the generated recording rules would have written.
    """
    per_step = RULE_STEP // STEP
    first = next((index for index, span in enumerate(spans) if span.start % RULE_STEP == 0), len(spans))
    rest = iter(spans[first:])
    while len(step := list(islice(rest, per_step))) == per_step:
        yield step[-1].end, sum(span.eligible for span in step), sum(span.bad for span in step)


_Column = Sequence[float]


def _slices(slo: Slo, sli: SliceSli, history: History, series: Sequence[Series]) -> tuple[_Column, _Column]:
    gauge = sli.measure.gauge if isinstance(sli.measure, Threshold) else None
    if sli.seconds != STEP or gauge is None or not isinstance(sli.measure, Threshold):
        raise LabError(
            f"{slo.name}: the lab's history has slices of one minute, of a gauge it can read",
            fix="set timeSliceWindow: 1m",
        )
    looks = zip(*(one.values() for one in _chosen(slo, gauge.selector, series)), strict=True)
    values = [gauge.value(list(look), minute.end) for minute, look in zip(history.minutes, looks, strict=True)]
    bad = [0.0 if value is None or sli.measure.meets(value) else 1.0 for value in values]
    return [1] * len(values), [sli.badness(share) for share in bad]


def _events(slo: Slo, sli: EventSli, series: Sequence[Series]) -> tuple[_Column, _Column]:
    for selector in sli.selectors:
        _chosen(slo, selector, series)
    return _totals(sli, series)


def _totals(sli: EventSli, series: Sequence[Series]) -> tuple[_Column, _Column]:
    """Eligible and bad events a minute; a selector that chooses none of the series has none."""

    def total(selector: Selector | None) -> _Column:
        gains = [0.0] * len(series[0].values())
        for one in series:
            if selector is not None and selector.accepts(one.metric, one.labels):
                weight = sli.weights.of(one.labels) if sli.weights else 1
                gains = [so_far + weight * gain for so_far, gain in zip(gains, one.values(), strict=True)]
        return gains

    eligible = total(sli.eligible)
    if sli.good is not None:
        return eligible, [whole - good for whole, good in zip(eligible, total(sli.good), strict=True)]
    return eligible, total(sli.bad)


def _counts_for(sli: EventSli, one: Series) -> bool:
    return any(selector.accepts(one.metric, one.labels) for selector in sli.selectors)


def _chosen(slo: Slo, selector: Selector, series: Sequence[Series]) -> list[Series]:
    chosen = [one for one in series if selector.accepts(one.metric, one.labels)]
    if not chosen:
        raise LabError(
            f"{slo.name}: the lab's history has no series for {selector}",
            fix="compare the selector with what the checkout service exports on /metrics",
        )
    return chosen


def _part(counts: Iterable[int], tier: str) -> list[int]:
    """A tier's part of each count; the parts of the three tiers add up to it."""
    if tier in _SHARES:
        share = _SHARES[tier]
        return [int(count * share) for count in counts]
    plus, business = _SHARES["plus"], _SHARES["business"]
    return [count - int(count * plus) - int(count * business) for count in counts]


def _bucket(tier: _Tier, bound: float, nature: Nature) -> Callable[[], list[int]]:
    """A bucket's gains: fast answers spread as nature spreads them within the objective, slow ones as beyond it."""
    slower_than_objective = nature.slower_than(LATENCY_OBJECTIVE)
    within = 1 - nature.slower_than(bound)
    if bound <= LATENCY_OBJECTIVE:
        share = min(1.0, within / (1 - slower_than_objective))
        return lambda: [int(fast * share) for fast in tier.fast]
    share = 1 - nature.slower_than(bound) / slower_than_objective if slower_than_objective else 1.0
    return lambda: [fast + int(slow * share) for fast, slow in zip(tier.fast, tier.slow, strict=True)]


def _means(nature: Nature) -> tuple[float, float]:
    """Mean seconds of the answers within the objective and beyond it: a lognormal's partial expectations."""
    mean = nature.median * math.exp(nature.sigma**2 / 2)
    beyond = nature.slower_than(LATENCY_OBJECTIVE)
    shifted = Nature(median=nature.median * math.exp(nature.sigma**2), sigma=nature.sigma)
    heavy = mean * shifted.slower_than(LATENCY_OBJECTIVE)
    return (mean - heavy) / (1 - beyond), heavy / beyond if beyond else LATENCY_OBJECTIVE
