"""A scenario's fault in the words of the chaos control plane."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chaos.faults.kinds import DependencyFault, ErrorFault, LatencyFault, StaleFault
from chaos.pricing.impact import hits
from chaos.spend.client import Tally
from lab.checkout.app import _STATUS
from lab.drills.doses import STATUS, doses_of, hurt_by
from lab.drills.scenario import Fault
from lab.supervisor import SLOS
from slotui.errors import LabError
from slotui.spec.load import load_slos

FAULT = Fault("it", at=60, until=660, cause="payment")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(replace(FAULT, failing=0.4), id="the processor fails"),
        pytest.param(replace(FAULT, cause="cart", failing=0.4), id="the cart service fails"),
        pytest.param(replace(FAULT, cause="checkout", failing=0.4), id="our own code fails"),
        pytest.param(replace(FAULT, slow=0.3), id="it is slow"),
        pytest.param(replace(FAULT, failing=0.1, slow=0.3), id="it fails and is slow"),
        pytest.param(replace(FAULT, stalls=True), id="the stock stands still"),
    ],
)
def test_a_fault_hurts_in_the_lab_what_the_scenario_says(fault: Fault) -> None:
    found = hits(doses_of(fault), load_slos([SLOS]), "checkout")
    assert {hit.slo.name for hit in found} == set(fault.hurts)


def test_what_is_injected_counts_for_the_same_slos() -> None:
    fault = replace(FAULT, failing=0.1, slow=0.3, stalls=True)
    counted = [hurt_by(fault, Tally(dose.kind, "*", None, 9, 9)) for dose in doses_of(fault)]
    # A withheld update of the stock is no bad minute: how many of those there were, no injector knows.
    assert {slo for slos in counted for slo in slos} == set(fault.hurts) - {"inventory-freshness"}


def test_each_has_the_kind_and_the_rate_of_its_fault() -> None:
    dependency, latency, stale = doses_of(replace(FAULT, failing=0.1, slow=0.3, stalls=True))
    assert isinstance(dependency, DependencyFault)
    assert (dependency.rate, dependency.cause, dependency.status, dependency.where) == (
        0.1,
        "payment",
        502,
        "POST /checkout",
    )
    assert isinstance(latency, LatencyFault)
    assert (latency.rate, latency.quantile(0)) == (0.3, 0.6)
    assert isinstance(stale, StaleFault)
    (error,) = doses_of(replace(FAULT, cause="checkout", failing=0.2))
    assert isinstance(error, ErrorFault)


def test_a_failed_dependency_answers_as_the_shop_itself_does() -> None:
    assert {cause: _STATUS[cause] for cause in STATUS} == STATUS


@pytest.mark.parametrize(
    ("gone", "rates"),
    [
        pytest.param(0, (0.0, 0.2, 0.4), id="from the start: up to four in ten over ten minutes"),
        pytest.param(300, (0.2, 0.4, 0.4), id="after a pause at half time: on from two in ten"),
        pytest.param(600, (0.4, 0.4, 0.4), id="after its whole time: where it led to"),
    ],
)
def test_a_rising_fault_goes_on_where_it_stood(gone: float, rates: tuple[float, ...]) -> None:
    (dose,) = doses_of(replace(FAULT, failing=0.4, from_failing=0.0), gone)
    left = max(1.0, 600 - gone)
    assert [dose.rate_at(at, left) for at in (0, 300, 600)] == pytest.approx(rates)


def test_a_falling_fault_may_end_at_nothing() -> None:
    (dose,) = doses_of(replace(FAULT, failing=0.0, from_failing=0.4))
    assert (dose.rate_at(0, 600), round(dose.rate_at(600, 600), 3)) == (0.4, 0.0)


def test_two_drills_do_not_hit_the_same_buyers() -> None:
    seeds = {doses_of(replace(FAULT, failing=0.4))[0].seed for _ in range(20)}
    assert len(seeds) > 1


def test_buyers_that_no_counter_sees_are_for_a_virtual_shop() -> None:
    with pytest.raises(LabError, match="only on a virtual clock"):
        doses_of(replace(FAULT, failing=0.4, unseen=True))
