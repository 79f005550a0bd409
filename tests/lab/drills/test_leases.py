"""The leases of a drill: renewed, regranted, ended, and taken away by somebody else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chaos.plane.lease import UnknownLease
from chaos.spend.client import TargetUnreachable
from lab.drills.leases import Leases
from lab.drills.scenario import Fault

if TYPE_CHECKING:
    from tests.lab.drills.conftest import Service

FAULT = Fault("processor", at=60, until=660, cause="payment", failing=0.4)
SLOW = Fault("till", at=60, until=660, cause="checkout", slow=0.2)


@pytest.fixture
def leases(service: Service) -> Leases:
    return Leases(service, "ab12", "kim", longest=400.0, steady=lambda: service.now)


def injected(leases: Leases, name: str = "processor") -> int:
    return sum(lease.injected for lease in leases.seen()[name])


async def test_a_lease_says_whose_it_is_and_ends_by_itself_within_seconds(service: Service, leases: Leases) -> None:
    await leases.start(FAULT, 0.0)
    (asked,) = service.asked
    assert (asked.id, asked.operator, asked.ttl, asked.renew_within) == ("drill-ab12-1", "kim", 400.0, 5.0)
    service.now += 5
    assert service.on == []


async def test_it_stays_on_while_it_is_renewed_and_its_count_is_kept(service: Service, leases: Leases) -> None:
    await leases.start(FAULT, 0.0)
    for _ in range(10):
        service.now += 4
        service.meet(3)
        await leases.renew()
    assert service.on == ["drill-ab12-1"]
    assert injected(leases) == 30
    await leases.stop("processor")
    assert (service.on, leases.on, leases.halted) == ([], frozenset(), False)


async def test_one_that_lapsed_is_granted_again_for_the_rest_of_its_time(service: Service, leases: Leases) -> None:
    await leases.start(FAULT, 300.0)
    service.meet(7)
    service.now += 60  # this process was frozen
    await leases.renew()
    assert service.on == ["drill-ab12-2"]
    assert service.asked[-1].ttl == pytest.approx(240)
    service.meet(5)
    await leases.renew()
    assert injected(leases) == 12
    assert not leases.halted


async def test_a_fault_longer_than_the_service_grants_goes_on_in_another_lease(
    service: Service, leases: Leases
) -> None:
    await leases.start(FAULT, 0.0)
    for _ in range(150):
        service.now += 3
        await leases.renew()
    assert [request.ttl for request in service.asked] == [400.0, pytest.approx(198, abs=3)]
    assert service.on == ["drill-ab12-2"]


async def test_one_whose_time_is_up_is_not_granted_again(service: Service, leases: Leases) -> None:
    await leases.start(replace(FAULT, until=70), 0.0)
    for _ in range(6):
        service.now += 2
        await leases.renew()
    assert (len(service.asked), leases.on, leases.halted) == (1, frozenset(), False)


async def test_a_service_that_restarted_gets_the_fault_again(service: Service, leases: Leases) -> None:
    await leases.start(FAULT, 0.0)
    service.restart()
    await leases.renew()
    assert service.on == ["drill-ab12-2"]


async def test_a_service_that_is_silent_for_a_while_is_asked_again(service: Service, leases: Leases) -> None:
    await leases.start(FAULT, 0.0)
    service.up = False
    for _ in range(4):
        service.now += 4
        await leases.renew()
    service.up = True
    await leases.renew()
    assert service.on == ["drill-ab12-2"]


@pytest.mark.parametrize("how", ["halt", "release"])
async def test_what_somebody_else_ended_stays_off(how: str, service: Service, leases: Leases) -> None:
    await leases.start(FAULT, 0.0)
    service.meet(4)
    if how == "halt":
        service.table.halt()
    else:
        service.table.release("drill-ab12-1")
    await leases.renew()
    assert (leases.halted, leases.on, service.on, injected(leases)) == (True, frozenset(), [], 4)


async def test_a_halt_is_noticed_by_whoever_ends_the_fault_first(service: Service, leases: Leases) -> None:
    await leases.start(FAULT, 0.0)
    service.table.halt()
    await leases.stop("processor")
    assert leases.halted


async def test_everything_ends_at_once_also_where_nobody_answers(service: Service, leases: Leases) -> None:
    await leases.start(FAULT, 0.0)
    await leases.start(SLOW, 0.0)
    service.up = False
    await leases.stop_all()
    assert leases.on == frozenset()
    service.now += 5
    assert service.on == []


async def test_ending_what_is_not_on_is_nothing(leases: Leases) -> None:
    await leases.stop("processor")
    assert (leases.on, dict(leases.seen())) == (frozenset(), {})


async def test_a_service_that_refuses_says_why(service: Service, leases: Leases) -> None:
    service.up = False
    with pytest.raises(TargetUnreachable):
        await leases.start(FAULT, 0.0)
    assert leases.on == frozenset()


def test_the_service_of_these_tests_forgets_like_the_real_one(service: Service) -> None:
    with pytest.raises(UnknownLease):
        service.renew("drill-ab12-9")
