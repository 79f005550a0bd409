"""Who may spend, and who may not: every reason, with its rule and its way out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chaos.faults.kinds import ErrorFault
from chaos.plane.lease import Ceilings
from chaos.pricing.impact import Hit
from chaos.pricing.plan import Before, plans
from chaos.pricing.price import Standing
from chaos.spend.client import About
from chaos.spend.guards import Refusal, refusals
from slotui.core.alerts import AlertStatus, derive_tiers
from slotui.core.blackout import Blackout, Once, Opening
from slotui.core.policy import DEFAULT_POLICY, Moment, Policy, PolicyTier
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Timeline
from slotui.duration import DAY, parse

MONTH = 30 * DAY
SLO = Slo("shop", "checkout", 0.999, MONTH, EventSli(Selector("http_requests_total")))
LAB = About("lab", "checkout", Ceilings())
SHOP = About("production", "checkout", Ceilings())
STRICT = Policy(
    "strict",
    (
        PolicyTier("healthy", "full speed"),
        PolicyTier(
            "caution", "no chaos", experiments="forbidden", enter_below=0.5, leave_at=0.55, approvers=("kim", "ana")
        ),
    ),
)
LIMITED = Policy(
    "limited",
    (
        PolicyTier("caution", "small experiments", experiments="limited"),
        PolicyTier("alert", "smaller ones", experiments="limited", enter_below=0.2, leave_at=0.25),
    ),
)


def asked(
    left: float | None,
    seconds: float = 600,
    *,
    rate: float = 0.05,
    policy: Policy = DEFAULT_POLICY,
    about: About | None = LAB,
    named: str | None = None,
    firing: tuple[tuple[str, AlertStatus], ...] = (),
    hit: bool = True,
) -> tuple[Refusal, ...]:
    """What speaks against failing `rate` of 10 requests/s with that share of the budget left."""
    window = Counts(10 * MONTH, (1 - (left or 0)) * 0.001 * 10 * MONTH, MONTH)
    standing = Standing(SLO, window, Counts(18_000, 0, 1800), at=MONTH)
    before = {"shop": Before(standing, Timeline(), (Moment(MONTH, left),), policy)}
    hits = [Hit(SLO, ErrorFault(rate=rate))] if hit else []
    planned = plans(hits, before, seconds, {})
    return refusals(about, named, firing, planned, policy, seconds, lambda s: plans(hits, before, s, {}), at=MONTH)


@pytest.mark.parametrize(
    ("left", "length", "policy"),
    [
        pytest.param(0.9, "10m", DEFAULT_POLICY, id="healthy and staying so"),
        pytest.param(0.505, "10m", DEFAULT_POLICY, id="healthy into caution, where experiments are limited"),
        pytest.param(0.3, "10m", DEFAULT_POLICY, id="limited, and not reaching the next tier"),
        pytest.param(0.9, "10m", STRICT, id="far from a tier that forbids"),
    ],
)
def test_nothing_against_it(left: float, length: str, policy: Policy) -> None:
    assert asked(left, parse(length), policy=policy) == ()


@pytest.mark.parametrize(
    ("left", "length", "policy", "says", "way_out"),
    [
        pytest.param(-0.1, "10m", DEFAULT_POLICY, "in tier freeze, where policy allows no experiment", "leaves freeze",
                     id="the tier now forbids"),
        pytest.param(0.505, "10m", STRICT, "would leave shop at 49.3%, tier caution, where policy allows no experiment",
                     "price 1.2% (1.0%-1.3%) of the budget, 50.5% left now; smallest change that fits: --for",
                     id="the tier after forbids"),
        pytest.param(0.5119, "10m", STRICT, "may, at the upper end of its price, leave shop at", "--for",
                     id="only the upper end of the price forbids"),
        pytest.param(0.21, "10m", LIMITED, "from tier caution policy lets no experiment reach the next one",
                     "--for", id="limited reaches the next tier"),
        pytest.param(0.5, "10m", STRICT, "would leave shop at 48.8%", "no shorter one fits either",
                     id="nothing fits"),
        pytest.param(None, "10m", DEFAULT_POLICY, "its policy tier is not known", "first counted",
                     id="an unknown tier"),
    ],
)  # fmt: skip
def test_policy_refuses(left: float | None, length: str, policy: Policy, says: str, way_out: str) -> None:
    (refusal,) = asked(left, parse(length), policy=policy)
    assert says in refusal.why
    assert way_out in refusal.way_out
    assert refusal.liftable


@pytest.mark.parametrize(("left", "policy"), [(0.505, STRICT), (0.21, LIMITED)], ids=["forbidden", "limited"])
def test_the_change_that_it_names_passes_and_hardly_a_longer_one_does(left: float, policy: Policy) -> None:
    (refusal,) = asked(left, 600, policy=policy)
    fitting = parse(refusal.way_out.rpartition("--for ")[2])
    assert asked(left, fitting, policy=policy) == ()
    assert asked(left, fitting + 11, policy=policy) != ()


def test_a_target_that_is_no_lab_wants_its_name_and_no_override_replaces_it() -> None:
    (refusal,) = asked(0.9, about=SHOP)
    assert "--target-name checkout" in refusal.way_out
    assert not refusal.lifted_by("kim")
    (again,) = asked(0.9, about=SHOP, named="search")
    assert "'search' is not its name" in again.why
    assert asked(0.9, about=SHOP, named="checkout") == ()


def sale(start: float, end: float, **scope: Any) -> Policy:
    """A policy with a blackout from so many seconds after the beginning of the spend, until so many."""
    window = Once(Opening(MONTH + start, MONTH + end))
    return Policy("p", DEFAULT_POLICY.tiers, blackouts=(Blackout("sale", window, **scope),))


@pytest.mark.parametrize(
    ("policy", "says", "way_out"),
    [
        pytest.param(sale(-60, 60), "blackout 'sale' is open", "ends at 1970-01-31T00:01:00Z, in 1m", id="open now"),
        pytest.param(sale(0, 60), "blackout 'sale' is open", "in 1m", id="opens now"),
        pytest.param(
            sale(500, 900), "would run into blackout 'sale', which begins in 8m20s", "--for 8m20s", id="ahead"
        ),
        pytest.param(sale(599, 600), "would run into", "what fits before it: --for 9m50s", id="in its last second"),
        pytest.param(sale(0.5, 60), "would run into", "nothing fits before it", id="in a moment"),
        pytest.param(sale(-60, 60, slos=("cart", "shop")), "is open", "", id="for one of its SLOs"),
        pytest.param(sale(-60, 60, service="checkout"), "is open", "", id="for this service"),
    ],
)
def test_a_blackout_refuses_what_would_run_in_it(policy: Policy, says: str, way_out: str) -> None:
    (refusal,) = asked(0.9, policy=policy)
    assert says in refusal.why
    assert way_out in refusal.way_out
    assert refusal.lifted_by("anybody")


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(sale(-60, 0), id="over as the spend begins"),
        pytest.param(sale(600, 900), id="not open before the spend is over"),
        pytest.param(sale(-60, 60, slos=("cart",)), id="for another SLO"),
        pytest.param(sale(-60, 60, service="search"), id="for another service"),
    ],
)
def test_a_blackout_that_does_not_concern_the_spend(policy: Policy) -> None:
    assert asked(0.9, policy=policy) == ()


def test_what_fits_before_a_blackout_passes() -> None:
    (refusal,) = asked(0.9, policy=sale(300, 900))
    assert asked(0.9, parse(refusal.way_out.rpartition("--for ")[2]), policy=sale(300, 900)) == ()


def test_an_alert_that_fires_already() -> None:
    page, *_, ticket = derive_tiers(MONTH)
    firing = (("cart", AlertStatus(page, 20.0, 30.0)), ("shop", AlertStatus(ticket, 2.0, 2.0)))
    (refusal,) = asked(0.9, firing=firing)
    assert refusal.why == "an alert fires already: page of cart, 20.0x over 1h (and 1 more)"


def test_a_cost_that_no_slo_counts_is_no_free_one() -> None:
    (refusal,) = asked(0.9, hit=False)
    assert "no SLO counts these requests" in refusal.why


def test_every_reason_is_told() -> None:
    status = AlertStatus(derive_tiers(MONTH)[0], 20.0, 30.0)
    assert len(asked(-0.1, about=SHOP, firing=(("shop", status),))) == 3


def test_where_policy_names_people_only_they_may_override() -> None:
    (refusal,) = asked(0.3, policy=STRICT)
    assert refusal.lifted_by(" Kim ")
    assert not refusal.lifted_by("mallory")
    anybody = replace(refusal, approvers=())
    assert anybody.lifted_by("mallory")
