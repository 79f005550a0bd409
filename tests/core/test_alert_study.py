"""The whole of a tier set: the tables of detection and reset are those of the formulas."""

from __future__ import annotations

import pytest

from slotui.core.alert_study import ERROR_RATIOS, study
from slotui.core.alerts import derive_tiers
from slotui.duration import DAY


@pytest.mark.parametrize(
    ("error_ratio", "seconds"),
    [(1.0, 51.84), (0.10, 518.4), (0.05, 1036.8), (0.02, 2592.0), (0.01, None)],
    ids=["100 % fires after 52 s", "10 %: 8 min 38 s", "5 %: 17 min 17 s", "2 %: 43 min 12 s", "1 % never"],
)
def test_detection_by_error_rate(error_ratio: float, seconds: float | None) -> None:
    found = study("a", 0.999, 30 * DAY, derive_tiers(30 * DAY))
    fast = found.responses[ERROR_RATIOS.index(error_ratio)][0]
    assert fast.fires_after == (None if seconds is None else pytest.approx(seconds))
    reset = None if seconds is None else pytest.approx(300 * (1 - 0.0144 / error_ratio))
    assert fast.quiet_after == reset


def test_a_table_has_a_column_for_each_tier_and_a_row_for_each_rate() -> None:
    found = study("a", 0.99, 5 * DAY, derive_tiers(5 * DAY))
    assert len(found.tiers) == 3
    assert [len(row) for row in found.responses] == [3] * len(ERROR_RATIOS)
