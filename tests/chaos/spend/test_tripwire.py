"""When a spend that is on must end: the limits of the caller, an incident beside it, and blindness."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chaos.pricing.plan import Plan
from chaos.pricing.price import Price
from chaos.spend.client import LeaseSeen, Tally
from chaos.spend.tripwire import Limits, Stake, Tripwire
from slotui.core.entry import Entry, Estimate
from slotui.core.reading import Reading, Snapshot
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Span, Timeline
from slotui.duration import DAY

MONTH = 30 * DAY
SLO = Slo("shop", "checkout", 0.999, MONTH, EventSli(Selector("http_requests_total")))
STARTED = 1000.0
UNLIMITED = Limits()
WHOLE = 1000.0
"""Bad events of a full window's budget, half of which is left."""


class Tape:
    """A source that counts from a timeline in memory."""

    kind, url, every, stale_after, settle = "replay", "memory", 5.0, 30.0, 11.0

    def __init__(self, line: Timeline) -> None:
        self.line = line

    async def read(self, at: float | None = None) -> Snapshot:
        """All of it, up to `at`."""
        moment = at or 0.0
        window = Counts(WHOLE * 1000, WHOLE / 2, MONTH)
        return Snapshot(moment, {"shop": Reading(window, {}, (), self.line.last)})

    async def count(self, _slo: str, start: float, end: float) -> Counts | None:
        found = self.line.between(start, end)
        return found if found.measured > 0 else None


def traffic(seconds: int, rate: float, *, usual: float = 0.01, incident: float = 0.0) -> Timeline:
    """100 requests/s seen every 5 s, the fault on from second 1000; an incident begins 20 s later."""

    def bad(at: int) -> float:
        hit = rate if at >= STARTED else 0.0
        more = incident if at >= STARTED + 20 else 0.0
        return 500 * (usual + hit + more)

    return Timeline(Span(at, at + 5, 500, bad(at), 5) for at in range(0, int(STARTED) + seconds, 5))


def lease(injected: int) -> LeaseSeen:
    return LeaseSeen("x", "", (Tally("error", "*", None, 10 * injected, injected),), 0, injected, 60.0, None, None)


def wire(
    line: Timeline, limits: Limits = UNLIMITED, *, certain: bool = True, entries: tuple[Entry, ...] = ()
) -> Tripwire:
    price = Price(
        "shop", MONTH, Estimate(250, 300, 350), WHOLE, Estimate(0.25, 0.3, 0.35), None, 100, 0.06, 50, 0.5, 0.2, ()
    )
    stake = Stake(SLO, Plan(price, (), None, None, None), (0,), certain, Counts(1000, 10, 10))
    return Tripwire(Tape(line), [stake], limits, entries)  # type: ignore[arg-type]


async def run(wire: Tripwire, line: Timeline, rate: float, seconds: int) -> tuple[int, str] | None:
    """Renewed each second, looked at each five; when it says stop, and why."""
    await wire.begin(STARTED)
    for second in range(1, seconds + 1):
        at = STARTED + second
        why = wire.heard(lease(round(100 * rate * second)), at)
        if why is None and second % 5 == 0:
            snapshot = Snapshot(
                at, {"shop": Reading(Counts(WHOLE * 1000, WHOLE / 2, MONTH), {}, (), min(line.last or 0, at))}
            )
            why = await wire.looked(snapshot, at)
        if why is not None:
            return second, why
    return None


async def test_a_spend_that_goes_as_planned_is_left_alone() -> None:
    line = traffic(120, 0.05)
    assert await run(found := wire(line), line, 0.05, 120) is None
    assert found.spent["shop"] == pytest.approx(600, rel=0.02)


@pytest.mark.parametrize(
    ("limits", "certain", "says"),
    [
        pytest.param(Limits(max_spend=0.1), True, "10", id="spent too much, by the service's own count"),
        pytest.param(Limits(max_spend=0.1), False, "--max-spend allows 10.0%", id="spent too much, by the metrics"),
        pytest.param(Limits(floor=0.4), True, "below --floor 40.0%", id="too little left"),
        pytest.param(Limits(floor=0.6), True, "below --floor 60.0%", id="too little left from the first"),
    ],
)
async def test_the_limits_of_the_caller_end_it(limits: Limits, certain: bool, says: str) -> None:
    line = traffic(120, 0.05)
    found = await run(wire(line, limits, certain=certain), line, 0.05, 120)
    assert found is not None
    second, why = found
    assert says in why
    assert second <= 30  # 5 bad a second: a tenth of the thousand is gone after 20


@pytest.mark.parametrize("incident", [0.03, 0.5])
async def test_more_bad_than_injected_is_an_incident(incident: float) -> None:
    line = traffic(180, 0.05, incident=incident)
    found = await run(wire(line), line, 0.05, 180)
    assert found is not None
    assert "burns more than the fault explains" in found[1]


async def test_the_usual_errors_are_no_incident_even_where_they_are_many() -> None:
    line = traffic(180, 0.05, usual=0.2)
    assert await run(wire(line), line, 0.05, 180) is None


async def test_an_experiment_just_before_does_not_make_an_incident_look_usual() -> None:
    line = Timeline(
        span._replace(bad=250.0) if 400 <= span.start < 900 else span
        for span in (Span(at, at + 5, 500, 500 * (0.01 + (0.1 if at >= 1000 else 0.0)), 5) for at in range(0, 1200, 5))
    )
    before = replace(Entry("e", "experiment", ("shop",), "", "", "", 400.0), ended=900.0)
    found = await run(wire(line, entries=(before,)), line, 0.05, 100)
    assert found is not None
    assert "burns more" in found[1]


async def test_metrics_that_fall_silent_end_it() -> None:
    line = traffic(20, 0.05)
    found = await run(wire(line), line, 0.05, 120)
    assert found is not None
    second, why = found
    assert 50 <= second <= 60  # the last measurement is of second 20, and stale after 30
    assert "nobody sees what this costs" in why
    blind = wire(line)
    await blind.begin(STARTED)
    assert blind.blind(STARTED + 30) is None
    assert blind.blind(STARTED + 31) is not None


async def test_an_experiment_that_spends_from_no_slo_needs_no_measurement() -> None:
    unpriced = Tripwire(Tape(traffic(20, 0.05)), [], Limits(max_spend=0.0), ())  # type: ignore[arg-type]
    await unpriced.begin(STARTED)
    assert unpriced.heard(lease(10), STARTED + 1) is None
    assert await unpriced.looked(Snapshot(STARTED + 600, {}), STARTED + 600) is None
