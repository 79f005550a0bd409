"""The tier is found in the record, whoever asks, and whenever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slotui.core.excused import Excused, PolicyException
from slotui.core.policy import DEFAULT_POLICY, Burning, Fold, Moment, Policy, PolicyTier, Standing
from slotui.core.reading import history_step, read_timeline
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.standing import Folds, moments, standing_of
from slotui.core.timeline import Span, Timeline
from slotui.core.window import Calendar
from slotui.duration import DAY, HOUR

EVENTS = EventSli(Selector("total"), Selector("good"))
WEEK = Slo("shop", "shop", 0.999, 7 * DAY, EVENTS)
MONTH = Slo("shop", "shop", 0.999, 30 * DAY, EVENTS)
BEGAN = 1_763_820_151.0

hours = st.lists(st.sampled_from([0, 0, 0, 1, 2, 5, 40, 200]), min_size=1, max_size=14 * 24)
long_hours = st.lists(st.sampled_from([0, 0, 0, 1, 2, 5, 40, 200]), min_size=24, max_size=20 * 24)


def record(bad: Sequence[int]) -> Timeline:
    """So many bad of 997 requests in each hour."""
    return Timeline(Span(BEGAN + n * HOUR, BEGAN + (n + 1) * HOUR, 997, count, HOUR) for n, count in enumerate(bad))


def at_hour(slo: Slo, line: Timeline, hour: int, excused: Sequence[Excused] = ()) -> Standing | None:
    at = BEGAN + hour * HOUR
    return standing_of(slo, read_timeline(slo, line, at), DEFAULT_POLICY, at, excused)


@settings(max_examples=30, deadline=None)
@given(long_hours, st.data())
def test_what_came_later_does_not_change_what_was_said(bad: list[int], data: st.DataObject) -> None:
    hour = data.draw(st.integers(1, len(bad)))
    line = record(bad)
    live = line.before(BEGAN + hour * HOUR)
    assert at_hour(WEEK, line, hour) == at_hour(WEEK, live, hour)


@settings(max_examples=30, deadline=None)
@given(hours, st.data())
def test_a_fold_that_ran_live_said_what_the_record_says_now(bad: list[int], data: st.DataObject) -> None:
    """One that looked once a step, for as long as there was something to see, and was asked at some instant."""
    line = record(bad)
    hour = data.draw(st.integers(1, len(bad)))
    at, step = BEGAN + hour * HOUR, history_step(WEEK.window)
    fold = Fold(DEFAULT_POLICY)
    looked = (BEGAN // step + 1) * step
    while looked < at:
        fold.see(Moment(looked, left_if_the_rest_is_clean(line, looked)))
        looked += step
    fold.see(Moment(at, left_if_the_rest_is_clean(line, at)))
    assert at_hour(WEEK, line, hour) == fold.standing()


def left_if_the_rest_is_clean(line: Timeline, at: float) -> float:
    counts = line.trailing(WEEK.window, at)
    allowed = (1 - WEEK.target) * counts.eligible * WEEK.window / min(counts.measured, WEEK.window)
    return 1 - counts.bad / allowed


@settings(max_examples=30, deadline=None)
@given(long_hours, st.integers(0, 3 * HOUR))
def test_whoever_looks_a_little_later_sees_the_same_past(bad: list[int], later: int) -> None:
    line, at = record(bad), BEGAN + len(bad) * HOUR - 3 * HOUR
    first, second = (
        {moment.at: moment.remaining for moment in moments(WEEK, read_timeline(WEEK, line, when), when)[:-1]}
        for when in (at, at + later)
    )
    shared = first.keys() & second.keys()
    assert len(shared) >= min(len(first), len(second)) - later // history_step(WEEK.window) - 1
    assert all(first[moment] == pytest.approx(second[moment], abs=1e-9) for moment in shared)


def test_an_overspent_year_is_not_told_to_have_begun_last_week() -> None:
    bad = [2] * 100 * 24
    found = at_hour(MONTH, record(bad), len(bad))
    assert found is not None
    assert (found.tier.name, found.since) == ("freeze", None)


def test_before_the_first_measurement_there_is_no_tier() -> None:
    assert at_hour(WEEK, record([1]), 0) is None


PAID_BY = PolicyException("dependency", BEGAN + 24 * HOUR, BEGAN + 26 * HOUR, "the bank was away", "kim")


def paid_by(bad: Sequence[int]) -> Excused:
    hours = [BEGAN + n * HOUR for n in range(24, 26)]
    return Excused(PAID_BY, tuple(Span(at, at + HOUR, 0, bad[24 + n], 0) for n, at in enumerate(hours)))


def test_what_is_excused_does_not_move_the_tier() -> None:
    bad = [0] * 24 + [400] * 2 + [0] * 24 * 6
    line = record(bad)
    spent = [paid_by(bad)]
    for hour in (25, 26, 30, len(bad)):
        counted, excused = at_hour(WEEK, line, hour), at_hour(WEEK, line, hour, spent)
        assert counted is not None
        assert excused is not None
        assert (counted.tier.name, excused.tier.name) == ("freeze", "healthy"), hour


def test_what_is_spent_beside_an_exception_still_counts() -> None:
    bad = [0] * 24 + [400] * 2 + [0] * 24 + [200] + [0] * 24 * 5
    found = at_hour(WEEK, record(bad), len(bad), [paid_by(bad)])
    assert found is not None
    assert found.tier.name == "freeze"


def test_a_month_starts_over() -> None:
    month = Slo("shop", "shop", 0.999, 30 * DAY, EVENTS, calendar=Calendar(1, "M", datetime(2024, 1, 1)))
    begins = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
    line = Timeline(
        Span(begins + n * HOUR, begins + (n + 1) * HOUR, 1000, 900 if n == 48 else 0, HOUR) for n in range(33 * 24)
    )

    def tier(day: float) -> tuple[str, float | None]:
        at = begins + day * DAY
        found = standing_of(month, read_timeline(month, line, at), DEFAULT_POLICY, at)
        assert found is not None
        return found.tier.name, found.since

    assert tier(1)[0] == "healthy"
    assert tier(4) == ("freeze", begins + 48 * HOUR + 2 * HOUR)
    assert tier(30)[0] == "freeze"
    assert tier(31.1)[0] == "healthy"


@pytest.mark.parametrize(
    ("window", "bad", "tier"),
    [
        pytest.param(HOUR, [0] * 99 + [20], "hot", id="the hour that the source counted"),
        pytest.param(HOUR, [0] * 98 + [20, 0], "calm", id="it ends with the burn, without a memory"),
        pytest.param(8 * HOUR, [0] * 92 + [20] * 8, "hot", id="a window that the steps of the history make up"),
        pytest.param(8 * HOUR, [0] * 99 + [20], "calm", id="of which one hour is not enough"),
    ],
)
def test_a_burn_is_looked_at_now(window: int, bad: list[int], tier: str) -> None:
    policy = Policy("p", (PolicyTier("calm", ""), PolicyTier("hot", "", also_while=Burning(10, window))))
    at = BEGAN + len(bad) * HOUR
    found = standing_of(WEEK, read_timeline(WEEK, record(bad), at), policy, at)
    assert found is not None
    assert found.tier.name == tier


MINUTES = 14 * 24 * 60
looks = st.lists(st.integers(1, MINUTES), min_size=2, max_size=8)
CALENDAR_WEEK = Slo("shop", "shop", 0.999, 7 * DAY, EVENTS, calendar=Calendar(1, "w", datetime(2025, 1, 6), "UTC"))


@pytest.mark.parametrize(
    "slo",
    [pytest.param(WEEK, id="a week that rolls"), pytest.param(CALENDAR_WEEK, id="weeks that start over")],
)
@settings(max_examples=25, deadline=None)
@given(bad=hours, asked=looks)
def test_a_remembered_fold_leads_to_the_tier_of_a_whole_one(slo: Slo, bad: list[int], asked: list[int]) -> None:
    line, folds = record(bad), Folds()
    for minute in asked:  # back and forth, as a replay goes
        at = BEGAN + minute * 60
        reading = read_timeline(slo, line, at)
        assert standing_of(slo, reading, DEFAULT_POLICY, at, folds=folds) == standing_of(
            slo, reading, DEFAULT_POLICY, at
        )


def test_a_fold_is_remembered_until_a_step_is_over() -> None:
    line, folds, seen = record([1] * 14 * 24), Folds(), []
    step = history_step(WEEK.window)
    began = (BEGAN // step + 400) * step + 1
    for at in (began, began + step / 2, began + step):
        standing_of(WEEK, read_timeline(WEEK, line, at), DEFAULT_POLICY, at, folds=folds)
        seen.append(folds["shop"])
    assert seen[0] is seen[1]
    assert seen[1] is not seen[2]


def test_a_past_that_was_counted_otherwise_is_folded_again() -> None:
    at, folds = BEGAN + 200 * HOUR, Folds()
    for bad, tier in ((0, "healthy"), (40, "freeze")):
        reading = read_timeline(WEEK, record([bad] * 100 + [0] * 100), at)
        found = standing_of(WEEK, reading, DEFAULT_POLICY, at, folds=folds)
        assert found is not None
        assert found.tier.name == tier
