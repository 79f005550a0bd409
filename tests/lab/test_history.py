from __future__ import annotations

from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.chronicle import Chronicle
from lab.history import History, make_history
from lab.series import Series, all_series, spans_of
from lab.shape import demand
from slotui.core.alerts import derive_tiers, evaluate
from slotui.core.budget import Budget
from slotui.core.slo import Slo
from slotui.core.timeline import Timeline
from slotui.duration import DAY, HOUR

END = 1_790_000_123.0


@lru_cache(maxsize=1)
def month() -> History:
    return make_history(END, 30 * DAY, 50)


def timeline(slo: Slo, history: History, series: tuple[Series, ...] | None = None) -> Timeline:
    return Timeline(spans_of(slo, history, series or all_series(history)))


def test_the_same_seed_makes_the_same_past_and_another_one_another() -> None:
    assert make_history(END, DAY, 50, 1) == make_history(END, DAY, 50, 1)
    assert make_history(END, DAY, 50, 1).minutes != make_history(END, DAY, 50, 2).minutes


def test_it_is_whole_minutes_without_a_hole_up_to_the_last_one() -> None:
    history = month()
    assert history.end == END // 60 * 60
    assert [minute.end for minute in history.minutes] == [history.start + 60 * n for n in range(1, 30 * 1440 + 1)]


BOUNDS = {
    "checkout-availability": (0.60, 0.75),
    "checkout-latency": (0.67, 0.73),
    "inventory-freshness": (0.88, 0.92),
    "cart-availability": (0.90, 0.99),
    "inventory-availability": (0.90, 0.995),
    "payment-availability": (0.50, 0.90),
}


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10**6), end=st.floats(1.7e9, 1.9e9))
def test_at_any_hour_and_seed_the_budgets_left_are_worth_practising_with(
    slos: dict[str, Slo], seed: int, end: float
) -> None:
    history = make_history(end, 30 * DAY, 50, seed)
    series = all_series(history)
    for name, (low, high) in BOUNDS.items():
        slo = slos[name]
        left = Budget(
            slo.target, slo.window, timeline(slo, history, series).trailing(slo.window, history.end)
        ).remaining_ratio
        assert left is not None
        assert low < left < high, name


@pytest.mark.parametrize("name", BOUNDS)
def test_nothing_alarms_at_the_start(slos: dict[str, Slo], name: str) -> None:
    slo, history = slos[name], month()
    line = timeline(slo, history)
    for tier in derive_tiers(slo.window):
        status = evaluate(tier, slo.target, lambda window: line.trailing(window, history.end))
        assert status.burn_long is not None
        assert status.burn_long < 0.7 * tier.factor
        assert not status.firing


def test_the_last_three_days_are_calm() -> None:
    history = month()
    assert len(history.happened.troubles) == 3
    for trouble in (*history.happened.troubles, *history.happened.stalls):
        assert trouble.end < history.end - 3 * DAY
        assert trouble.start >= history.start


def test_an_outage_is_seen_where_it_is_said_to_be(slos: dict[str, Slo]) -> None:
    history = month()
    line = timeline(slos["checkout-availability"], history)
    outage = history.happened.troubles[0]
    assert line.between(outage.start, outage.end).error_ratio == pytest.approx(0.06, rel=0.1)
    assert line.between(outage.start - HOUR, outage.start).error_ratio == pytest.approx(0.0002, abs=0.0002)


def test_a_short_past_leaves_out_what_would_not_fit() -> None:
    history = make_history(END, 2 * HOUR, 50)
    assert history.happened == Chronicle((), (), ())
    assert len(history.minutes) == 120


def test_no_alert_notices_the_slow_leak(slos: dict[str, Slo]) -> None:
    slo, history = slos["checkout-availability"], month()
    line, leak = timeline(slo, history), history.happened.troubles[1]
    assert line.between(leak.start, leak.end).error_ratio == pytest.approx(0.0015, rel=0.15)
    hours = [leak.start + hour * HOUR for hour in range(1, 40)]
    assert not [
        tier.key
        for at in hours
        for tier in derive_tiers(slo.window)
        if evaluate(tier, slo.target, lambda window, at=at: line.trailing(window, at)).firing  # type: ignore[misc]
    ]


def test_a_week_has_workdays_and_a_quieter_weekend() -> None:
    history = make_history(END, 7 * DAY, 50)
    by_day: dict[int, int] = {}
    for minute in history.minutes:
        by_day.setdefault(int((minute.end - 1) // DAY + 3) % 7, 0)  # Monday is 0: the epoch was a Thursday
        by_day[int((minute.end - 1) // DAY + 3) % 7] += minute.requests
    assert sum(by_day.values()) == pytest.approx(7 * 50 * DAY, rel=0.005)
    assert max(by_day[5], by_day[6]) < 0.85 * min(by_day[day] for day in range(1, 4))


def test_it_goes_on_at_the_rate_of_its_hour() -> None:
    history = make_history(END, 2 * HOUR, 50)
    expected = sum(50 * demand(minute.end - 30) * 60 for minute in history.minutes)
    assert sum(minute.requests for minute in history.minutes) == pytest.approx(expected, rel=0.005)
