"""Which SLOs each kind of fault spends from, and what is assumed where labels do not tell."""

from __future__ import annotations

from typing import Any

import pytest

from chaos.faults.kinds import ErrorFault, parse_fault
from chaos.pricing.impact import default_match, hits
from slotui.core.sli import EventSli, Matcher, Selector, freshness
from slotui.core.slo import Slo
from slotui.duration import DAY


def slo(name: str, good: Selector, *eligible: Matcher) -> Slo:
    return Slo(name, "checkout", 0.999, 30 * DAY, EventSli(Selector(good.metric, eligible), good=good))


SUCCESS = Matcher("code", "=~", "2..")
CODE = slo("code", Selector("requests", (SUCCESS,)))
PAYLOAD = slo("payload", Selector("requests", (SUCCESS, Matcher("cause", "=", "none"))))
PAYMENT = slo("payment", Selector("requests", (Matcher("cause", "!=", "payment"), Matcher("code", "!=", "500"))))
FAST = slo("fast", Selector("seconds_bucket", (Matcher("le", "=", "0.4"),)))
FREE = slo("free", Selector("requests", (SUCCESS,)), Matcher("tier", "=", "free"))
CALLS = tuple(
    Slo(
        f"{name} calls",
        name,
        0.9995,
        30 * DAY,
        EventSli(
            Selector("calls", (Matcher("service", "=", "checkout"), Matcher("dependency", "=", name))),
            good=Selector("calls", (Matcher("dependency", "=", name), Matcher("outcome", "=", "ok"))),
        ),
    )
    for name in ("cart", "inventory", "payment")
)
ALL = (CODE, PAYLOAD, PAYMENT, FAST, FREE)
FRESH = Slo("fresh", "checkout", 0.99, 7 * DAY, freshness(Selector("inventory_updated_timestamp_seconds"), 60))


@pytest.mark.parametrize(
    ("fields", "spent"),
    [
        pytest.param({"kind": "bad_payload"}, {"payload"}, id="a payload only where the SLI wants one"),
        pytest.param({"kind": "dependency", "cause": "payment"}, {"code", "payload", "payment", "free"}, id="payment"),
        pytest.param({"kind": "dependency", "cause": "inventory"}, {"code", "payload", "free"}, id="inventory"),
        pytest.param({"kind": "reset"}, {"code", "payload", "payment", "free"}, id="a reset is a 500"),
        pytest.param({"kind": "hang"}, {slo.name for slo in ALL}, id="a hang is bad for every request"),
        pytest.param({"kind": "slow_body", "delay": 1}, {"fast"}, id="a slow body is slow"),
        pytest.param({"kind": "error", "tier": "plus"}, {"code", "payload", "payment"}, id="another tier's customers"),
        pytest.param({"kind": "stale"}, {"fresh"}, id="stale stock meets no request, but the clock"),
        pytest.param({"kind": "stale", "what": "prices"}, set(), id="of stale prices nobody knows the age"),
    ],
)
def test_who_pays(fields: dict[str, Any], spent: set[str]) -> None:
    assert {hit.slo.name for hit in hits([parse_fault(fields)], (*ALL, FRESH), "checkout")} == spent


@pytest.mark.parametrize(
    ("fields", "spent"),
    [
        pytest.param({"kind": "dependency", "cause": "inventory"}, {"inventory calls"}, id="the one that is played"),
        pytest.param({"kind": "dependency", "cause": "gremlins"}, set(), id="one that nobody calls"),
        pytest.param({"kind": "error"}, set(), id="an error comes before any call"),
        pytest.param({"kind": "error", "status": 502}, set(), id="also one that looks like a dependency's"),
        pytest.param({"kind": "bad_payload"}, set(), id="a payload is of no call"),
        pytest.param({"kind": "hang"}, set(), id="who hangs calls nobody"),
        pytest.param({"kind": "latency", "delay": 1}, set(), id="a late call is a call"),
        pytest.param({"kind": "stale"}, set(), id="stale stock is no call"),
    ],
)
def test_calls_of_a_dependency_are_spent_by_the_fault_that_plays_it(fields: dict[str, Any], spent: set[str]) -> None:
    assert {hit.slo.name for hit in hits([parse_fault(fields)], CALLS, "checkout")} == spent
    assert not hits([parse_fault(fields)], CALLS, "another service")


def test_all_calls_are_assumed_to_be_made_for_the_requests_that_are_met() -> None:
    fault = parse_fault({"kind": "dependency", "cause": "cart", "route": "/checkout", "method": "POST"})
    (hit,) = hits([fault], CALLS, "checkout")
    assert hit.assumed == ("all calls of cart are made for POST /checkout",)


def test_calls_have_no_say_in_which_requests_are_met() -> None:
    buying = slo(
        "buying", Selector("requests", (SUCCESS,)), Matcher("route", "=", "/buy"), Matcher("method", "=", "POST")
    )
    assert default_match([buying, *CALLS], "checkout") == ("/buy", "POST")
    assert default_match(CALLS, "checkout") == ("*", None)


def test_only_a_delay_is_held_against_the_threshold() -> None:
    slow, hang = hits([parse_fault({"kind": "slow_body", "delay": 1}), parse_fault({"kind": "hang"})], [FAST], None)
    assert (slow.threshold, hang.threshold) == (0.4, None)


def test_what_no_label_tells_is_assumed() -> None:
    fault = ErrorFault(tier="free", header="X-Beta")
    assumed = {hit.slo.name: hit.assumed for hit in hits([fault], [CODE, FREE], None)}
    assert assumed["code"] == (
        "all requests of this SLO are of tier free",
        "all requests of this SLO have the header X-Beta",
    )
    assert assumed["free"] == ("all requests of this SLO have the header X-Beta",)
