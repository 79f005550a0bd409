"""The fault schema: strict, and its refusals say what to write instead."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chaos.faults.kinds import (
    BadPayloadFault,
    DependencyFault,
    ErrorFault,
    Fault,
    HangFault,
    LatencyFault,
    ResetFault,
    SlowBodyFault,
    StaleFault,
    parse_fault,
    parse_request,
)
from chaos.faults.matching import RequestHead
from chaos.faults.shapes import Pulse
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
        pytest.param({"kind": "stale", "route": "/inventory"}, "route", id="a route for what meets no request"),
        pytest.param({"kind": "dependency"}, "cause", id="a dependency without a name"),
        pytest.param({"kind": "error", "header": "not a header"}, "header", id="a header that is none"),
        pytest.param({"kind": "error", "error": 1}, "error: unknown key", id="an unknown key with a kind's name"),
        pytest.param({"kind": "error", "shape": {"kind": "ramp", "strat": 0}}, "'start'", id="the nearest of a shape"),
        pytest.param({"kind": "error", "shape": {"kind": "saw"}}, "shape", id="a shape that is none"),
        pytest.param({"kind": "latency", "delay": 1, "distribution": "pareto"}, "needs a jitter", id="a tail of none"),
        pytest.param(
            {"kind": "latency", "delay": 1, "jitter": 0.1, "distribution": "fixed"}, "fixed", id="a fixed jitter"
        ),
    ],
)
def test_what_cannot_be_meant_is_named(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_fault(fields)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        pytest.param({"kind": "hang", "tier": "free"}, HangFault(tier="free"), id="a hang for one tier"),
        pytest.param({"kind": "reset", "rate": 1e-6}, ResetFault(rate=1e-6), id="one reset in a million"),
        pytest.param({"kind": "bad_payload", "payload": "empty"}, BadPayloadFault(payload="empty"), id="no payload"),
        pytest.param({"kind": "slow_body", "delay": 2}, SlowBodyFault(delay=2), id="a slow body"),
        pytest.param({"kind": "stale"}, StaleFault(what="inventory"), id="stale stock"),
        pytest.param({"kind": "dependency", "cause": "payment"}, DependencyFault(cause="payment"), id="a dependency"),
        pytest.param(
            {"kind": "error", "shape": {"kind": "pulse", "every": 60, "width": 5}},
            ErrorFault(shape=Pulse(every=60, width=5)),
            id="pulses of errors",
        ),
    ],
)
def test_every_kind_is_read_alone_and_in_a_request(fields: dict[str, Any], fault: Fault) -> None:
    assert parse_fault(fields) == fault
    assert parse_request(request(faults=[fields])).faults == [fault]
    # What a controller sends of it is what the service reads.
    assert parse_request(request(faults=[fault.model_dump()])).faults == [fault]


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
        pytest.param(
            LatencyFault(delay=0.3, jitter=0.1, distribution="pareto"), "+300±100ms pareto", id="a delay with a tail"
        ),
        pytest.param(SlowBodyFault(delay=2.0), "body +2000ms", id="a slow body"),
        pytest.param(HangFault(rate=0.01), "1% hang", id="a hang"),
        pytest.param(ResetFault(), "100% reset", id="a reset"),
        pytest.param(BadPayloadFault(rate=0.5), "50% wrong payload", id="a bad payload"),
        pytest.param(DependencyFault(cause="payment"), "100% 502 by payment", id="a dependency"),
        pytest.param(StaleFault(), "stale inventory", id="stale stock"),
        pytest.param(StaleFault(rate=0.5), "50% stale inventory", id="half of the updates"),
    ],
)
def test_a_fault_in_a_few_words(fault: Fault, text: str) -> None:
    assert str(fault) == text


HEAD = RequestHead("POST", "/checkout", {"x-customer-tier": "Plus", "x-region": "eu-west", "user-agent": "probe/1"})


@pytest.mark.parametrize(
    ("match", "matches"),
    [
        pytest.param({"route": "/checkout", "method": "POST"}, True, id="the very route and method"),
        pytest.param({"route": "/check*"}, True, id="a glob and any method"),
        pytest.param({"route": "/checkout", "method": "GET"}, False, id="another method"),
        pytest.param({"route": "/Checkout"}, False, id="another case"),
        pytest.param({"route": "/checkout/"}, False, id="another path"),
        pytest.param({"tier": "plus"}, True, id="the tier, in any case"),
        pytest.param({"tier": "free"}, False, id="another tier"),
        pytest.param({"header": "X-Region"}, True, id="a header that is there"),
        pytest.param({"header": "X-Region: eu-*"}, True, id="a header with such a value"),
        pytest.param({"header": "X-Region: us-*"}, False, id="a header with another value"),
        pytest.param({"header": "X-Beta"}, False, id="a header that is missing"),
        pytest.param({"header": "X-Region: eu-*", "tier": "free"}, False, id="all conditions must hold"),
    ],
)
def test_which_requests_a_fault_may_hit(match: dict[str, str], matches: bool) -> None:
    assert ErrorFault(**match).matches(HEAD) is matches  # type: ignore[arg-type]


def test_a_request_that_names_no_tier_has_none() -> None:
    assert not ErrorFault(tier="free").matches(RequestHead.of("GET", "/", [(b"X-Region", b"eu")]))
    assert ErrorFault(tier="free").matches(RequestHead.of("GET", "/", [(b"X-Customer-Tier", b" FREE ")]))
