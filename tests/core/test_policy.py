"""Tiers as a function of recorded history."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.core.policy import DEFAULT_POLICY, Burning, Fold, Moment, Policy, PolicyTier, standing

HOUR = 3600
DAY = 86400.0
shares = st.lists(st.one_of(st.none(), st.floats(-3, 1)), max_size=40)


def tier_after(*remaining: float | None) -> str | None:
    found = standing(DEFAULT_POLICY, [Moment(day * DAY, share) for day, share in enumerate(remaining)])
    return found.tier.name if found else None


@pytest.mark.parametrize(
    ("history", "tier"),
    [
        pytest.param([0.5], "healthy", id="half left is healthy"),
        pytest.param([0.499], "caution", id="below half is caution"),
        pytest.param([0.49, 0.54], "caution", id="54 % does not leave caution"),
        pytest.param([0.49, 0.55], "healthy", id="55 % does"),
        pytest.param([0.0], "freeze", id="nothing left is freeze"),
        pytest.param([-0.1, 0.05], "freeze", id="5 % restored is still freeze"),
        pytest.param([0.3, -0.1, 0.12], "caution", id="12 % restored leaves freeze, for caution"),
        pytest.param([0.3, -0.1, 0.6], "healthy", id="60 % restored leaves both"),
        pytest.param([0.3, -0.1, *[0.04] * 6], "freeze", id="six days after"),
        pytest.param([0.3, -0.1, *[0.04] * 7], "caution", id="a week later freeze ends"),
        pytest.param([0.3, *[-0.1] * 20], "freeze", id="never while nothing is left"),
        pytest.param([None, None], None, id="nothing known: no tier"),
        pytest.param([0.3, None], "caution", id="a hole changes nothing"),
    ],
)
def test_tiers(history: list[float | None], tier: str | None) -> None:
    assert tier_after(*history) == tier


def test_since_when() -> None:
    found = standing(DEFAULT_POLICY, [Moment(0, 0.9), Moment(DAY, 0.4), Moment(2 * DAY, 0.45)])
    assert found is not None
    assert found.since == DAY


@given(shares)
def test_the_tier_is_never_more_relaxed_than_the_last_share_allows(history: list[float | None]) -> None:
    known = [share for share in history if share is not None]
    found = standing(DEFAULT_POLICY, [Moment(day * DAY, share) for day, share in enumerate(history)])
    if not known:
        assert found is None
    else:
        assert found is not None
        assert DEFAULT_POLICY.tiers.index(found.tier) >= DEFAULT_POLICY.strictest_entered(Moment(0, known[-1]))


MONTH = Policy("month", (DEFAULT_POLICY.tiers[0], DEFAULT_POLICY.tiers[1]))


@pytest.mark.parametrize(
    ("moments", "tier"),
    [
        pytest.param([Moment(0, 0.4, 16 * DAY)], "caution", id="40 % left with 16 days to go is caution"),
        pytest.param([Moment(0, 0.4, 15 * DAY)], "healthy", id="with just 15 days to go it is not"),
        pytest.param([Moment(0, 0.4, None)], "caution", id="a rolling window has no days left to ask for"),
        pytest.param(
            [Moment(0, 0.4, 16 * DAY), Moment(2 * DAY, 0.4, 14 * DAY)], "caution", id="what was entered in time stays"
        ),
        pytest.param(
            [Moment(0, 0.4, 16 * DAY), Moment(16 * DAY, 1.0, 30 * DAY)], "healthy", id="until the budget starts over"
        ),
    ],
)
def test_days_left_of_a_calendar_period(moments: list[Moment], tier: str) -> None:
    found = standing(MONTH, moments)
    assert found is not None
    assert found.tier.name == tier


HOT = replace(DEFAULT_POLICY.tiers[1], also_while=Burning(10, HOUR))
BURNING = Policy("burning", (DEFAULT_POLICY.tiers[0], HOT, DEFAULT_POLICY.tiers[2]))


@pytest.mark.parametrize(
    ("remaining", "burn", "tier", "held"),
    [
        pytest.param(0.9, 10.1, "caution", True, id="above ten times it is caution, however much is left"),
        pytest.param(0.9, 10.0, "healthy", False, id="at ten times it is not"),
        pytest.param(0.9, None, "healthy", False, id="nor without traffic"),
        pytest.param(0.4, 10.1, "caution", False, id="where the budget says so already, the budget does"),
        pytest.param(-0.1, 10.1, "freeze", False, id="a burn does not make a stricter tier milder"),
    ],
)
def test_a_burn_holds_a_tier_while_it_lasts(remaining: float, burn: float | None, tier: str, held: bool) -> None:
    found = standing(BURNING, [Moment(0, remaining)], {HOUR: burn})
    assert found is not None
    assert (found.tier.name, found.burning) == (tier, HOT.also_while if held else None)


def test_a_tier_of_burn_alone_is_no_step_on_the_way_out() -> None:
    hot = PolicyTier("hot", "", also_while=Burning(10, HOUR))
    policy = Policy("p", (DEFAULT_POLICY.tiers[0], hot, DEFAULT_POLICY.tiers[2]))
    found = standing(policy, [Moment(0, 0.5), Moment(DAY, -0.1), Moment(2 * DAY, 0.2)])
    assert found is not None
    assert found.tier.name == "healthy"


@pytest.mark.parametrize(
    ("tier", "name", "may"),
    [
        pytest.param(PolicyTier("t", "", override="alice or bob", approvers=("alice", "bob")), "Bob", True, id="one of the named"),
        pytest.param(PolicyTier("t", "", override="alice or bob", approvers=("alice", "bob")), "kim", False, id="somebody else"),
        pytest.param(PolicyTier("t", "", override="the on-call lead"), "kim", True, id="words name nobody, so people judge"),
        pytest.param(PolicyTier("t", ""), "kim", False, id="nobody may"),
    ],
)  # fmt: skip
def test_who_may_override(tier: PolicyTier, name: str, may: bool) -> None:
    assert tier.may_override(name) is may


@given(shares, st.integers(0, 40))
def test_a_fold_that_ran_live_stands_where_the_record_leads(history: list[float | None], upto: int) -> None:
    fold = Fold(DEFAULT_POLICY)
    moments = [Moment(day * DAY, share) for day, share in enumerate(history)]
    for moment in moments[:upto]:
        fold.see(moment)
    assert fold.standing() == standing(DEFAULT_POLICY, moments[:upto])
