"""The fault schema: strict, and its refusals say what to write instead."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chaos.fault import LATER_KINDS, ErrorFault, LatencyFault, parse_fault, parse_request
from slotui.errors import UsageError


def request(**changed: Any) -> bytes:
    fault = {"kind": "error", "rate": 0.05, "route": "/checkout", "method": "POST"}
    return json.dumps({"id": "a1b2c3d4", "ttl": 600, "faults": [fault], **changed}).encode()


def test_a_request_is_read_with_its_defaults() -> None:
    parsed = parse_request(request())
    assert parsed.faults == [ErrorFault(rate=0.05, route="/checkout", method="POST", status=500)]
    assert parsed.renew_within == 5.0


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        pytest.param({"kind": "error", "rte": 0.1}, "'rate'", id="a typo names the nearest key"),
        pytest.param({"kind": "latency", "delay": 1, "jiter": 1}, "'jitter'", id="the nearest key of that kind"),
        pytest.param({"kind": "error", "rate": 0}, "rate", id="a rate of nothing"),
        pytest.param({"kind": "error", "rate": 1.5}, "rate", id="a rate above one"),
        pytest.param({"kind": "error", "rate": "0.5"}, "rate", id="a rate in quotes"),
        pytest.param({"kind": "error", "rate": float("nan")}, "rate", id="a rate that is no number"),
        pytest.param({"kind": "error", "status": 200}, "status", id="an error with a status of success"),
        pytest.param({"kind": "latency"}, "delay", id="a latency without a delay"),
        pytest.param({"kind": "latency", "delay": 0.1, "jitter": 0.2}, "jitter", id="more jitter than delay"),
        pytest.param({"kind": "latency", "delay": 61}, "delay", id="a delay that is a hang"),
        pytest.param({"kind": "error", "mode": "sometimes"}, "mode", id="a mode that is none"),
        pytest.param({"kind": "error", "method": "post"}, "method", id="a method in small letters"),
        pytest.param({"kind": "explode"}, "explode", id="a kind that is none"),
    ],
)
def test_what_cannot_be_meant_is_named(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_fault(fields)


@pytest.mark.parametrize("kind", LATER_KINDS)
def test_kinds_of_a_later_release_are_refused_by_name(kind: str) -> None:
    with pytest.raises(UsageError, match=f"{kind}.*later release"):
        parse_request(request(faults=[{"kind": kind}]))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"{", "not JSON", id="half a body"),
        pytest.param(b"[1]", "not a JSON object", id="a list"),
        pytest.param(b"[" * 20000, "not JSON", id="a body that nests without end"),
        pytest.param(request(tll=5), "'ttl'", id="a typo at the top"),
        pytest.param(request(faults=[]), "faults", id="no fault"),
        pytest.param(request(id="../../etc"), "id", id="an id that is a path"),
        pytest.param(request(ttl=0), "ttl", id="no time at all"),
        pytest.param(request(renew_within=60), "renew_within", id="a lease that would outlive its holder"),
    ],
)
def test_a_broken_request_is_a_sentence(body: bytes, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_request(body)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        pytest.param(ErrorFault(rate=0.05, status=503), "5% 503", id="an error"),
        pytest.param(LatencyFault(delay=0.3, jitter=0.05), "+300±50ms", id="a delay with jitter"),
        pytest.param(LatencyFault(delay=2.0, rate=0.5), "+2000ms on 50%", id="a delay on half of them"),
    ],
)
def test_a_fault_in_a_few_words(fault: ErrorFault | LatencyFault, text: str) -> None:
    assert str(fault) == text


@pytest.mark.parametrize(
    ("route", "method", "matches"),
    [
        pytest.param("/checkout", "POST", True, id="the very route and method"),
        pytest.param("/check*", None, True, id="a glob and any method"),
        pytest.param("/checkout", "GET", False, id="another method"),
        pytest.param("/Checkout", None, False, id="another case"),
        pytest.param("/checkout/", None, False, id="another path"),
    ],
)
def test_which_requests_a_fault_may_hit(route: str, method: str | None, matches: bool) -> None:
    assert ErrorFault(route=route, method=method).matches("POST", "/checkout") is matches
