"""The written policy says what the policy does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from slotui.core.blackout import Blackout, Once, Opening, Recurring
from slotui.core.cron import Cron
from slotui.core.excused import PolicyException
from slotui.core.policy import DEFAULT_POLICY, Burning, Moment, Policy, PolicyTier
from slotui.duration import DAY, HOUR
from slotui.generate.policy import policy_markdown, way_in, way_out
from slotui.spec.load import load_policy

LAB = Path(__file__).parents[2] / "lab"


@pytest.mark.parametrize(
    ("tier", "begins"),
    [
        pytest.param(PolicyTier("a", ""), "by default", id="the first tier"),
        pytest.param(PolicyTier("b", "", enter_below=0.5), "less than 50% is left", id="below a share"),
        pytest.param(PolicyTier("c", "", enter_below=0.0, enter_inclusive=True), "nothing is left", id="nothing left"),
        pytest.param(PolicyTier("d", "", enter_below=0.125, enter_inclusive=True), "12.5% or less is left",
                     id="at most a share"),
        pytest.param(PolicyTier("e", "", enter_below=0.5, enter_days_left=15),
                     "less than 50% is left (in a calendar window: with more than 15 days to go)", id="early in a month"),
        pytest.param(PolicyTier("f", "", enter_below=0.5, also_while=Burning(10, HOUR)),
                     "less than 50% is left, or while the burn over 1 hour is above 10×", id="by burn as well"),
    ],
)  # fmt: skip
def test_the_way_in_is_a_sentence(tier: PolicyTier, begins: str) -> None:
    assert way_in(tier) == begins


@pytest.mark.parametrize(
    ("tier", "ends"),
    [
        pytest.param(PolicyTier("b", "", enter_below=0.5, leave_at=0.55), "55% is left again", id="a higher share"),
        pytest.param(PolicyTier("c", "", enter_below=0.5), "its way in no longer holds", id="nothing more is asked"),
        pytest.param(PolicyTier("d", "", enter_below=0.0, leave_at=0.1, leave_after=7 * DAY),
                     "10% is left again, or 7 days have passed and its way in no longer holds", id="a share or time"),
    ],
)  # fmt: skip
def test_the_way_out_is_a_sentence_that_the_tier_keeps(tier: PolicyTier, ends: str) -> None:
    assert way_out(tier) == ends
    assert tier.enter_below is not None
    just_out = tier.leave_at if tier.leave_at is not None else tier.enter_below
    assert tier.released(Moment(0, just_out), 0)
    assert not tier.released(Moment(0, just_out - 0.001), 0)


def test_tiers_stand_in_their_order_with_who_may_overrule() -> None:
    written = policy_markdown(load_policy(LAB / "policy.yaml"))
    places = [written.index(f"\n## {name}\n") for name in ("healthy", "caution", "freeze")]
    assert places == sorted(places)
    assert "overruled by the on-call lead" in written[places[-1] :]
    assert "overruled" not in written[: places[-1]]
    assert "None is agreed at present." in written


def test_an_exception_says_when_for_whom_why_and_who_agreed() -> None:
    disks = PolicyException("maintenance", 0, HOUR, "new disks | racks", "kim", ("shop", "cart"), -3 * DAY)
    written = policy_markdown(Policy("p", DEFAULT_POLICY.tiers, (disks,), notice=2 * DAY))
    assert "announced 2 days ahead or earlier" in written
    assert (
        "| planned maintenance | 1970-01-01 00:00 | 1970-01-01 01:00 | `shop` and `cart` | new disks \\| racks | kim"
        " | 1969-12-29 00:00 |" in written
    )


def test_blackouts_are_part_of_what_a_team_signs() -> None:
    friday = Blackout("black friday", Once(Opening(1795734000, 1795820400)), service="checkout")
    weekends = Blackout("weekends", Recurring(Cron("0 18 * * FRI", "Europe/Berlin"), 60 * HOUR), ("shop",))
    assert "## Blackouts" not in policy_markdown(DEFAULT_POLICY)
    page = policy_markdown(replace(DEFAULT_POLICY, blackouts=(friday, weekends)))
    assert "| black friday | 2026-11-26 23:00 to 2026-11-27 23:00 UTC | all | checkout |" in page
    assert "| weekends | 2d12h from `0 18 * * FRI` on, in Europe/Berlin | `shop` | all |" in page
