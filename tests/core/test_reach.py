"""What one tier can see: caps, factors raised, and how few requests make one failure fire it."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from slotui.core.alerts import AlertStatus, derive_tiers, evaluate, tiers_at_factors
from slotui.core.reach import Derivation, fires_after, needed_ratio, one_failure_below, reach
from slotui.core.timeline import Counts
from slotui.duration import DAY

FAST = derive_tiers(30 * DAY)[0]


@pytest.mark.parametrize(
    ("window", "derivations"),
    [
        pytest.param(30 * DAY, ["workbook"] * 4, id="30 days: the Workbook's own"),
        pytest.param(28 * DAY, ["workbook"] * 3 + ["raised to 1"], id="28 days: the last one is raised"),
        pytest.param(7 * DAY, ["larger share"] * 3 + ["raised to 1"], id="7 days: larger shares, the last one raised"),
        pytest.param(90 * DAY, ["workbook"] * 4, id="a quarter"),
    ],
)
def test_where_a_factor_comes_from(window: int, derivations: list[str]) -> None:
    assert [reach(tier, 0.999, window).derivation.value for tier in derive_tiers(window)] == derivations


def test_the_factor_that_the_workbook_would_have_given_is_named() -> None:
    found = [reach(tier, 0.99, 7 * DAY).workbook_factor for tier in derive_tiers(7 * DAY)]
    assert found == pytest.approx([3.36, 1.4, 0.70, 0.2333], abs=1e-4)


def test_factors_by_hand_are_called_so() -> None:
    tier = tiers_at_factors((14.4, 6, 3, 0.9333), 28 * DAY)[3]
    assert reach(tier, 0.999, 28 * DAY, by_hand=True).derivation is Derivation.BY_HAND


@pytest.mark.parametrize(
    ("target", "needed", "possible"),
    [
        pytest.param(0.999, 0.0144, True, id="99.9 %: 1.44 % bad"),
        pytest.param(0.95, 0.72, True, id="95 %: 72 % bad, near the cap of 20x"),
        pytest.param(0.90, 1.44, False, id="90 %: 14.4x is above the cap of 10x"),
    ],
)
def test_the_cap(target: float, needed: float, possible: bool) -> None:
    found = reach(FAST, target, 30 * DAY)
    assert found.needed == pytest.approx(needed)
    assert found.possible is possible
    assert (fires_after(FAST, target, 1.0) is not None) is possible


def test_a_factor_that_equals_the_cap_is_never_exceeded() -> None:
    tier = tiers_at_factors((10, 6, 3, 1), 30 * DAY)[0]
    assert needed_ratio(tier, 0.9) == 1.0
    assert not reach(tier, 0.9, 30 * DAY).possible
    assert fires_after(tier, 0.9, 1.0) is None


@given(st.floats(0.5, 0.99999), st.integers(1, 4000))
def test_one_failure_fires_exactly_below_the_threshold(target: float, events: int) -> None:
    def trailing(_: int) -> Counts:
        return Counts(events, 1, 1)

    least = one_failure_below(FAST, target)
    assume(events != pytest.approx(least, rel=1e-9))
    status: AlertStatus = evaluate(FAST, target, trailing)
    assert status.firing == (events < least)


def test_a_tier_that_comes_after_the_budget_is_gone_says_so() -> None:
    late, early = tiers_at_factors((800, 6, 3, 1), 30 * DAY)[:2]
    assert reach(late, 0.9999, 30 * DAY).overspends
    assert not reach(early, 0.9999, 30 * DAY).overspends
