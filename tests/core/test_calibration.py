"""Verdicts on targets, each from windows that are told apart by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slotui.core.calibration import Calibration, Finding, calibrate
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.core.window import Calendar
from slotui.duration import DAY, HOUR, WEEK

EVENTS = EventSli(Selector("total"), Selector("good"))
SLO = Slo("shop", "shop", 0.999, 7 * DAY, EVENTS)
BEGAN = 1_763_820_000.0


def weeks(*spent: float | None, per_hour: float = 100_000) -> Timeline:
    """Hours of even traffic; each week spends its share of a budget of 0.1 %, None: nobody measured it."""
    line = Timeline()
    for week, share in enumerate(spent):
        if share is not None:
            start = BEGAN + week * WEEK
            bad = per_hour * 0.001 * share
            line.extend(Span(start + n * HOUR, start + (n + 1) * HOUR, per_hour, bad, HOUR) for n in range(7 * 24))
    return line


def judged(*spent: float | None, per_hour: float = 100_000) -> Calibration:
    found = calibrate(SLO, weeks(*spent, per_hour=per_hour))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("spent", "finding", "target"),
    [
        pytest.param([0.1, 0.05, 0.19], Finding.TOO_LOOSE, 0.9995, id="more than 80 % left every time: too loose"),
        pytest.param([0.1, 0.1, 0.21], Finding.ROOMY, 0.9995, id="once less: rather loose"),
        pytest.param([0.3, 0.5, 0.7], Finding.HEALTHY, 0.999, id="half spent, never all: healthy, and kept"),
        pytest.param([0.6, 0.8, 0.9], Finding.SNUG, 0.999, id="most of it every time: rather tight"),
        pytest.param([1.5, 2.0, 1.1], Finding.TOO_TIGHT, 0.995, id="exhausted every time: too tight"),
        pytest.param([0.1, 5.0, 0.1], Finding.UNEVEN, 0.9995, id="exhausted once: look at that one"),
        pytest.param([5.0, 5.0, 5.0], Finding.TOO_TIGHT, 0.99, id="half of a percent fits 99 %"),
        pytest.param([0.0, 0.0, 0.0], Finding.TOO_LOOSE, None, id="nothing bad tells no target"),
        pytest.param([990.0, 990.0, 990.0], Finding.TOO_TIGHT, None, id="total failure fits none"),
    ],
)
def test_findings(spent: Sequence[float], finding: Finding, target: float | None) -> None:
    found = judged(*spent)
    assert found.finding is finding
    assert (found.suggestion and found.suggestion.target) == target


def test_the_suggestion_is_tried_on_every_window() -> None:
    suggestion = judged(1.5, 2.0, 6.0).suggestion
    assert suggestion is not None
    assert suggestion.target == 0.995
    assert (suggestion.lowest, suggestion.median, suggestion.highest) == pytest.approx((0.3, 0.4, 1.2))
    assert suggestion.exhausted == 1


def test_few_events_allow_no_sharp_target() -> None:
    # 168 000 requests a week: 99.99 % would allow 17 bad ones, 99.995 % eight.
    sharp = judged(0.005, 0.005, 0.005, per_hour=1000).suggestion
    assert sharp is not None
    assert sharp.target == 0.9999


@pytest.mark.parametrize(
    ("spent", "needed"),
    [
        pytest.param([0.5], 2 * WEEK, id="one window: two more"),
        pytest.param([0.5, 0.5], WEEK, id="two: one more"),
        pytest.param([0.5, None, 0.5], WEEK, id="one of three that nobody measured: one more"),
    ],
)
def test_too_little_history_says_how_much_is_needed(spent: Sequence[float | None], needed: float) -> None:
    found = judged(*spent)
    assert (found.finding, found.needed, found.trial, found.suggestion) == (Finding.UNKNOWN, needed, None, None)


def test_a_hole_is_coverage_not_availability() -> None:
    found = judged(0.5, None, 0.5, 0.5)
    assert found.coverage == pytest.approx(0.75)
    assert [window.judged for window in found.windows] == [True, False, True, True]
    assert found.windows[1].spent is None
    assert found.finding is Finding.HEALTHY


def test_only_whole_windows_are_judged_and_they_end_with_the_record() -> None:
    line = weeks(0.5, 0.5, 0.5, 0.5)
    found = calibrate(SLO, line, since=BEGAN + 2 * DAY)
    assert found is not None
    assert [window.period.end for window in found.windows] == [BEGAN + n * WEEK for n in (2, 3, 4)]


def test_of_a_calendar_only_the_months_that_are_over() -> None:
    month = Slo("shop", "shop", 0.999, 30 * DAY, EVENTS, calendar=Calendar(1, "M", datetime(2024, 1, 1)))
    start, end = (datetime(2026, m, 10, tzinfo=UTC).timestamp() for m in (1, 6))
    hours = int((end - start) / HOUR)
    found = calibrate(
        month, Timeline(Span(start + n * HOUR, start + (n + 1) * HOUR, 100_000, 50, HOUR) for n in range(hours))
    )
    assert found is not None
    assert [datetime.fromtimestamp(one.period.start, UTC).strftime("%m-%d") for one in found.windows] == [
        "02-01", "03-01", "04-01", "05-01",
    ]  # fmt: skip
    assert [one.period.length / DAY for one in found.windows] == [28, 31, 30, 31]


def test_a_tighter_target_fires_more() -> None:
    line = weeks(0.05, 0.05, 0.05)
    outage = Span(BEGAN + 3 * WEEK, BEGAN + 3 * WEEK + HOUR, 100_000, 300, HOUR)
    line.extend([outage])
    line.extend(Span(outage.end + n * HOUR, outage.end + (n + 1) * HOUR, 100_000, 5, HOUR) for n in range(7 * 24 - 1))
    found = calibrate(SLO, line)
    assert found is not None
    assert found.trial is not None
    assert found.suggestion is not None
    assert found.suggestion.target == 0.9999
    assert (found.trial.fired("page"), found.suggestion.fired("page")) == (0, 2)


def test_an_empty_record_has_nothing_to_say() -> None:
    assert calibrate(SLO, Timeline()) is None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(0, 900)), min_size=1, max_size=8))
def test_no_record_is_too_odd(spent: list[float | None]) -> None:
    found = calibrate(SLO, weeks(*spent))
    if found is None:
        assert all(share is None for share in spent)
        return
    assert 0 < found.coverage <= 1
    assert (found.trial is None) == (found.finding is Finding.UNKNOWN)
    if found.suggestion is not None:
        assert found.suggestion.median < 1
