"""Tiers as a function of recorded history."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.core.policy import DEFAULT_POLICY, standing

DAY = 86400.0
shares = st.lists(st.one_of(st.none(), st.floats(-3, 1)), max_size=40)


def tier_after(*remaining: float | None) -> str | None:
    found = standing(DEFAULT_POLICY, [(day * DAY, share) for day, share in enumerate(remaining)])
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
    found = standing(DEFAULT_POLICY, [(0, 0.9), (DAY, 0.4), (2 * DAY, 0.45)])
    assert found is not None
    assert found.since == DAY


@given(shares)
def test_the_tier_is_never_more_relaxed_than_the_last_share_allows(history: list[float | None]) -> None:
    known = [share for share in history if share is not None]
    found = standing(DEFAULT_POLICY, [(day * DAY, share) for day, share in enumerate(history)])
    if not known:
        assert found is None
    else:
        assert found is not None
        assert DEFAULT_POLICY.tiers.index(found.tier) >= DEFAULT_POLICY.strictest_entered(known[-1])
