"""Which SLOs each kind of fault spends from, and what is assumed where labels do not tell."""

from __future__ import annotations

from typing import Any

import pytest

from chaos.faults.kinds import ErrorFault, parse_fault
from chaos.pricing.impact import hits
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
