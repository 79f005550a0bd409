"""The budget along time, closely looked at: exact to the source's spans, and never invented."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.core.assemble import assemble, source_status
from slotui.core.burn_down import expected_at, left_between
from slotui.core.composite import Weight, add_lines
from slotui.core.forecast import Expected, Forecast
from slotui.core.policy import DEFAULT_POLICY
from slotui.core.reading import RECENT, Snapshot, read_timeline
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.core.window import Calendar
from slotui.duration import DAY, HOUR, MINUTE

NOW = 1763820000.0  # 2025-11-22T14:00:00Z
SLO = Slo("shop", "shop", 0.99, 30 * DAY, EventSli(Selector("requests"), Selector("good")))


def board_of(line, slo=SLO, at=NOW):
    snapshot = Snapshot(at, {slo.name: read_timeline(slo, line, at)})
    status = source_status("prometheus", "", snapshot, 60)
    return assemble(snapshot, [slo], DEFAULT_POLICY, (), status).find(slo.name)


def minutes(length, bad=lambda _: 0.0, *, until=NOW):
    """A hundred requests a minute; `bad(seconds before until)` of them."""
    count = int(length // MINUTE)
    return Timeline(
        Span(until - (left + 1) * MINUTE, until - left * MINUTE, 100, bad(left * MINUTE), MINUTE)
        for left in reversed(range(count))
    )


def test_the_line_ends_at_the_number_on_the_tile():
    slo = board_of(minutes(31 * DAY, lambda before: 5 if before < HOUR else 1))
    assert left_between(slo, NOW - HOUR, NOW, 60)[-1] == slo.remaining


def test_each_minute_of_the_last_hour_has_a_value_of_its_own():
    slo = board_of(minutes(31 * DAY, lambda before: 100 if before == 30 * MINUTE else 0))
    found = left_between(slo, NOW - HOUR, NOW, 60)
    step = 100 / slo.allowed
    assert found[:29] == pytest.approx([slo.remaining + step] * 29)
    assert found[29:] == pytest.approx([slo.remaining] * 31)


def test_what_nobody_measured_is_none():
    line = minutes(10 * HOUR, until=NOW - 30 * MINUTE)
    line.extend(Span(NOW - left * MINUTE, NOW - (left - 1) * MINUTE, 100, 0, MINUTE) for left in range(10, 0, -1))
    found = left_between(board_of(line), NOW - HOUR, NOW, 60)
    assert [share is None for share in found] == [False] * 30 + [True] * 20 + [False] * 10


def test_before_the_last_day_it_says_nothing():
    found = left_between(board_of(minutes(31 * DAY)), NOW - 2 * DAY, NOW, 48)
    assert [share is None for share in found] == [True] * 24 + [False] * 24


def test_a_calendar_budget_has_no_line_before_its_period():
    slo = Slo("shop", "shop", 0.99, DAY, SLO.sli, calendar=Calendar(1, "d", datetime(2025, 1, 1)))
    found = left_between(board_of(minutes(3 * DAY), slo), NOW - 20 * HOUR, NOW, 20)
    assert [share is None for share in found] == [True] * 6 + [False] * 14


def test_without_data_there_is_no_line():
    assert left_between(board_of(Timeline()), NOW - HOUR, NOW, 4) == [None] * 4


def test_a_reading_of_the_past_knows_nothing_of_what_came_after():
    line = minutes(40 * DAY)
    recent = read_timeline(SLO, line, NOW - DAY - 30).recent
    assert recent.last == NOW - DAY - 30
    assert recent.first == pytest.approx(NOW - DAY - RECENT - 30, abs=MINUTE)


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 9)), min_size=1, max_size=30),
    st.floats(-5, 400),
    st.floats(0, 400),
)
def test_a_part_of_a_timeline_counts_what_the_whole_counts(steps, start, length):
    line, at = Timeline(), 0.0
    for seconds, bad in steps:
        line.extend([Span(at, at + seconds, 10, bad, seconds)])
        at += seconds
    part = line.part(start, start + length)
    assert part.between(start, start + length).bad == pytest.approx(line.between(start, start + length).bad)
    assert part.last is None or part.last <= start + length


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param(100, 0.8, id="it begins with what is left"),
        pytest.param(150, 0.6, id="between two points it goes straight"),
        pytest.param(300, 0.0, id="it ends where the curve ends"),
        pytest.param(301, None, id="beyond it says nothing"),
        pytest.param(99, None, id="nor of the past"),
    ],
)
def test_what_a_forecast_expects(moment, expected):
    ahead = Forecast(100, 1.0, curve=(Expected(100, 0.8), Expected(200, 0.4), Expected(300, 0.0)))
    assert expected_at(ahead, moment) == pytest.approx(expected)


def test_a_forecast_without_a_curve_expects_nothing():
    assert expected_at(None, 1) is None
    assert expected_at(Forecast(0, None), 1) is None


def test_the_last_day_of_a_composite_is_that_of_its_members_weighed():
    even, hour = minutes(2 * HOUR, lambda _: 1.0), minutes(HOUR, lambda _: 4.0)
    weights = {"a": Weight(1.0, 2.0), "b": Weight(0.5, 1.0)}
    found = add_lines({"a": even, "b": hour}, weights).trailing(HOUR, NOW)
    assert (found.eligible, found.bad, found.measured) == (6000 + 3000, 120 + 240, HOUR)
    assert len(add_lines({}, {})) == 0
