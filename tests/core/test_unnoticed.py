"""Blind spots in a record."""

from __future__ import annotations

from pathlib import Path

import pytest

from slotui.core.alerts import derive_tiers, tiers_at_factors
from slotui.core.timeline import Span, Timeline
from slotui.core.unnoticed import Unnoticed, unnoticed
from slotui.duration import DAY, HOUR, MINUTE
from slotui.source.replay import read_counts


def record(line: Timeline, *, target: float = 0.999, window: int = 28 * DAY, **others: float) -> Unnoticed:
    found = unnoticed("here", line, target, window, derive_tiers(window))
    assert found is not None
    return found


def rows(days: float, faults: dict[tuple[float, float], float], step: int = MINUTE) -> Timeline:
    """Even traffic of 100 a second; `faults` maps hours `(from, to)` to an error ratio."""
    spans = []
    for start in range(0, round(days * DAY), step):
        ratio = next((e for (a, b), e in faults.items() if a * HOUR <= start < b * HOUR), 0.0)
        spans.append(Span(start, start + step, 100 * step, 100 * step * ratio, step))
    return Timeline(spans)


def test_the_slow_burn_day_of_the_reference_data_is_found(reference: Path) -> None:
    found = record(read_counts(reference))
    assert [miss.stretch.start // DAY * DAY for miss in found.misses] == [1712620800.0, 1713916800.0]  # 04-09, 04-24
    day = found.misses[1]
    assert day.stretch.share == pytest.approx(0.0553, abs=1e-4)
    assert day.nearest is not None
    assert day.nearest.long == 3 * DAY
    assert day.burn is not None
    assert 0.8 < day.burn < 0.8607
    assert len(found.runs) == 4
    assert found.share == pytest.approx(sum(miss.stretch.share or 0 for miss in found.misses))


@pytest.mark.parametrize("target", [0.9995, 0.9999])
def test_a_stricter_target_makes_an_alert_notice_the_day(target: float, reference: Path) -> None:
    found = record(read_counts(reference), target=target)
    assert all(miss.stretch.start // DAY * DAY != 1713916800.0 for miss in found.misses)


def test_factors_that_would_have_noticed_leave_no_blind_spot(reference: Path) -> None:
    tiers = tiers_at_factors((10, 2, 1.5, 0.8), 28 * DAY)
    found = unnoticed("here", read_counts(reference), 0.999, 28 * DAY, tiers)
    assert found is not None
    assert all(miss.stretch.start // DAY * DAY != 1713916800.0 for miss in found.misses)


def test_a_tier_came_near_only_where_both_windows_were_high_together() -> None:
    """Ten minutes at 8 %: over 1 h that is 13.3x, of 13.44; the tier of an hour came nearest."""
    found = record(rows(5, {(96, 96 + 10 / 60): 0.08}))
    (miss,) = found.misses
    assert miss.nearest is not None
    assert miss.nearest.long == HOUR
    assert miss.burn == pytest.approx(13.33, abs=0.01)


def test_what_left_the_window_is_no_longer_spent() -> None:
    old = {(96, 96 + 10 / 60): 0.08}
    assert len(record(rows(12, old), window=10 * DAY).misses) == 1
    assert len(record(rows(15, old), window=10 * DAY).misses) == 0


def test_a_short_record_says_which_tiers_it_cannot_judge() -> None:
    found = record(rows(2, {}))
    assert [tier.long for tier in found.unjudged] == [3 * DAY]
    assert found.misses == ()


def test_rows_longer_than_a_short_window_blur_it() -> None:
    assert [tier.short for tier in record(rows(5, {}, step=HOUR)).blurred] == [5 * MINUTE, 30 * MINUTE]
    assert record(rows(5, {}, step=5 * MINUTE)).blurred == ()


def test_nothing_recorded_is_nothing_known() -> None:
    assert unnoticed("here", Timeline(), 0.999, 28 * DAY, derive_tiers(28 * DAY)) is None
