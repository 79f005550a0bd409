"""Counts from looks at a page: whatever restarts, resets or goes missing, no event is lost or counted twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.core.sli import EventSli, Matcher, Selector, freshness
from slotui.core.slo import Slo
from slotui.duration import DAY
from slotui.errors import SourceError
from slotui.source.scrape.collector import counters, memory_after, missing
from slotui.source.scrape.exposition import Page, parse_page
from slotui.source.scrape.increments import Memory, Slice, event_span, gains, slice_step

ALL = Selector("req_total")
GOOD = Selector("req_total", (Matcher("code", "=~", "2.."),))
SLO = Slo("shop", "shop", 0.999, 30 * DAY, EventSli(ALL, good=GOOD))
FRESH = freshness(Selector("updated"), 60.0)


def page(at: float, good: float, bad: float, started: float | None = None) -> Page:
    text = f'req_total{{code="200"}} {good}\nreq_total{{code="500"}} {bad}\n'
    if started is not None:
        text += f"process_start_time_seconds {started}\n"
    return parse_page(text, at, ["req_total"])


def count(pages: list[Page]) -> tuple[float, float]:
    """Eligible and bad events over a series of looks."""
    memory, eligible, bad = Memory(), 0.0, 0.0
    for look in pages:
        gain = gains(memory, look, counters([SLO], look))
        span = event_span(SLO.sli, look, gain) if gain and isinstance(SLO.sli, EventSli) else None
        if span is not None:
            eligible, bad = eligible + span.eligible, bad + span.bad
        memory = memory_after(memory, [SLO], look, {})
    return eligible, bad


steps = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.booleans()), max_size=30)


@given(steps)
def test_restarts_that_announce_themselves_cost_nothing(history: list[tuple[int, int, bool]]) -> None:
    pages, good, bad, started = [page(0, 0, 0, 0.0)], 0, 0, 0.0
    for index, (more_good, more_bad, restarts) in enumerate(history, start=1):
        if restarts:
            good, bad, started = 0, 0, 60.0 * index - 30
        good, bad = good + more_good, bad + more_bad
        pages.append(page(60.0 * index, good, bad, started))
    total = sum(a + b for a, b, _ in history), sum(b for _, b, _ in history)
    assert count(pages) == total


@given(steps)
def test_a_reset_without_a_word_is_seen_when_a_counter_falls(history: list[tuple[int, int, bool]]) -> None:
    pages, good, bad, expected = [page(0, 0, 0)], 0, 0, 0
    for index, (more_good, more_bad, restarts) in enumerate(history, start=1):
        before = (good, bad)
        if restarts:
            good, bad = 0, 0
        good, bad = good + more_good, bad + more_bad
        for old, new in zip(before, (good, bad), strict=True):
            expected += new - old if new >= old else new
        pages.append(page(60.0 * index, good, bad))
    assert count(pages)[0] == expected


def test_the_first_look_counts_nothing_and_a_series_born_later_counts_whole() -> None:
    first = parse_page('req_total{code="200"} 1000\n', 0, ["req_total"])
    assert count([first, page(60, 1010, 3)]) == (13, 3)


def test_a_series_that_was_away_for_a_look_is_not_counted_again() -> None:
    partial = parse_page('req_total{code="500"} 5\n', 60, ["req_total"])
    assert count([page(0, 1000, 5), partial, page(120, 1010, 5)]) == (10, 0)


def test_a_long_silence_is_counted_but_not_measured() -> None:
    memory = memory_after(Memory(), [SLO], page(0, 0, 0), {})
    late = page(3600, 50, 1)
    gain = gains(memory, late, counters([SLO], late))
    assert gain is not None
    span = event_span(SLO.sli, late, gain) if isinstance(SLO.sli, EventSli) else None
    assert span == (0, 3600, 51, 1, 0.0)


def test_a_clock_that_goes_back_counts_nothing_twice() -> None:
    memory = memory_after(Memory(), [SLO], page(100, 10, 0), {})
    assert gains(memory, page(90, 20, 0), []) is None


def test_a_page_without_the_metric_says_which_selector_found_nothing() -> None:
    assert missing([SLO], parse_page("up 1\n", 0, ["req_total"])) == {"shop": "no series match req_total"}


@pytest.mark.parametrize("text", ["<html><body>hello", "req_total{code= 5", "req_total five"])
def test_what_is_no_exposition_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="not in Prometheus' text format"):
        parse_page(text, 0, ["req_total"])


def test_nan_and_infinity_are_no_samples() -> None:
    assert parse_page('req_total NaN\nreq_total{a="b"} +Inf\n', 0, ["req_total"]).samples == ()


def fresh(at: float, updated: float) -> Page:
    return parse_page(f"updated {updated}\n", at, ["updated"])


def test_a_slice_is_bad_when_any_look_at_it_was() -> None:
    closed, slice_ = slice_step(FRESH, fresh(120, 100), None, None)
    assert (closed, slice_) == (None, Slice(120, 1, 0))
    closed, slice_ = slice_step(FRESH, fresh(165, 100), None, slice_)
    assert (closed, slice_) == (None, Slice(120, 2, 1))
    closed, slice_ = slice_step(FRESH, fresh(180, 175), None, slice_)
    assert closed == (120, 180, 1, 1, 60)
    assert slice_ == Slice(180, 1, 0)


def test_a_slice_nobody_looked_at_is_neither_good_nor_bad() -> None:
    closed, slice_ = slice_step(FRESH, fresh(360, 359), None, Slice(120, 4, 0))
    assert closed == (120, 180, 1, 0, 60)
    assert slice_ == Slice(360, 1, 0)


def test_exactly_sixty_seconds_old_is_fresh_and_the_newest_of_several_counts() -> None:
    two = parse_page('updated{at="a"} 0\nupdated{at="b"} 60\n', 120, ["updated"])
    assert slice_step(FRESH, two, None, None)[1] == Slice(120, 1, 0)


def test_without_the_gauge_no_slice_begins() -> None:
    assert slice_step(FRESH, parse_page("", 120, ["updated"]), None, None) == (None, None)
