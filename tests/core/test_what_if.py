"""An outage to imagine: what it would cost, leave and set off, by the Board alone."""

from __future__ import annotations

from datetime import datetime

import pytest

from slotui.core.alerts import derive_tiers, detection_time
from slotui.core.assemble import assemble, source_status
from slotui.core.board import SloBoard
from slotui.core.policy import DEFAULT_POLICY, Burning, Policy, PolicyTier
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.core.what_if import Outage, parse_outage, what_if
from slotui.core.window import Calendar
from slotui.duration import DAY, HOUR
from slotui.errors import UsageError

SLI = EventSli(Selector("total"), Selector("good"))
SLO = Slo("checkout", "shop", 0.999, 30 * DAY, SLI)
NOW = 40.0 * DAY


def board(
    days: float = 38, ratio: float = 0.0003, rps: float = 10.0, slo: Slo = SLO, policy: Policy = DEFAULT_POLICY
) -> SloBoard:
    """Even traffic for so many days, `ratio` of it bad."""
    step = 300
    count = int(days * DAY // step)
    line = Timeline(
        Span(NOW - (count - i) * step, NOW - (count - i - 1) * step, rps * step, rps * step * ratio, step)
        for i in range(count)
    )
    shot = Snapshot(NOW, {slo.name: read_timeline(slo, line, NOW)})
    return assemble(shot, [slo], policy, (), source_status("scrape", "http://x", shot, 60)).slos[0]


def imagined(slo: SloBoard, ratio: float, seconds: float, policy: Policy = DEFAULT_POLICY):
    found = what_if(slo, policy.tiers, Outage(ratio, seconds), NOW)
    assert found is not None
    return found


def test_the_workbooks_five_percent_for_ten_minutes():
    found = imagined(board(ratio=0.0), 0.05, 600)
    assert found.bad == pytest.approx(300)
    assert found.share == pytest.approx(0.011574, rel=1e-3)
    assert found.burn == pytest.approx(50)
    assert (found.left, found.left_after) == (1.0, pytest.approx(1 - 0.011574, rel=1e-3))
    assert found.fires == ()
    assert found.tier_after is found.tier


def test_what_fails_anyway_is_not_paid_twice():
    found = imagined(board(ratio=0.5), 1.0, 60)
    assert found.bad == pytest.approx(10 * 60 * 0.5)


def test_from_a_clean_past_alerts_fire_when_the_formula_says():
    found = imagined(board(ratio=0.0), 0.05, HOUR)
    fast = derive_tiers(30 * DAY)[0]
    (tier, after), *_ = found.fires
    assert tier == fast
    assert after == pytest.approx(detection_time(fast, 0.999, 0.05), abs=0.3)
    assert [after for _, after in found.fires] == sorted(after for _, after in found.fires)


def test_an_alert_that_fires_already_has_no_time_to_wait():
    found = imagined(board(ratio=0.02), 0.05, 600)
    assert found.fires[0][1] == 0.0


@pytest.mark.parametrize(
    ("spent", "ratio", "seconds", "tiers"),
    [
        pytest.param(0.3, 0.01, 600, ("healthy", "healthy"), id="a small one changes nothing"),
        pytest.param(0.45, 0.05, HOUR, ("healthy", "caution"), id="across 50 % it leads to caution"),
        pytest.param(0.7, 1.0, HOUR, ("caution", "freeze"), id="an hour of all leads to freeze"),
        pytest.param(1.2, 0.01, 60, ("freeze", "freeze"), id="nothing is stricter than freeze"),
    ],
)
def test_the_tier_after_it_is_the_policys(spent, ratio, seconds, tiers):
    found = imagined(board(ratio=0.001 * spent), ratio, seconds)
    assert (found.tier.name, found.tier_after.name) == tiers


def test_a_burn_may_hold_a_tier_that_the_budget_would_not():
    hot = PolicyTier("hot", "nobody deploys", deploys="frozen", enter_below=0.0, also_while=Burning(10, HOUR))
    policy = Policy("burns", (PolicyTier("calm", "as usual"), hot))
    slo = board(ratio=0.0, policy=policy)
    assert imagined(slo, 0.05, 60, policy).tier_after.name == "calm"
    assert imagined(slo, 0.05, 1800, policy).tier_after.name == "hot"


def test_a_young_window_counts_its_rest_as_clean_traffic():
    young, old = imagined(board(days=3, ratio=0.0), 0.05, 600), imagined(board(ratio=0.0), 0.05, 600)
    assert young.share == pytest.approx(old.share, rel=1e-6)
    assert young.left == 1.0


def test_a_calendar_budget_is_that_of_its_period():
    month = Slo("checkout", "shop", 0.999, 30 * DAY, SLI, calendar=Calendar(1, "M", datetime(1970, 1, 1), "UTC"))
    found = imagined(board(slo=month, ratio=0.0), 0.05, 600)
    assert found.share == pytest.approx(300 / (0.001 * 10 * 28 * DAY), rel=1e-2)  # NOW is in February 1970


def test_without_traffic_in_the_last_hour_nothing_is_told():
    assert what_if(board(rps=0.0), DEFAULT_POLICY.tiers, Outage(0.01, 600), NOW) is None


@pytest.mark.parametrize(
    ("text", "outage"),
    [
        ("1% 10m", Outage(0.01, 600)),
        ("  0.5 %  for 1h30m ", Outage(0.005, 5400)),
        ("100% 30s", Outage(1.0, 30)),
        (".05 errors for 6h", Outage(0.05, 6 * HOUR)),
        ("1 1m", Outage(1.0, 60)),
    ],
)
def test_a_share_and_a_time_are_read_as_people_write_them(text, outage):
    assert parse_outage(text) == outage


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1%",
        "10m",
        "1% ten minutes",
        "120% 10m",
        "0% 10m",
        "5 10m",
        "-1% 10m",
        "nan% 1m",
        "1% 0m",
        "1% " + "9" * 400 + "s",
    ],
)
def test_anything_else_says_what_to_type(text):
    with pytest.raises(UsageError) as caught:
        parse_outage(text)
    assert caught.value.fix
