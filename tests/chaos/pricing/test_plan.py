"""What follows from a spend: alerts at their time, and the policy tier after it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chaos.faults.kinds import ErrorFault
from chaos.pricing.impact import hits
from chaos.pricing.plan import Before, Plan, fires_after, longest_that_fits, plans, recent_past
from chaos.pricing.price import Standing
from slotui.core.alerts import derive_tiers, detection_time
from slotui.core.policy import DEFAULT_POLICY, Burning, Moment, Policy
from slotui.core.sli import EventSli, Matcher, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Span, Timeline
from slotui.duration import DAY, HOUR, parse

MONTH = 30 * DAY
REQUESTS = Selector("http_requests_total")
SLO = Slo(
    "shop",
    "checkout",
    0.999,
    MONTH,
    EventSli(REQUESTS, good=replace(REQUESTS, matchers=(Matcher("code", "=", "200"),))),
)
FAST, SLOW, LEAK, TRICKLE = derive_tiers(MONTH)
NOW = 10.0 * MONTH


def even(rps: float = 10, seconds: float = 3 * DAY, bad: float = 0.0) -> Timeline:
    """Even traffic up to now, `bad` of it failing."""
    return Timeline([Span(NOW - seconds, NOW, rps * seconds, bad * rps * seconds, seconds)])


def shop(left: float = 0.9, policy: Policy = DEFAULT_POLICY, past: Timeline | None = None) -> Before:
    """A service of 10 requests/s over a full window, with a share of its budget left."""
    window = Counts(10 * MONTH, (1 - left) * 0.001 * 10 * MONTH, MONTH)
    standing = Standing(SLO, window, Counts(18_000, 0, 1800), at=NOW)
    return Before(standing, even() if past is None else past, (Moment(NOW, left),), policy)


def plan(before: Before, rate: float, seconds: float) -> Plan:
    (found,) = plans(hits([ErrorFault(rate=rate)], [SLO], None), {"shop": before}, seconds, {})
    return found


@pytest.mark.parametrize("bad_ratio", [0.02, 0.05, 0.5, 1.0])
@pytest.mark.parametrize("age", [pytest.param(300.0, id="5m old"), pytest.param(3.0 * DAY, id="mature")])
def test_from_an_even_clean_past_alerts_fire_when_the_formula_says(age: float, bad_ratio: float) -> None:
    formula = detection_time(FAST, 0.999, bad_ratio, age)
    found = fires_after(FAST, 0.999, even(seconds=age), NOW, 10, bad_ratio, HOUR)
    assert formula is not None
    assert found == pytest.approx(formula, abs=0.2)


def test_errors_and_silence_of_the_last_hour_make_it_fire_sooner() -> None:
    clean = fires_after(FAST, 0.999, even(), NOW, 10, 0.05, HOUR)
    dirty = fires_after(FAST, 0.999, even(bad=0.005), NOW, 10, 0.05, HOUR)
    night = fires_after(FAST, 0.999, even(rps=1), NOW, 10, 0.05, HOUR)
    assert clean is not None
    assert dirty is not None
    assert night is not None
    assert dirty < clean
    assert night < clean


@pytest.mark.parametrize(
    ("rate", "length", "keys"),
    [
        pytest.param(0.05, "10m", [], id="five percent for ten minutes: no alert"),
        pytest.param(0.05, "20m", ["page_1h_5m"], id="for twenty: a page"),
        pytest.param(1.0, "2m", ["page_1h_5m"], id="everything for two minutes"),
        pytest.param(0.01, "4h", ["page_6h_30m"], id="one percent for hours: the slow page"),
    ],
)
def test_which_alerts_a_spend_fires(rate: float, length: str, keys: list[str]) -> None:
    found = plan(shop(), rate, parse(length))
    assert [one.tier.key for one in found.fires if one.tier.severity == "page"] == keys
    assert all(0 < one.after <= parse(length) for one in found.fires)


def test_an_alert_that_fires_already_fires_at_once() -> None:
    found = plan(shop(past=even(bad=0.02)), 0.01, 600)
    assert FAST in {one.tier for one in found.fires if one.after == 0}


@pytest.mark.parametrize(
    ("left", "length", "now", "after"),
    [
        pytest.param(0.9, "10m", "healthy", "healthy", id="far from any border"),
        pytest.param(0.505, "10m", "healthy", "caution", id="over the border by 1.2 percent"),
        pytest.param(0.3, "10m", "caution", "caution", id="inside a tier"),
        pytest.param(0.005, "10m", "caution", "freeze", id="down to nothing"),
        pytest.param(-0.2, "10m", "freeze", "freeze", id="overspent before"),
    ],
)
def test_the_tier_before_and_after(left: float, length: str, now: str, after: str) -> None:
    found = plan(shop(left), 0.05, parse(length))
    assert found.now is not None
    assert found.after is not None
    assert (found.now.tier.name, found.after.name) == (now, after)


def test_the_upper_end_of_the_price_can_reach_a_tier_that_its_middle_does_not() -> None:
    found = plan(shop(0.5 + 0.01157 + 0.0005), 0.05, 600)
    assert found.after is not None
    assert found.at_worst is not None
    assert (found.after.name, found.at_worst.name) == ("healthy", "caution")


def test_a_burn_that_holds_a_tier_holds_it_after_the_spend() -> None:
    healthy, caution, freeze = DEFAULT_POLICY.tiers
    policy = Policy("burning", (healthy, caution, replace(freeze, also_while=Burning(10, HOUR))))
    assert plan(shop(policy=policy), 0.05, 600).after == healthy
    assert plan(shop(policy=policy), 0.05, 1200).after == policy.tiers[2]


def test_the_past_of_the_alert_windows_is_the_last_hour_in_pieces_and_sums_before() -> None:
    windows = {300: Counts(3000, 7, 300), HOUR: Counts(36_000, 12, 3600), 6 * HOUR: Counts(216_000, 20, 6 * HOUR)}
    line = recent_past(windows, [*[Counts(3000, 0, 300)] * 10, None, Counts(3000, 12, 300)], NOW)
    assert line.trailing(6 * HOUR, NOW).bad == pytest.approx(20)
    assert line.trailing(HOUR, NOW).bad == pytest.approx(12)
    assert line.trailing(300, NOW).bad == pytest.approx(12)
    assert line.trailing(600, NOW).measured == pytest.approx(300)  # one piece was not measured


@pytest.mark.parametrize("limit", [1, 7, 59, 60, 87, 599])
def test_the_longest_duration_that_fits_fits(limit: int) -> None:
    found = longest_that_fits(600, lambda seconds: seconds <= limit)
    assert found is not None
    assert limit - 10 < found <= limit
