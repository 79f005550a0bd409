"""Lints from arithmetic: what a target, a window and the traffic make of alerts and budget."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.core.alerts import derive_tiers, evaluate, tiers_at_factors
from slotui.core.lints import Check, Part, Traffic, traffic_lints, written_lints
from slotui.core.sli import EventSli, Matcher, Selector, Sli, freshness
from slotui.core.slo import Slo
from slotui.core.timeline import Counts
from slotui.duration import DAY, HOUR

ALL = Selector("all_total", (Matcher("service", "=", "shop"),))
EVENTS = EventSli(ALL, Selector("ok_total"))


def slo(target: float, window: int = 30 * DAY, sli: Sli = EVENTS) -> Slo:
    return Slo("shop", "shop", target, window, sli)


@pytest.mark.parametrize(
    ("target", "days", "expected"),
    [
        pytest.param(0.999, 30, [], id="99.9 % over 30 days: nothing to say"),
        pytest.param(0.95, 30, [("distant-threshold", "page 1h&5m needs 72% of the requests bad")],
                     id="95 %: the fast page needs 72 % bad"),
        pytest.param(0.9, 30, [("impossible-threshold", "page 1h&5m can never fire"), ("distant-threshold", "page 6h&30m needs 60%")],
                     id="90 %: the largest burn is 10, so 14.4 never fires"),
        pytest.param(0.9, 30, [("impossible-threshold", "a total failure burns 10x"), ("distant-threshold", "")],
                     id="the largest burn is named"),
        pytest.param(0.5, 30, [("impossible-threshold", "page 1h&5m"), ("impossible-threshold", "page 6h&30m"),
                               ("impossible-threshold", "ticket 1d&2h")], id="50 %: only the slow leak is left"),
        pytest.param(0.999, 28, [("raised-factor", "from 0.933x to 1x, or it would alert on a met objective: it fires when 10.7% of")],
                     id="28 days: the last factor is raised to 1, and 10.7 % results"),
        pytest.param(0.999, 7, [("raised-factor", "from 0.98x to 1x, or it would alert on a met objective: it fires when 42.9% of")],
                     id="7 days: raised to 1, and 42.9 % results"),
        pytest.param(0.4, 30, [("loose-target", "lets 60% of the requests be bad")], id="40 %: one word for four silent alerts"),
        pytest.param(0.0, 30, [("loose-target", "a target of 0: all requests may be bad")], id="a target of nothing"),
    ],
)  # fmt: skip
def test_thresholds(target: float, days: int, expected: list[tuple[str, str]]) -> None:
    found = written_lints(slo(target, days * DAY))
    assert [str(lint.check) for lint in found] == [check for check, _ in expected]
    for lint, (_, words) in zip(found, expected, strict=True):
        assert words in lint.what
        assert lint.fix


def test_a_factor_equal_to_the_largest_burn_never_fires_either() -> None:
    tiers = tiers_at_factors((4.0, 3.0, 2.0, 1.0), 30 * DAY)
    assert not evaluate(tiers[0], 0.75, lambda _: Counts(100, 100, HOUR)).firing
    assert next(lint.check for lint in written_lints(slo(0.75), tiers)) is Check.IMPOSSIBLE_THRESHOLD


def test_the_targets_that_a_fix_names_do_fix_it() -> None:
    (distant,) = written_lints(slo(0.95))
    assert "96.528%" in distant.fix
    assert written_lints(slo(0.96528)) == ()
    impossible = written_lints(slo(0.9))[0]
    assert "93.056%" in impossible.fix
    assert Check.IMPOSSIBLE_THRESHOLD not in {lint.check for lint in written_lints(slo(0.93056))}


@given(st.floats(0.5, 0.99999), st.integers(2 * HOUR, 400 * DAY))
def test_a_tier_is_called_impossible_just_when_a_total_failure_leaves_it_silent(target: float, window: int) -> None:
    impossible = {
        lint.what.split(" can")[0]
        for lint in written_lints(slo(target, window))
        if lint.check == "impossible-threshold"
    }
    for tier in derive_tiers(window):
        if abs(tier.factor * (1 - target) - 1) < 1e-6:
            continue  # on the border, to the last bits
        fires = evaluate(tier, target, lambda length: Counts(1000, 1000, length)).firing
        called = any(name.startswith(tier.severity) and f" {_hours(tier.long)}&" in f"{name}" for name in impossible)
        assert called != fires


def _hours(seconds: int) -> str:
    return f"{seconds // DAY}d" if seconds % DAY == 0 else f"{seconds // HOUR}h"


@pytest.mark.parametrize(
    ("target", "requests", "expected"),
    [
        pytest.param(0.999, 432_000_000, [], id="ten thousand a minute: one failure is nothing"),
        pytest.param(0.999, 100_001, [], id="a hundred failures permitted: one costs just under 1 %"),
        pytest.param(0.999, 49_999, [("costly-failure", "costs 2.0% of the budget: 49,999 requests in 30d (as given) permit 50 failures"),
                                     ("lone-failure", "fires page 1h&5m: among 69 requests in 1h (as given) it is a burn of 14.4x")],
                     id="just below 69.4 an hour one failure pages"),
        pytest.param(0.999, 51_000, [("costly-failure", "costs 2.0%")], id="just above 69.4 an hour it takes two"),
        pytest.param(0.999, 5_000, [("costly-failure", "costs 20.0%"),
                                    ("lone-failure", "fires page 1h&5m, page 6h&30m, ticket 1d&2h, ticket 3d&6h")],
                     id="a hundred and sixty a day: one failure fires everything"),
        pytest.param(0.999, 50, [("costly-failure", "costs 2000.0%"), ("lone-failure", "burn of 1000x")],
                     id="hardly any: the failure is the only event"),
        pytest.param(0.9, 50, [("costly-failure", "costs 20.0%"), ("lone-failure", "fires page 6h&30m, ticket 1d&2h, ticket 3d&6h")],
                     id="a tier that can never fire does not fire on one failure"),
    ],
)  # fmt: skip
def test_low_traffic(target: float, requests: float, expected: list[tuple[str, str]]) -> None:
    found = traffic_lints(slo(target), Traffic(requests, 30 * DAY, "as given"))
    assert [str(lint.check) for lint in found] == [check for check, _ in expected]
    for lint, (_, words) in zip(found, expected, strict=True):
        assert words in lint.what


@given(st.floats(0.5, 0.9999), st.floats(1, 1e7))
def test_one_failure_fires_what_the_lint_says(target: float, requests: float) -> None:
    subject = slo(target)
    traffic = Traffic(requests, 30 * DAY, "")

    def seen(length: int) -> Counts:
        return Counts(max(1.0, traffic.within(length)), 1, length)

    fires = [
        tier
        for tier in derive_tiers(subject.window)
        if evaluate(tier, target, seen).firing and (seen(tier.long).eligible * tier.factor * (1 - target)) < 1 - 1e-6
    ]
    said = [lint for lint in traffic_lints(subject, traffic) if lint.check is Check.LONE_FAILURE]
    for tier in fires:
        assert f"{tier.severity} {_hours(tier.long)}&" in said[0].what
    if not fires and said:
        assert any(
            abs(seen(t.long).eligible * t.factor * (1 - target) - 1) < 1e-5 for t in derive_tiers(subject.window)
        )


def test_the_share_that_one_failure_may_cost_is_the_callers() -> None:
    traffic = Traffic(50_000 * 24, 30 * DAY, "as given")
    assert traffic_lints(slo(0.999), traffic) == ()
    (lint,) = traffic_lints(slo(0.999), traffic, most=0.0005)
    assert "one failure costs 0.083% of the budget" in lint.what


def test_slices_are_as_many_as_minutes_whatever_the_traffic() -> None:
    fresh = slo(0.99, 7 * DAY, freshness(Selector("updated"), 60))
    assert traffic_lints(fresh, Traffic(3, 7 * DAY, "as given")) == ()


CODES = (Matcher("service", "=", "shop"), Matcher("code", "=~", "2.."))


@pytest.mark.parametrize(
    ("sli", "words"),
    [
        pytest.param(EventSli(ALL, Selector("all_total", CODES)), None, id="good is eligible and more: as it should be"),
        pytest.param(EventSli(ALL, Selector("all_total", CODES[1:])), '`good` lacks service="shop"',
                     id="good forgets the service"),
        pytest.param(EventSli(ALL, bad=Selector("all_total", CODES[1:])), '`bad` lacks service="shop"',
                     id="bad forgets the service"),
        pytest.param(EventSli(ALL, Selector("ok_total")), None, id="another metric may label otherwise"),
        pytest.param(EventSli(Selector("s_count", CODES[:1]), Selector("s_bucket", (Matcher("le", "=", "1"),))),
                     '`good` lacks service="shop"', id="bucket and count are one family"),
    ],
)  # fmt: skip
def test_a_predicate_wider_than_the_eligible_set(sli: EventSli, words: str | None) -> None:
    found = written_lints(slo(0.999, sli=sli))
    assert [lint.check for lint in found] == ([Check.WIDER_PREDICATE] if words else [])
    assert all(words is not None and words in lint.what for lint in found)
    assert all(lint.part in (Part.GOOD, Part.BAD) for lint in found)
