"""A ring of running totals says what a list of all events would say, to one bucket."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.inprocess.buckets import Buckets

RESOLUTION, REACH = 30, 3600
EVENTS = st.lists(
    st.tuples(
        st.floats(0, 900) | st.floats(0, 3 * REACH),  # seconds since the event before
        st.integers(0, 1000),
        st.integers(0, 1000),
    ),
    max_size=60,
)


@given(EVENTS, st.floats(0, 2 * REACH), st.floats(1, REACH), st.floats(0, 1e9))
def test_counts_agree_with_a_list_of_events_within_one_bucket(
    events: list[tuple[float, int, int]], silence: float, window: float, start: float
) -> None:
    buckets = Buckets(RESOLUTION, REACH, start)
    at, naive = start, []
    for pause, good, bad in events:
        at += pause
        buckets.add(at, good + bad, bad)
        naive.append((at, good + bad, bad))
    at += silence
    found = buckets.since(at - window)
    # Exactly: what lies in the buckets that the window touches. So never less than the window, and at most one more.
    border = (at - window) // RESOLUTION
    assert found == (
        sum(eligible for moment, eligible, _ in naive if moment // RESOLUTION >= border),
        sum(bad for moment, _, bad in naive if moment // RESOLUTION >= border),
    )
    within = sum(eligible for moment, eligible, _ in naive if moment >= at - window)
    around = sum(eligible for moment, eligible, _ in naive if moment >= at - window - RESOLUTION)
    assert within <= found[0] <= around


@given(
    EVENTS,
    st.dictionaries(st.integers(-20, 200), st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=30),
)
def test_replaced_buckets_are_as_if_they_had_been_counted_so(
    events: list[tuple[float, int, int]], other: dict[int, tuple[int, int]]
) -> None:
    buckets, at = Buckets(RESOLUTION, REACH, 0.0), 0.0
    counted: dict[int, tuple[int, int]] = {}
    for pause, good, bad in events:
        at += pause
        buckets.add(at, good + bad, bad)
        index = int(at // RESOLUTION)
        eligible, bads = counted.get(index, (0, 0))
        counted[index] = eligible + good + bad, bads + bad
    newest = int(at // RESOLUTION)
    oldest = buckets.oldest
    buckets.replace(other)
    expected = counted | other
    for start in range(oldest, newest + 3):
        kept = [tally for index, tally in expected.items() if max(start, oldest) <= index <= newest]
        assert buckets.since(start * RESOLUTION) == (sum(e for e, _ in kept), sum(b for _, b in kept))


def test_a_clock_that_is_set_back_loses_no_event() -> None:
    buckets = Buckets(RESOLUTION, REACH, 1000.0)
    buckets.add(1000.0, 5, 1)
    buckets.add(400.0, 7, 2)
    assert buckets.since(990.0) == (12, 3)
    assert buckets.since(1021.0) == (0, 0)


@pytest.mark.parametrize("silence", [REACH - 30, REACH, 2 * REACH, 400 * REACH], ids=lambda s: f"{s:.0f}s of silence")
def test_what_is_older_than_the_ring_is_gone_and_nothing_else(silence: float) -> None:
    buckets = Buckets(RESOLUTION, REACH, 0.0)
    buckets.add(0.0, 5, 1)
    buckets.add(silence, 1, 0)
    assert buckets.since(silence - REACH) == ((6, 1) if silence <= REACH else (1, 0))


def test_threads_that_record_at_once_lose_nothing() -> None:
    buckets = Buckets(1, 60, 0.0)

    def record(thread: int) -> None:
        for event in range(5000):
            buckets.add(event / 200 + thread / 1000, 1, event % 2)

    threads = [threading.Thread(target=record, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert buckets.since(0.0) == (20000, 10000)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")  # from Python 3.12 on
def test_a_forked_child_can_count_though_a_thread_held_the_lock() -> None:
    buckets = Buckets(RESOLUTION, REACH, 0.0)
    with buckets.lock:
        child = os.fork()
        if child == 0:
            signal.alarm(10)  # a lock that nobody can give back would hold it for ever
            buckets.add(1.0, 1, 1)
            os._exit(0 if buckets.since(0.0) == (1, 1) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
