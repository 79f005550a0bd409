"""Leases on a clock that the test turns: no fault outlives its lease, whatever anybody does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.faults.kinds import ErrorFault, LatencyFault, LeaseRequest, SlowBodyFault, StaleFault
from chaos.faults.matching import RequestHead
from chaos.faults.shapes import Ramp, Sine
from chaos.plane.lease import KEEP_ENDED, CeilingError, Ceilings, LeaseOver, LeaseTable, LeaseTaken, UnknownLease

ANY = RequestHead("GET", "/x")


class Hands:
    """A clock by hand."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def table(clock: Hands) -> LeaseTable:
    return LeaseTable(Ceilings(max_rate=0.9, max_ttl=3600, max_active=2), clock=clock)


def asks(name: str = "a1b2c3d4", ttl: float = 600, rate: float = 0.9, renew_within: float = 5.0) -> LeaseRequest:
    return LeaseRequest(id=name, ttl=ttl, faults=[ErrorFault(rate=rate, mode="exact")], renew_within=renew_within)


STEPS = st.lists(
    st.tuples(st.sampled_from(["request", "renew", "release", "halt", "grant"]), st.floats(0, 7)), max_size=60
)


@given(ttl=st.floats(0.5, 40), renew_within=st.floats(0.1, 5), steps=STEPS)
def test_nothing_is_injected_after_the_lease_by_any_history(
    ttl: float, renew_within: float, steps: list[tuple[str, float]]
) -> None:
    clock = Hands()
    table = LeaseTable(Ceilings(), clock=clock)
    request = LeaseRequest(id="life", ttl=ttl, faults=[ErrorFault(rate=1.0)], renew_within=renew_within)
    granted = renewed = clock.at
    table.grant(request)
    over = False
    for act, pause in steps:
        clock.at += pause
        over = over or clock.at >= min(granted + ttl, renewed + renew_within)
        match act:
            case "request":
                assert (table.failure(ANY) is None) is over
            case "renew" if over:
                with pytest.raises(LeaseOver):
                    table.renew("life")
            case "renew":
                table.renew("life")
                renewed = clock.at
            case "release":
                table.release("life")
                over = True
            case "halt":
                table.halt()
                over = True
            case "grant":
                with pytest.raises(LeaseTaken):
                    table.grant(request)
        assert bool(table.active()) is not over


def test_a_lease_ends_by_itself_when_its_time_is_up(table: LeaseTable, clock: Hands) -> None:
    lease = table.grant(asks(ttl=8))
    clock.at += 4
    table.renew(lease.id)
    clock.at += 3.9
    assert table.failure(ANY) is None  # 0.9 of one request is none yet
    assert table.failure(ANY) is not None
    clock.at += 0.1
    assert table.failure(ANY) is None
    assert (lease.ending, lease.ended) == ("expired", 1008.0)
    assert lease.doses[0].matched == 2


def test_a_lease_that_nobody_renews_lapses(table: LeaseTable, clock: Hands) -> None:
    lease = table.grant(asks())
    clock.at += 5
    assert table.failure(ANY) is None
    assert (lease.ending, lease.ended) == ("lapsed", 1005.0)
    with pytest.raises(LeaseOver, match="lapsed"):
        table.renew(lease.id)


def test_halt_ends_everything(table: LeaseTable) -> None:
    leases = [table.grant(asks("one00000")), table.grant(asks("two00000"))]
    assert table.halt() == tuple(leases)
    assert table.active() == ()
    assert {lease.ending for lease in leases} == {"halted"}
    assert table.release("one00000").ending == "halted"


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        pytest.param(asks(rate=0.95), "ceiling of 0.9", id="a rate above the ceiling"),
        pytest.param(
            LeaseRequest(id="a1b2c3d4", ttl=60, faults=[ErrorFault(rate=0.1, shape=Ramp(start=0.95))]),
            "rate of 0.95 is above",
            id="a rate that begins above the ceiling",
        ),
        pytest.param(
            LeaseRequest(id="a1b2c3d4", ttl=60, faults=[StaleFault()]), "ceiling of 0.9", id="a kind without requests"
        ),
        pytest.param(asks(ttl=3601), "ceiling of 3600", id="longer than the ceiling"),
    ],
)
def test_ceilings_hold_for_everybody(table: LeaseTable, request_: LeaseRequest, says: str) -> None:
    with pytest.raises(CeilingError, match=says):
        table.grant(request_)
    assert table.idle


def test_only_so_many_leases_at_a_time(table: LeaseTable, clock: Hands) -> None:
    table.grant(asks("one00000"))
    table.grant(asks("two00000"))
    with pytest.raises(CeilingError, match="2 leases"):
        table.grant(asks("three000"))
    clock.at += 5
    table.grant(asks("three000"))


def test_an_ended_lease_is_told_for_a_while_and_then_forgotten(table: LeaseTable, clock: Hands) -> None:
    lease = table.grant(asks())
    table.failure(ANY)
    table.failure(ANY)
    table.release(lease.id)
    clock.at += KEEP_ENDED - 1
    assert [x.doses[0].injected for x in table.recent()] == [1]
    clock.at += 1
    assert table.recent() == ()
    with pytest.raises(UnknownLease):
        table.release(lease.id)


def test_a_request_fails_once_however_many_leases_are_on(table: LeaseTable) -> None:
    table.grant(LeaseRequest(id="one00000", ttl=60, faults=[ErrorFault(rate=0.5, mode="exact", status=503)]))
    table.grant(LeaseRequest(id="two00000", ttl=60, faults=[ErrorFault(rate=0.5, mode="exact", status=500)]))
    answers = [str(failure.fault) if (failure := table.failure(ANY)) else None for _ in range(4)]
    # The second lease meets only what the first let through.
    assert answers == [None, "50% 503", "50% 500", "50% 503"]


def test_delays_of_several_faults_come_one_after_the_other(table: LeaseTable) -> None:
    slow = [LatencyFault(delay=0.2, rate=0.9, mode="exact"), LatencyFault(delay=0.3, jitter=0.1, rate=0.9, seed=1)]
    table.grant(LeaseRequest(id="slow0000", ttl=60, faults=slow))
    drawn = [[delay.seconds for delay in table.delays(ANY)] for _ in range(50)]
    assert sum(0.2 in seconds for seconds in drawn) == 45
    jittered = [seconds[-1] for seconds in drawn if seconds and seconds[-1] != 0.2]
    assert jittered
    assert all(0.2 <= seconds <= 0.4 for seconds in jittered)


def test_two_faults_of_one_seed_do_not_pick_the_same_requests(table: LeaseTable) -> None:
    twins = [LatencyFault(delay=0.1, rate=0.5, seed=3), LatencyFault(delay=0.2, rate=0.5, seed=3)]
    table.grant(LeaseRequest(id="twins000", ttl=60, faults=twins))
    assert {len(table.delays(ANY)) for _ in range(100)} == {0, 1, 2}


def test_a_ramp_climbs_with_the_leases_own_clock(table: LeaseTable, clock: Hands) -> None:
    ramp = ErrorFault(rate=0.8, shape=Ramp(), mode="exact")
    lease = table.grant(LeaseRequest(id="ramp0000", ttl=100, faults=[ramp]))
    by_quarter = []
    for step in range(400):
        clock.at = 1000 + (step + 0.5) / 4  # 400 requests, evenly, over the whole lease
        table.renew(lease.id)
        table.failure(ANY)
        if step % 100 == 99:
            by_quarter.append(lease.doses[0].injected)
    # 0.8·t²/2 of the requests: a sixteenth, a quarter, nine sixteenths, all of 160.
    assert by_quarter == [10, 40, 90, 160]


def test_a_seed_repeats_a_run_with_its_shape_and_its_delays(clock: Hands) -> None:
    def run() -> list[tuple[float, ...]]:
        clock.at = 1000.0
        table = LeaseTable(Ceilings(), clock=clock)
        slow = LatencyFault(delay=0.3, jitter=0.1, distribution="normal", rate=0.5, shape=Sine(period=10), seed=9)
        table.grant(LeaseRequest(id="seed0000", ttl=60, faults=[slow]))
        drawn = []
        for _ in range(300):
            clock.at += 0.1
            table.renew("seed0000")
            drawn.append(tuple(delay.seconds for delay in table.delays(ANY)))
        return drawn

    first = run()
    assert first == run()
    assert 40 < sum(map(bool, first)) < 110


def test_only_the_named_thing_goes_stale(table: LeaseTable, clock: Hands) -> None:
    lease = table.grant(LeaseRequest(id="stale000", ttl=60, faults=[StaleFault(rate=0.5, mode="exact")]))
    assert table.withheld("prices") is None
    assert [table.withheld("inventory") for _ in range(4)] == [None, lease, None, lease]
    assert (lease.doses[0].matched, lease.doses[0].injected) == (4, 2)
    assert table.failure(ANY) is None
    clock.at += 5
    assert [table.withheld("inventory") for _ in range(2)] == [None, None]


def test_a_slow_body_is_no_delay_before_the_answer(table: LeaseTable) -> None:
    table.grant(LeaseRequest(id="slow0000", ttl=60, faults=[SlowBodyFault(delay=2.0, rate=0.9, mode="exact")]))
    assert table.delays(ANY) == []
    assert [len(table.slow_bodies(ANY)) for _ in range(3)] == [0, 1, 1]
