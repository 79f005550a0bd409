"""From the options of the command line to faults, and what to add where something is missing."""

from __future__ import annotations

from typing import Any

import pytest

from chaos.cli.asked import KINDS, fault_fields
from chaos.faults.kinds import parse_fault
from slotui.errors import UsageError


@pytest.mark.parametrize(
    ("asked", "texts"),
    [
        pytest.param({"error_rate": 0.05}, ["5% 500"], id="errors"),
        pytest.param({"error_rate": 0.05, "status": 503}, ["5% 503"], id="errors of a status"),
        pytest.param({"latency": 0.3, "jitter": 0.05}, ["+300±50ms"], id="a delay"),
        pytest.param({"latency": 0.3, "error_rate": 0.1}, ["+300ms", "10% 500"], id="both, the delay first"),
        pytest.param(
            {"latency": 0.3, "jitter": 0.1, "distribution": "pareto"}, ["+300±100ms pareto"], id="a delay with a tail"
        ),
        pytest.param({"fault": "hang", "error_rate": 0.01}, ["1% hang"], id="a hang"),
        pytest.param({"fault": "reset", "error_rate": 1e-6}, ["0.0001% reset"], id="a reset in a million"),
        pytest.param({"fault": "bad_payload:empty", "error_rate": 1.0}, ["100% empty payload"], id="no payload"),
        pytest.param(
            {"fault": "dependency:inventory", "error_rate": 0.5, "status": 503},
            ["50% 503 by inventory"],
            id="a dependency",
        ),
        pytest.param({"fault": "slow_body", "latency": 2.0}, ["body +2000ms"], id="a slow body"),
        pytest.param(
            {"fault": "slow_body", "latency": 2.0, "error_rate": 0.1},
            ["body +2000ms", "10% 500"],
            id="a slow body and errors",
        ),
        pytest.param({"fault": "stale"}, ["stale inventory"], id="stale stock"),
        pytest.param({"fault": "stale:prices", "tier": "free"}, ["stale prices"], id="no tier goes stale"),
        pytest.param({"error_rate": 0.2, "ramp": 0.01}, ["1→20% 500"], id="a ramp"),
        pytest.param({"error_rate": 0.2, "pulse": (10, 60)}, ["20% for 10s of every 60s 500"], id="pulses"),
        pytest.param({"error_rate": 0.2, "sine": 300}, ["0↔20% every 300s 500"], id="waves"),
    ],
)
def test_what_was_asked_for(asked: dict[str, Any], texts: list[str]) -> None:
    assert [str(parse_fault(fields)) for fields in fault_fields(asked)] == texts


def test_every_fault_of_an_order_meets_the_same_requests_in_the_same_mode() -> None:
    asked = {
        "latency": 0.3,
        "error_rate": 0.1,
        "tier": "free",
        "request_header": "X-Beta: 1",
        "mode": "exact",
        "seed": 4,
    }
    for fields in fault_fields(asked):
        fault = parse_fault(fields)
        assert (fault.where, fault.mode, fault.seed) == ("any route, tier free, header X-Beta: 1", "exact", 4)


@pytest.mark.parametrize(
    ("asked", "says", "fix"),
    [
        pytest.param({}, "no fault named", "--error-rate", id="nothing"),
        pytest.param(
            {"fault": "explode"}, "--fault explode: no such fault", ", ".join(KINDS), id="a kind that is none"
        ),
        pytest.param(
            {"fault": "hang:up", "error_rate": 1.0}, "no such fault", "dependency:payment", id="a detail too many"
        ),
        pytest.param({"fault": "hang"}, "--fault hang goes with --error-rate", "0.05", id="a hang without a rate"),
        pytest.param({"fault": "slow_body"}, "goes with --latency", "2s", id="a slow body without a time"),
        pytest.param({"error_rate": 0.1, "jitter": 0.1}, "--jitter goes with", "--latency", id="jitter of nothing"),
        pytest.param({"latency_rate": 0.1}, "--latency-rate goes with", "--latency", id="a share of nothing"),
        pytest.param({"error_rate": 0.2, "ramp": 0.1, "sine": 60}, "--ramp and --sine", "one", id="two courses"),
        pytest.param({"latency": 0.3, "status": 503}, "--status goes with", "--error-rate", id="a status of a delay"),
    ],
)
def test_what_does_not_fit_says_what_to_add(asked: dict[str, Any], says: str, fix: str) -> None:
    with pytest.raises(UsageError) as caught:
        fault_fields(asked)
    assert says in caught.value.what
    assert fix in str(caught.value.fix)


def test_a_dependency_without_a_name_is_refused() -> None:
    (fields,) = fault_fields({"fault": "dependency", "error_rate": 0.1})
    with pytest.raises(UsageError, match="cause"):
        parse_fault(fields)
