"""Composites: each member's budget counts as its weight says, however much traffic it has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.core.budget import Budget, burn_rate
from slotui.core.composite import compose, composite_target, weighed
from slotui.core.reading import Reading
from slotui.core.sli import CompositeSli, Member
from slotui.core.timeline import Counts, Span

HOUR, WINDOW = 3600, 30 * 86400
CART, PAY = Member("cart", 0.999, 1.0), Member("pay", 0.95, 3.0)


def reading(eligible: float, bad: float) -> Reading:
    whole = Counts(eligible, bad, WINDOW)
    hour = Counts(eligible / 720, bad / 720, HOUR)
    return Reading(whole, {HOUR: hour, WINDOW: whole}, (Span(0, WINDOW, eligible, bad, WINDOW),), float(WINDOW))


def remaining(*members: tuple[Member, float, float]) -> float:
    sli = CompositeSli(tuple(member for member, _, _ in members))
    found = compose(sli, {member.slo: reading(eligible, bad) for member, eligible, bad in members})
    left = Budget(composite_target(sli.members), WINDOW, found.window).remaining_ratio
    assert left is not None
    return left


def test_two_members_share_the_budget_by_weight_not_by_traffic() -> None:
    # The cart spent 50 % of its budget, the payments 10 % of theirs: (1·0.5 + 3·0.1) / 4 = 20 %.
    assert remaining((CART, 1e9, 0.5 * 1e6), (PAY, 1e3, 0.1 * 50)) == pytest.approx(0.8)


def test_burn_is_the_weighed_mean_of_the_members_burns() -> None:
    sli = CompositeSli((CART, PAY))
    found = compose(sli, {"cart": reading(1e6, 14_400), "pay": reading(1e3, 0)})
    assert burn_rate(found.windows[HOUR], composite_target(sli.members)) == pytest.approx(14.4 / 4)


def test_all_events_keep_their_number() -> None:
    found = compose(CompositeSli((CART, PAY)), {"cart": reading(1e6, 0), "pay": reading(1e3, 0)})
    assert found.window.eligible == pytest.approx(1_001_000)


def test_a_member_without_traffic_has_no_say() -> None:
    assert remaining((CART, 1e6, 500), (PAY, 0, 0)) == pytest.approx(0.5)


def test_nothing_heard_is_no_data_with_a_reason() -> None:
    found = compose(CompositeSli((CART, PAY)), {})
    assert (found.seen_at, found.problem) == (None, "no member has eligible events")


spends = st.floats(0, 3)


@given(st.lists(st.tuples(st.sampled_from([0.9, 0.95, 0.99, 0.999]), st.floats(0.1, 9), st.integers(1, 10**9), spends),
                min_size=1, max_size=5))  # fmt: skip
def test_spent_is_the_weighed_mean_of_what_the_members_spent(parts: list[tuple[float, float, int, float]]) -> None:
    members = [Member(f"m{index}", target, weight) for index, (target, weight, _, _) in enumerate(parts)]
    given_ = [
        (member, float(eligible), spent * (1 - member.target) * eligible)
        for member, (_, _, eligible, spent) in zip(members, parts, strict=True)
    ]
    mean = sum(m.weight * part[3] for m, part in zip(members, parts, strict=True)) / sum(m.weight for m in members)
    assert remaining(*given_) == pytest.approx(1 - mean, abs=1e-6)


def test_weights_leave_out_who_is_not_known() -> None:
    assert set(weighed(CompositeSli((CART, PAY)), {"cart": Counts(10, 0, 60)})) == {"cart"}
