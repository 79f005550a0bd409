"""The budget read as time and as requests: each published figure."""

from __future__ import annotations

import pytest

from slotui.core.allowance import allowance
from slotui.duration import DAY
from slotui.view.allowance import outage


@pytest.mark.parametrize(
    ("target", "window", "shown"),
    [
        (0.999, 30 * DAY, "43m12s"),
        (0.999, 28 * DAY, "40m19s"),
        (0.999, 7 * DAY, "10m5s"),
        (0.9995, 30 * DAY, "21m36s"),
        (0.9999, 30 * DAY, "4m19s"),
        (0.99, 30 * DAY, "7h12m"),
        (0.99999, 30 * DAY, "26s"),
    ],
)
def test_time_reading(target: float, window: int, shown: str) -> None:
    assert outage(allowance(target, window).outage) == shown


def test_ten_thousand_a_minute_for_thirty_days() -> None:
    found = allowance(0.999, 30 * DAY, 10_000 * 60 * 24 * 30).requests
    assert found is not None
    assert (found.eligible, found.allowed, found.per_minute) == (432_000_000, 432_000, 10_000)


def test_fifty_thousand_a_second_at_three_and_a_half_nines() -> None:
    found = allowance(0.9995, 28 * DAY, 50_000 * 28 * DAY)
    assert found.requests is not None
    assert found.requests.eligible == pytest.approx(121e9, rel=0.01)
    assert found.requests.allowed == pytest.approx(60.5e6, rel=0.001)
    assert found.requests.per_minute == 3_000_000
    assert found.minute_share == pytest.approx(0.0496, abs=1e-4)
    assert found.minute_share == pytest.approx(found.requests.per_minute / found.requests.allowed)


def test_the_largest_burn() -> None:
    assert [allowance(t, DAY).largest_burn for t in (0.9, 0.95, 0.999, 0.99999)] == [10, 20, 1000, 100_000]
