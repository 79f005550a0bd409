"""What rolls off, when nothing is left, and that no forecast is a number that nobody can read."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slotui.core.budget import Budget
from slotui.core.forecast import Forecast, forecast
from slotui.core.timeline import Counts, Span, Timeline
from slotui.core.window import Period
from slotui.duration import DAY, HOUR

W = 30 * DAY
NOW = 1_000 * DAY
TARGET = 0.999


def history(bad: Mapping[int, float], *, days: int = 38, until: float = NOW) -> list[Span]:
    """1000 requests an hour; so many bad in the hour that began so many hours ago."""
    return [
        Span(until - ago * HOUR, until - (ago - 1) * HOUR, 1000, bad.get(ago, 0), HOUR)
        for ago in range(days * 24, 0, -1)
    ]


def rolling(spans: list[Span], burn: float | None) -> Forecast:
    budget = Budget(TARGET, W, Timeline(spans).trailing(W, NOW))
    found = forecast(spans, budget, Period(NOW - W, NOW), burn, NOW)
    assert found is not None
    return found


# 720 hours of 1000 requests allow 720 bad ones.
def test_an_outage_is_named_with_the_day_on_which_it_leaves_the_window() -> None:
    found = rolling(history({240: 200, 239: 100, 24: 36}), 0.5)
    first, second = found.roll_offs
    assert (first.start, first.end) == (NOW - 10 * DAY, NOW - 10 * DAY + 2 * HOUR)
    assert (first.leaves_from, first.leaves_by) == (NOW + 20 * DAY, NOW + 20 * DAY + 2 * HOUR)
    assert first.share == pytest.approx(300 / 720)
    assert second.share == pytest.approx(0.05)


def test_an_even_spend_has_no_outage_to_name() -> None:
    assert rolling(history(dict.fromkeys(range(1, 1000), 0.5)), 0.5).roll_offs == ()


def test_what_has_left_the_window_is_not_named() -> None:
    assert rolling(history({31 * 24: 500}), 0.0).roll_offs == ()


def test_half_of_it_left_at_burn_one_is_gone_in_half_a_window() -> None:
    # All of the spend is recent, so that nothing rolls off before.
    found = rolling(history({2: 360}), 1.0)
    assert found.gone_at == pytest.approx(NOW + 15 * DAY)


def test_what_rolls_off_in_time_keeps_a_budget_alive() -> None:
    # Half was spent in an outage that leaves in five days; at burn 0.9 the rest would last for sixteen.
    found = rolling(history({25 * 24: 360}), 0.9)
    assert found.gone_at is None
    assert found.curve[-1].remaining == pytest.approx(0.1)


def test_what_rolls_off_puts_the_end_off() -> None:
    # Half was spent in an outage that leaves in five days. At burn 2 the rest lasts for 7.5, with it for 15.
    found = rolling(history({25 * 24: 360}), 2.0)
    assert found.gone_at == pytest.approx(NOW + 15 * DAY, abs=HOUR)


@pytest.mark.parametrize(
    ("burn", "back"),
    [
        pytest.param(0.0, NOW + 10 * DAY, id="when the outage leaves, if nothing more is spent"),
        pytest.param(0.5, NOW + 10 * DAY, id="or if it burns so slowly that something is left then"),
        pytest.param(4.0, None, id="never, if more is spent than comes back"),
    ],
)
def test_an_overspent_budget_comes_back(burn: float, back: float | None) -> None:
    found = rolling(history({20 * 24: 800}), burn)
    assert found.gone_at is None
    assert found.back_at == (None if back is None else pytest.approx(back, abs=HOUR))


def test_without_traffic_nothing_but_the_roll_offs_is_foretold() -> None:
    found = rolling(history({240: 300}), None)
    assert (found.gone_at, found.back_at, found.curve) == (None, None, ())
    assert len(found.roll_offs) == 1


def test_a_young_service_is_judged_by_its_projected_budget() -> None:
    spans = history({2: 36}, days=3)
    found = rolling(spans, 1.0)
    assert found.curve[0].remaining == pytest.approx(0.95)
    assert found.gone_at == pytest.approx(NOW + 28.5 * DAY)


def test_without_eligible_events_there_is_no_forecast() -> None:
    assert forecast([], Budget(TARGET, W, Counts()), Period(NOW - W, NOW), 1.0, NOW) is None


@pytest.mark.parametrize(
    ("bad", "burn", "gone", "back"),
    [
        pytest.param(72, 1.0, None, None, id="it outlasts its period"),
        # A month of 720 hours allows 720; half is left after 10 days, and 20 days are to come.
        pytest.param(360, 1.0, NOW + 15 * DAY, None, id="it does not"),
        pytest.param(800, 1.0, None, NOW + 20 * DAY, id="overspent, it is back when it starts over"),
    ],
)
def test_a_calendar_budget_does_not_roll_off_but_starts_over(
    bad: int, burn: float, gone: float | None, back: float | None
) -> None:
    period = Period(NOW - 10 * DAY, NOW + 20 * DAY)
    budget = Budget(TARGET, period.length, Counts(240_000, bad, 10 * DAY), elapsed=10 * DAY)
    found = forecast(history({200: bad}), budget, period, burn, NOW)
    assert found is not None
    assert found.gone_at == (None if gone is None else pytest.approx(gone))
    assert (found.back_at, found.resets_at, found.roll_offs) == (back, period.end, ())
    assert found.curve[-1].at == pytest.approx(period.end)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.integers(1, 900), st.floats(0, 1000), max_size=20),
    st.one_of(st.none(), st.floats(0, 1000)),
    st.integers(1, 38),
)
def test_no_time_is_before_now_and_no_number_is_none(bad: dict[int, float], burn: float | None, days: int) -> None:
    spans = history(bad, days=days)
    found = forecast(spans, Budget(TARGET, W, Timeline(spans).trailing(W, NOW)), Period(NOW - W, NOW), burn, NOW)
    assert found is not None
    for moment in (found.gone_at, found.back_at):
        assert moment is None or NOW <= moment <= NOW + W
    assert found.gone_at is None or found.back_at is None
    assert all(math.isfinite(point.remaining) and point.remaining <= 1 + 1e-9 for point in found.curve)
    assert all(one.share > 0 and NOW < one.leaves_by <= NOW + W for one in found.roll_offs)
