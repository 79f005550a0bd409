"""What a tier set cannot notice: by arithmetic, and the same again in simulated timelines."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from slotui.core.alerts import AlertTier, derive_tiers, tiers_at_factors
from slotui.core.blind_spots import blind_spots, ceiling, longest_unseen, steady_unseen_burn
from slotui.core.budget import largest_burn
from slotui.core.hindsight import judge, trailing_ratios
from slotui.core.reach import needed_ratio
from slotui.core.timeline import Span, Timeline
from slotui.duration import DAY, HOUR, MINUTE

RATE = 1000.0
"""Eligible events a second, at every second: the traffic that the arithmetic is for."""


@pytest.mark.parametrize(
    ("window", "target", "steady", "outage", "share", "most"),
    [
        pytest.param(30 * DAY, 0.999, 1.0, 51.84, 0.02, 1.10, id="30 days: 52 s of outage, and all of it at 1x"),
        pytest.param(28 * DAY, 0.999, 1.0, 48.384, 0.02, 1.1071, id="28 days: a steady 1x spends all of it"),
        pytest.param(7 * DAY, 0.99, 1.0, 483.84, 0.08, 1.4286, id="7 days: eight minutes at once"),
        pytest.param(90 * DAY, 0.999, 3.0, 155.52, 0.02, 3.10, id="a quarter: three budgets at a steady 3x"),
        pytest.param(30 * DAY, 0.90, 1.0, 12960, 0.05, 1.10, id="90 %: the fast tier is out of reach"),
    ],
)
def test_derived_tiers(window: int, target: float, steady: float, outage: float, share: float, most: float) -> None:
    found = blind_spots(derive_tiers(window), target, window)
    assert found.steady_burn == found.steady_share == steady
    assert found.gone_after == (None if steady == 1 else pytest.approx(window / steady))
    assert found.outage is not None
    assert (found.outage.seconds, found.outage.share) == (pytest.approx(outage), pytest.approx(share))
    assert found.ceiling == pytest.approx(most, abs=1e-4)


def test_the_slow_burn_of_the_reference_day_lies_in_the_band_that_no_tier_reaches_in_fourteen_hours() -> None:
    """2.3x over 6 h: only the tier at 1x over 3 d could see it, after 10.7 % of the budget."""
    bands = blind_spots(derive_tiers(28 * DAY), 0.999, 28 * DAY).bands
    band = next(band for band in bands if band.above < 2.3 <= band.up_to)
    assert band.noticed_by is not None
    assert (band.noticed_by.long, band.share) == (3 * DAY, pytest.approx(0.1071, abs=1e-4))


def test_without_a_tier_everything_passes() -> None:
    found = blind_spots((), 0.999, HOUR)
    assert found.outage is None
    assert found.steady_burn == found.ceiling == 1000
    assert [(band.above, band.up_to, band.noticed_by) for band in found.bands] == [(0.0, 1000, None)]


def test_a_set_whose_factors_are_all_out_of_reach_is_no_set() -> None:
    tiers = tiers_at_factors((14.4, 6, 3, 2), 30 * DAY)
    assert blind_spots(tiers, 0.5, 30 * DAY).outage is None
    assert steady_unseen_burn(tiers, 0.5) == ceiling(tiers, 0.5, 30 * DAY) == 2


windows = st.sampled_from([7 * DAY, 10 * DAY, 28 * DAY, 30 * DAY, 90 * DAY])
targets = st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.999, 0.9999])


@given(windows, targets)
def test_the_bands_cover_every_burn_once_and_the_fastest_spends_what_the_outage_does(
    window: int, target: float
) -> None:
    tiers = derive_tiers(window)
    found = blind_spots(tiers, target, window)
    edges = [band.up_to for band in found.bands] + [0.0]
    assert edges[0] == largest_burn(target)
    assert edges[1:] == [band.above for band in found.bands]
    if found.outage is not None:
        assert found.bands[0].share == pytest.approx(found.outage.share)
    assert all(band.share <= found.ceiling + 1e-9 for band in found.bands)


def fault(tiers: tuple[AlertTier, ...], error_ratio: float, seconds: float) -> Timeline:
    """Clean for the longest window, then a fault in 200 steps, then clean for the longest short window."""
    clean = max(tier.long for tier in tiers)
    spans = [Span(0, clean, RATE * clean, 0, clean)]
    step = seconds / 200
    for index in range(200):
        start = clean + index * step
        spans.append(Span(start, clean + (index + 1) * step, RATE * step, RATE * step * error_ratio, step))
    end = spans[-1].end
    after = max(tier.short for tier in tiers)
    spans += [
        Span(end + after * i / 50, end + after * (i + 1) / 50, RATE * after / 50, 0, after / 50) for i in range(50)
    ]
    return Timeline(spans)


def fired(line: Timeline, tiers: tuple[AlertTier, ...], target: float, window: float) -> list[AlertTier]:
    found = judge(line, target, window, tiers, trailing_ratios(line, tiers, ()))
    return [run.tier for run in found.alerts]


@settings(max_examples=25, deadline=None)
@given(windows, targets, st.floats(0.0001, 1.0))
def test_a_spend_just_below_the_bound_fires_nothing_and_one_just_above_fires(
    window: int, target: float, error_ratio: float
) -> None:
    tiers = derive_tiers(window)
    assume(all(error_ratio != pytest.approx(needed_ratio(tier, target)) for tier in tiers))
    seconds = longest_unseen(tiers, target, error_ratio)
    if seconds is None:  # too slow for any tier: not even for as long as the longest window does it fire
        assert fired(fault(tiers, error_ratio, max(tier.long for tier in tiers)), tiers, target, window) == []
        return
    assert fired(fault(tiers, error_ratio, seconds * 0.99), tiers, target, window) == []
    assert fired(fault(tiers, error_ratio, seconds * 1.02), tiers, target, window) != []


@given(windows, targets, st.floats(0.001, 1.0))
def test_a_band_names_the_tier_that_fires_first_and_what_is_spent_by_then(
    window: int, target: float, part: float
) -> None:
    tiers = derive_tiers(window)
    rate = part * largest_burn(target)
    found = blind_spots(tiers, target, window)
    band = next(band for band in found.bands if band.above < rate <= band.up_to)
    seconds = longest_unseen(tiers, target, rate / largest_burn(target))
    assume(rate != pytest.approx(band.above) and rate != pytest.approx(band.up_to))
    if band.noticed_by is None:
        assert seconds is None
    else:
        assert seconds is not None
        assert seconds * rate / window == pytest.approx(band.share)


def spends(line: Timeline, start: float, target: float, window: float) -> float:
    """Share of a full window's budget that was spent from `start` on, at the even traffic of the test."""
    return line.between(start, line.last or 0.0).bad / ((1 - target) * RATE * window)


def minutes(ratios: list[float], clean: int) -> Timeline:
    spans = [Span(0, clean, RATE * clean, 0, clean)]
    step = RATE * MINUTE
    spans += [
        Span(clean + MINUTE * i, clean + MINUTE * (i + 1), step, step * ratio, MINUTE) for i, ratio in enumerate(ratios)
    ]
    return Timeline(spans)


def greediest(tiers: tuple[AlertTier, ...], target: float, length: int) -> list[float]:
    """Every minute the highest error ratio that leaves all tiers silent: who spends unseen as fast as can be."""
    bad = [0.0]  # running totals, in minutes of failure
    for now in range(1, length + 1):
        room = 1.0
        for tier in tiers:
            left = [
                tier.factor * (1 - target) * size / MINUTE - (bad[-1] - bad[max(0, now - size // MINUTE)])
                for size in (tier.long, tier.short)
            ]
            room = min(room, max(left))
        bad.append(bad[-1] + max(0.0, room - 1e-6))  # a hair below the factor, which sums of floats may cross
    return [after - before for before, after in pairwise(bad)]


@pytest.mark.parametrize("window", [12 * HOUR, DAY, 2 * DAY], ids=["12 hours", "a day", "two days"])
def test_the_greediest_spender_stays_silent_below_the_ceiling_and_above_a_steady_burn(window: int) -> None:
    tiers, target = derive_tiers(window), 0.99
    clean = max(tier.long for tier in tiers)
    line = minutes(greediest(tiers, target, window // MINUTE), clean)
    assert fired(line, tiers, target, window) == []
    found = blind_spots(tiers, target, window)
    assert found.steady_share < spends(line, clean, target, window) <= found.ceiling


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=24, max_size=24), st.sampled_from([12 * HOUR, DAY]))
def test_nothing_above_the_ceiling_passes_whatever_its_shape(shape: list[float], window: int) -> None:
    tiers, target = derive_tiers(window), 0.99
    clean = max(tier.long for tier in tiers)
    slot = window // MINUTE // len(shape)
    # Scaled so that it spends a little more than the ceiling; no minute may fail more than wholly.
    wanted = ceiling(tiers, target, window) * 1.001 * (1 - target) * len(shape)
    total = sum(shape)
    scaled = [ratio * wanted / total for ratio in shape] if total > 0 else [wanted / len(shape)] * len(shape)
    assume(max(scaled) <= 1)
    line = minutes([ratio for ratio in scaled for _ in range(slot)], clean)
    assert spends(line, clean, target, window) > ceiling(tiers, target, window)
    assert fired(line, tiers, target, window) != []
