from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from lab.checkout.nature import DEPENDENCIES
from lab.history import make_history
from lab.series import all_series, causes_of, recorded, spans_of
from slotui.core.sli import EventSli, Matcher, Selector, SliceSli, Weights
from slotui.core.slo import Slo
from slotui.duration import HOUR
from slotui.errors import LabError

HISTORY = make_history(1_790_000_000, 6 * HOUR, 50, seed=4)
SERIES = all_series(HISTORY)


def test_an_slo_counts_every_minute_as_it_happened(slos: dict[str, Slo]) -> None:
    spans = spans_of(slos["checkout-availability"], HISTORY, SERIES)
    assert [(span.end, span.eligible, span.bad) for span in spans] == [
        (minute.end, minute.requests, minute.failed) for minute in HISTORY.minutes
    ]


def test_latency_counts_the_slow_ones(slos: dict[str, Slo]) -> None:
    spans = spans_of(slos["checkout-latency"], HISTORY, SERIES)
    assert [(span.eligible, span.bad) for span in spans] == [(m.requests, m.slow) for m in HISTORY.minutes]


def test_an_edited_predicate_gets_its_own_past(slos: dict[str, Slo]) -> None:
    business = Matcher("tier", "=", "business")
    whole = slos["checkout-availability"]
    assert isinstance(whole.sli, EventSli)
    assert whole.sli.good is not None
    narrow = replace(
        whole,
        sli=EventSli(
            replace(whole.sli.eligible, matchers=(*whole.sli.eligible.matchers, business)),
            replace(whole.sli.good, matchers=(*whole.sli.good.matchers, business)),
        ),
    )
    share = sum(s.eligible for s in spans_of(narrow, HISTORY, SERIES)) / sum(m.requests for m in HISTORY.minutes)
    assert share == pytest.approx(0.08, abs=0.002)


def test_causes_are_those_of_every_minute(slos: dict[str, Slo]) -> None:
    causes = causes_of(slos["checkout-availability"], HISTORY, SERIES)
    assert {cause: [span.bad for span in line] for cause, line in causes.items()} == {
        "none": [0] * len(HISTORY.minutes),
        "cart": [minute.cart for minute in HISTORY.minutes],
        "payment": [minute.payment for minute in HISTORY.minutes],
        "inventory": [minute.inventory for minute in HISTORY.minutes],
        "checkout": [minute.checkout for minute in HISTORY.minutes],
    }
    assert causes_of(slos["checkout-latency"], HISTORY, SERIES) == {}
    assert causes_of(slos["inventory-freshness"], HISTORY, SERIES) == {}


def test_a_dependency_is_called_where_those_before_it_did_not_fail(slos: dict[str, Slo]) -> None:
    called = [minute.requests for minute in HISTORY.minutes]
    for dependency in DEPENDENCIES:
        failed = [minute.failures(dependency) for minute in HISTORY.minutes]
        spans = spans_of(slos[f"{dependency}-availability"], HISTORY, SERIES)
        assert [(span.eligible, span.bad) for span in spans] == list(zip(called, failed, strict=True))
        called = [whole - lost for whole, lost in zip(called, failed, strict=True)]
    assert sum(called) < sum(minute.requests for minute in HISTORY.minutes)


def test_weights_multiply_the_past_too(slos: dict[str, Slo]) -> None:
    slo = slos["checkout-availability"]
    assert isinstance(slo.sli, EventSli)
    heavy = replace(slo, sli=replace(slo.sli, weights=Weights("tier", (("free", 2.0), ("plus", 2.0)), 2.0)))
    assert [(span.eligible, span.bad) for span in spans_of(heavy, HISTORY, SERIES)] == [
        (2 * minute.requests, 2 * minute.failed) for minute in HISTORY.minutes
    ]


def test_a_selector_that_the_shop_has_no_series_for_is_named(slos: dict[str, Slo]) -> None:
    lost = replace(slos["checkout-availability"], sli=EventSli(Selector("nope_total"), Selector("nope_total")))
    with pytest.raises(LabError, match="nope_total"):
        spans_of(lost, HISTORY, SERIES)


def test_slices_of_another_length_are_refused(slos: dict[str, Slo]) -> None:
    slo = slos["inventory-freshness"]
    assert isinstance(slo.sli, SliceSli)
    with pytest.raises(LabError, match="slices of one minute"):
        spans_of(replace(slo, sli=replace(slo.sli, seconds=300)), HISTORY, SERIES)


def test_histogram_buckets_are_cumulative_in_every_minute_and_end_in_the_count() -> None:
    for tier in ("free", "plus", "business"):
        mine = [one for one in SERIES if one.labels.get("tier") == tier]
        buckets = sorted(
            (one for one in mine if one.metric.endswith("_bucket")), key=lambda one: float(one.labels["le"])
        )
        count = next(one for one in mine if one.metric.endswith("_count"))
        assert list(buckets[-1].values()) == list(count.values())
        for smaller, larger in pairwise(buckets):
            assert all(a <= b for a, b in zip(smaller.values(), larger.values(), strict=True))


def test_recorded_steps_hold_every_event_of_whole_steps_once(slos: dict[str, Slo]) -> None:
    spans = spans_of(slos["checkout-availability"], HISTORY, SERIES)
    steps = list(recorded(spans))
    assert all(at % 300 == 0 for at, _, _ in steps)
    inside = [span for span in spans if steps[0][0] - 300 < span.end <= steps[-1][0]]
    assert sum(eligible for _, eligible, _ in steps) == sum(span.eligible for span in inside)
    assert sum(bad for _, _, bad in steps) == sum(span.bad for span in inside)
    assert len(steps) >= 71
