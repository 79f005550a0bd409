"""Prices before the fact: golden figures, intervals that hold, and which SLO a fault spends at all."""

from __future__ import annotations

from random import Random
from statistics import quantiles

import pytest

from chaos.faults.kinds import ErrorFault, Fault, LatencyFault
from chaos.pricing.base_latency import BaseLatency, Share, read_base_latency
from chaos.pricing.impact import default_match, hits
from chaos.pricing.price import Standing, bad_events, prices
from slotui.core.sli import EventSli, Matcher, Selector, freshness
from slotui.core.slo import Slo
from slotui.core.timeline import Counts
from slotui.duration import DAY
from slotui.errors import UsageError

CHECKOUT = (
    Matcher("service", "=", "checkout"),
    Matcher("method", "=", "POST"),
    Matcher("route", "=", "/checkout"),
    Matcher("synthetic", "=", "false"),
)
REQUESTS = Selector("http_requests_total", CHECKOUT)
AVAILABILITY = Slo(
    "availability",
    "checkout",
    0.999,
    30 * DAY,
    EventSli(REQUESTS, good=Selector("http_requests_total", (*CHECKOUT, Matcher("code", "=~", "2..")))),
)
LATENCY_SLI = EventSli(
    Selector("http_request_duration_seconds_count", CHECKOUT),
    good=Selector("http_request_duration_seconds_bucket", (*CHECKOUT, Matcher("le", "=", "0.4"))),
)
LATENCY = Slo("latency", "checkout", 0.95, 30 * DAY, LATENCY_SLI)
FRESHNESS = Slo("freshness", "checkout", 0.99, 7 * DAY, freshness(Selector("inventory_updated"), 60))
ALL = (AVAILABILITY, LATENCY, FRESHNESS)
EVERY = Share(1.0, 1.0, 1.0)


def even(rps: float, bad: float = 0.0) -> Standing:
    """A full window of even traffic."""
    return Standing(AVAILABILITY, Counts(rps * 30 * DAY, bad, 30 * DAY), Counts(rps * 1800, 0, 1800))


@pytest.mark.parametrize("rps", [pytest.param(10, id="a small shop"), pytest.param(5000, id="a large one")])
def test_five_percent_for_ten_minutes_costs_the_same_share_at_any_traffic(rps: float) -> None:
    fault = ErrorFault(rate=0.05, route="/checkout")
    (price,) = prices(hits([fault], [AVAILABILITY], "checkout"), {"availability": even(rps)}, 600, {})
    assert price.bad.mid == pytest.approx(rps * 30)
    assert price.share is not None
    assert price.share.mid == pytest.approx(0.011574, rel=1e-4)
    assert price.burn == pytest.approx(50)
    assert price.left == pytest.approx(1.0)
    assert price.left_after == pytest.approx(1 - 0.011574, rel=1e-4)


def test_one_minute_of_total_failure() -> None:
    fault = ErrorFault(rate=1.0)
    (price,) = prices(hits([fault], [AVAILABILITY], None), {"availability": even(100)}, 60, {})
    assert price.share is not None
    assert price.share.mid == pytest.approx(0.0231, rel=3e-3)


def test_a_young_window_has_two_shares() -> None:
    hour = Standing(AVAILABILITY, Counts(36_000, 0, 3600), Counts(18_000, 0, 1800))
    (price,) = prices(hits([ErrorFault(rate=0.05)], [AVAILABILITY], None), {"availability": hour}, 600, {})
    assert price.share_so_far == pytest.approx(8.33, rel=1e-3)
    assert price.share is not None
    assert price.share.mid == pytest.approx(0.011574, rel=1e-3)


@pytest.mark.parametrize(
    ("rps", "half_width"), [pytest.param(10, 0.114, id="10 rps"), pytest.param(200, 0.0256, id="200 rps")]
)
def test_more_traffic_makes_a_narrower_interval(rps: float, half_width: float) -> None:
    bad = bad_events(Counts(rps * 1800, 0, 1800), 600, 0.05, "random", EVERY)
    assert (bad.high - bad.mid) / bad.mid == pytest.approx(half_width, rel=0.01)
    assert bad.mid - bad.low == pytest.approx(bad.high - bad.mid)


@pytest.mark.parametrize("mode", ["random", "exact"])
def test_the_interval_holds_ninety_five_of_a_hundred_runs(mode: str) -> None:
    """Simulated: recent traffic and traffic to come are both Poisson, 20/s; 10 % of 60 s."""
    random = Random(11)
    inside = 0
    runs = 600
    for _ in range(runs):
        recent = _poisson(random, 20 * 120)
        bad = bad_events(Counts(recent, 0, 120), 60, 0.1, mode, EVERY)  # type: ignore[arg-type]
        coming = _poisson(random, 20 * 60)
        cost = sum(random.random() < 0.1 for _ in range(coming)) if mode == "random" else coming // 10
        inside += bad.low <= cost <= bad.high
    assert 0.92 <= inside / runs <= 0.98


def _poisson(random: Random, mean: float) -> int:
    at, count = random.expovariate(mean), 0
    while at < 1:
        at += random.expovariate(mean)
        count += 1
    return count


@pytest.mark.parametrize(
    ("fault", "spends"),
    [
        pytest.param(ErrorFault(route="/checkout", method="POST"), {"availability"}, id="an error, not a slow answer"),
        pytest.param(LatencyFault(delay=0.3), {"latency"}, id="a delay, not an error"),
        pytest.param(ErrorFault(route="/inventory"), set(), id="another route"),
        pytest.param(ErrorFault(method="GET"), set(), id="another method"),
        pytest.param(ErrorFault(route="/check*"), {"availability"}, id="a glob that holds the route"),
        pytest.param(ErrorFault(status=404), {"availability"}, id="a status that is not good"),
    ],
)
def test_which_slo_a_fault_spends(fault: Fault, spends: set[str]) -> None:
    assert {hit.slo.name for hit in hits([fault], ALL, "checkout")} == spends


def test_the_slos_of_another_service_are_left_alone() -> None:
    assert hits([ErrorFault()], ALL, "search") == ()


def test_a_status_that_the_sli_calls_good_costs_nothing() -> None:
    lenient = EventSli(REQUESTS, good=Selector("http_requests_total", (*CHECKOUT, Matcher("code", "!~", "5.."))))
    slo = Slo("lenient", "checkout", 0.999, 30 * DAY, lenient)
    assert hits([ErrorFault(status=404)], [slo], None) == ()
    assert len(hits([ErrorFault(status=503)], [slo], None)) == 1


def test_the_default_aim_is_what_the_slos_count() -> None:
    assert default_match(ALL, "checkout") == ("/checkout", "POST")
    assert default_match([FRESHNESS], "checkout") == ("*", None)
    other = Slo("cart", "checkout", 0.99, DAY, EventSli(Selector("x", (Matcher("route", "=", "/cart"),))))
    with pytest.raises(UsageError, match="/cart"):
        default_match([*ALL, other], "checkout")


HISTOGRAM = BaseLatency((0.1, 0.2, 0.4, float("inf")), (50, 80, 98, 100))


@pytest.mark.parametrize(
    ("delay", "jitter", "share"),
    [
        pytest.param(0.4, 0.0, Share(0.98, 0.98, 0.98), id="a delay as long as the limit spoils all that were good"),
        pytest.param(0.3, 0.0, Share(0.48, 0.48, 0.48), id="at the edge of a bucket there is nothing to guess"),
        pytest.param(0.25, 0.0, Share(0.18, 0.33, 0.48), id="inside a bucket: straight, and between its ends"),
        pytest.param(0.001, 0.0, Share(0.0, 0.0009, 0.18), id="a delay that hardly anybody notices"),
    ],
)
def test_a_delay_spoils_the_requests_that_were_near_the_limit(delay: float, jitter: float, share: Share) -> None:
    found = HISTOGRAM.spoiled(LatencyFault(delay=delay, jitter=jitter).spread(), 0.4)
    assert (found.low, found.mid, found.high) == pytest.approx((share.low, share.mid, share.high))


def test_jitter_is_averaged() -> None:
    # Delays from 200 to 400 ms: base above 0.2 … 0, straight through both buckets.
    assert HISTOGRAM.spoiled(LatencyFault(delay=0.3, jitter=0.1).spread(), 0.4).mid == pytest.approx(
        (0.18 + 0.48) / 4 + (0.48 + 0.98) / 4, abs=1e-3
    )


def test_the_histogram_is_read_from_the_services_own_page() -> None:
    page = "".join(
        f'http_request_duration_seconds_bucket{{service="checkout",method="POST",route="{route}",'
        f'synthetic="{synthetic}",tier="{tier}",le="{edge}"}} {count}\n'
        for route, synthetic, tier, counts in [
            ("/checkout", "false", "free", (20, 40, 40)),
            ("/checkout", "false", "plus", (30, 58, 60)),
            ("/checkout", "true", "free", (500, 500, 500)),
            ("/inventory", "false", "free", (500, 500, 500)),
        ]
        for edge, count in zip(("0.1", "0.4", "+Inf"), counts, strict=True)
    )
    assert read_base_latency(page, LATENCY_SLI) == BaseLatency((0.1, 0.4, float("inf")), (50, 98, 100))


@pytest.mark.parametrize(
    "page", [pytest.param("", id="an empty page"), pytest.param("nonsense {", id="a page that is no exposition")]
)
def test_no_histogram_means_the_worst_case_and_says_so(page: str) -> None:
    assert read_base_latency(page, LATENCY_SLI) is None
    fault = LatencyFault(delay=0.3, mode="exact")
    standing = Standing(LATENCY, Counts(10 * 30 * DAY, 0, 30 * DAY), Counts(18_000, 900, 1800))
    (price,) = prices(hits([fault], [LATENCY], None), {"latency": standing}, 60, {"latency": None})
    assert price.bad.low == 0
    assert price.bad.mid == pytest.approx(600 * 0.95)
    assert any("base latency unknown" in note for note in price.assumed)


def test_two_faults_on_one_slo_add_up_and_their_chances_do_not() -> None:
    pair = [ErrorFault(rate=0.05), ErrorFault(rate=0.05, status=503)]
    (one,) = prices(hits(pair[:1], [AVAILABILITY], None), {"availability": even(10)}, 600, {})
    (both,) = prices(hits(pair, [AVAILABILITY], None), {"availability": even(10)}, 600, {})
    assert both.bad.mid == pytest.approx(2 * one.bad.mid)
    assert both.bad.high - both.bad.mid == pytest.approx(2**0.5 * (one.bad.high - one.bad.mid))


def test_no_traffic_costs_nothing() -> None:
    silent = Standing(AVAILABILITY, Counts(0, 0, 30 * DAY), Counts(0, 0, 1800))
    (price,) = prices(hits([ErrorFault()], [AVAILABILITY], None), {"availability": silent}, 600, {})
    assert (price.bad.low, price.bad.mid, price.bad.high) == (0, 0, 0)
    assert price.share is None
    assert price.burn is None


def test_quantiles_of_chance_agree_with_the_interval() -> None:
    random = Random(5)
    bad = bad_events(Counts(1e9, 0, 1e7), 60, 0.2, "random", EVERY)  # 100/s, known as well as can be
    runs = [sum(random.random() < 0.2 for _ in range(_poisson(random, 6000))) for _ in range(300)]
    cuts = quantiles(runs, n=40)
    assert cuts[0] == pytest.approx(bad.low, rel=0.03)
    assert cuts[-1] == pytest.approx(bad.high, rel=0.03)
