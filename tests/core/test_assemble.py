"""From counts to a Board: states, verdict, age, and that no number is invented."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.core.assemble import aged, assemble, nothing_yet, source_status
from slotui.core.board import Board
from slotui.core.entry import Entry, Estimate
from slotui.core.policy import DEFAULT_POLICY
from slotui.core.reading import FaultSeen, Reading, Snapshot, read_timeline
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.states import SloState
from slotui.core.timeline import Counts, Span, Timeline
from slotui.duration import DAY, HOUR, MINUTE

SLO = Slo("checkout", "shop", 0.999, 30 * DAY, EventSli(Selector("total"), Selector("good")))
NOW = 40.0 * DAY


def steady(days: float, rps: float, ratio: float, end: float = NOW, last_hour: float | None = None) -> Timeline:
    """Hourly, then in the last hour minutely spans; `last_hour` is another error ratio for it."""
    line = Timeline()
    at = end - days * DAY
    while at < end - HOUR:
        line.extend([Span(at, at + HOUR, rps * HOUR, rps * HOUR * ratio, HOUR)])
        at += HOUR
    recent = ratio if last_hour is None else last_hour
    line.extend(Span(at + i * 60, at + i * 60 + 60, rps * 60, rps * 60 * recent, 60) for i in range(60))
    return line


def board(line: Timeline, *, at: float = NOW, entries: tuple[Entry, ...] = (), **snapshot: object) -> Board:
    shot = Snapshot(at, {SLO.name: read_timeline(SLO, line, at)}, **snapshot)  # type: ignore[arg-type]
    return assemble(shot, [SLO], DEFAULT_POLICY, entries, source_status("scrape", "http://x", shot, 30))


@pytest.mark.parametrize(
    ("line", "state", "tier"),
    [
        pytest.param(steady(30, 10, 0.0003), SloState.OK, "healthy", id="30 % spent is healthy"),
        pytest.param(steady(30, 10, 0.0003, last_hour=0.02), SloState.PAGE, "healthy", id="20x for an hour pages"),
        pytest.param(steady(30, 10, 0.00105), SloState.SPENT, "freeze", id="a burn of 1.05 spends it all"),
        pytest.param(steady(30, 10, 0.0, last_hour=0.0), SloState.OK, "healthy", id="no error at all"),
        pytest.param(steady(30, 0, 0.0), SloState.QUIET, "hold", id="measured but no traffic is quiet"),
        pytest.param(
            steady(30, 10, 0.0, end=NOW - DAY), SloState.NO_DATA, "healthy", id="nothing for a day is no data"
        ),
    ],
)
def test_states(line: Timeline, state: SloState, tier: str) -> None:
    slo = board(line).slos[0]
    assert (slo.state, slo.tier_name) == (state, tier)


def test_without_traffic_nothing_is_one_hundred_percent() -> None:
    slo = board(steady(30, 0, 0)).slos[0]
    assert slo.remaining is None
    assert all(burn is None for burn in slo.burns.values())


def test_an_unread_slo_is_shown_as_no_data() -> None:
    shot = Snapshot(NOW, {})
    found = assemble(shot, [SLO], DEFAULT_POLICY, (), source_status("scrape", "http://x", shot, 30))
    assert found.slos[0].state is SloState.NO_DATA
    assert found.slos[0].remaining is None


def test_the_charts_last_point_is_the_tiles_number() -> None:
    slo = board(steady(30, 10, 0.0003, last_hour=0.02)).slos[0]
    assert slo.chart[-1].remaining == pytest.approx(slo.remaining)
    assert slo.chart[0].remaining == pytest.approx(1, abs=0.01)
    known = [point.remaining for point in slo.chart if point.remaining is not None]
    assert known == sorted(known, reverse=True)


def test_a_hole_in_the_data_is_a_hole_in_the_chart() -> None:
    line = steady(30, 10, 0.0003, end=NOW - 2 * DAY)
    line.extend([Span(NOW - HOUR, NOW, 36000, 10, HOUR)])
    slo = board(line).slos[0]
    assert any(point.remaining is None for point in slo.chart)
    assert slo.coverage < 0.999


def test_the_verdict_names_the_slo_its_burn_and_the_threshold() -> None:
    verdict = board(steady(30, 10, 0.0003, last_hour=0.02)).verdict
    assert verdict.sentence == "1 PAGE  checkout burns 20.0x over 1h (page at 14.4x)"
    assert verdict.policy.startswith("HEALTHY: ")
    assert "Budget gone in" in verdict.policy


def test_since_when_it_fires() -> None:
    line = steady(30, 10, 0.0, end=NOW - HOUR)
    line.extend(Span(NOW - HOUR + i * 60, NOW - HOUR + i * 60 + 60, 600, 600 if i >= 50 else 0, 60) for i in range(60))
    fast = board(line).slos[0].alerts[0]
    assert fast.firing
    assert fast.since == pytest.approx(NOW - 9 * MINUTE, abs=MINUTE)


def test_old_numbers_stay_and_are_marked_with_their_age() -> None:
    fresh = board(steady(30, 10, 0.0003))
    later = aged(fresh, NOW + 130, "connection refused", 8)
    assert later.source.state == "stale"
    assert later.source.age == pytest.approx(130)
    assert later.source.error == "connection refused"
    assert later.slos == fresh.slos
    assert later.verdict.sentence.startswith("cannot tell: data is 2m10s old; last known: ")
    assert aged(later, NOW + 140, "again", 8).source.age == pytest.approx(140)


def test_data_that_stopped_is_stale_though_the_source_answers() -> None:
    line = steady(30, 10, 0.0003, end=NOW - 100)
    found = board(line)
    assert (found.source.state, found.source.age) == ("stale", pytest.approx(100))


def test_a_source_that_says_why_is_stale_at_once() -> None:
    found = board(steady(30, 10, 0.0003), problem="refused")
    assert (found.source.state, found.source.error) == ("stale", "refused")


def test_before_the_first_answer_the_board_is_down_and_empty() -> None:
    found = nothing_yet([SLO], "prometheus", "http://x", NOW, "refused", 5)
    assert found.source.state == "down"
    assert found.slos[0].remaining is None
    assert found.verdict.sentence == "cannot tell: refused"
    assert aged(found, NOW + 5, "refused", 5).source.state == "down"


def test_a_fault_is_priced_from_the_ledger_and_shown_without_it() -> None:
    entry = Entry("ab12", "experiment", ("checkout",), "kim", "drill", "error 5%", NOW - 60, NOW + 540,
                  {"checkout": Estimate(200, 259.2, 320)})  # fmt: skip
    line = steady(30, 10, 0.0)
    faults = (FaultSeen("ab12", "error", 26), FaultSeen("zz", "latency", 3))
    known, unknown = board(line, entries=(entry,), faults=faults).faults
    assert (known.summary, known.operator, known.slo) == ("error 5%", "kim", "checkout")
    assert known.planned_cost == pytest.approx(0.01)
    assert known.cost == pytest.approx(0.001, abs=1e-5)
    assert (unknown.summary, unknown.cost) == (None, None)


def test_spend_splits_into_planned_incident_and_the_rest() -> None:
    line = steady(30, 10, 0.0003)
    allowed = board(line).slos[0].allowed
    entries = tuple(
        Entry(name, kind, ("checkout",), "kim", "", "", NOW - age, ended=NOW - age + 60, observed={"checkout": cost})  # type: ignore[arg-type]
        for name, kind, age, cost in (
            ("a", "experiment", DAY, 0.1 * allowed),
            ("b", "incident", 2 * DAY, 0.05 * allowed),
            ("old", "experiment", 31 * DAY, 0.5 * allowed),
        )
    )
    split = board(line, entries=entries).slos[0].split
    assert split is not None
    assert split.planned == pytest.approx(0.1)
    assert split.incident == pytest.approx(0.05)
    assert split.unexplained == pytest.approx(0.3 - 0.15, abs=1e-3)


def going_on(name: str, kind: str, ago: float, planned: float | None = None, slos: tuple[str, ...] = ()) -> Entry:
    """An entry that is open since `ago` seconds; it was to end `planned` seconds later."""
    until = None if planned is None else NOW - ago + planned
    return Entry(name, kind, slos, "kim", "", "", NOW - ago, planned_end=until)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fault", "planned"),
    [
        pytest.param(FaultSeen("a", "error", 50), 50, id="injected errors are bad events"),
        pytest.param(FaultSeen("a", "error", 130), 130, id="also those that the record does not have yet"),
        pytest.param(FaultSeen("a", "latency", 50), 50, id="no more delays than were injected"),
        pytest.param(FaultSeen("a", "latency", 5000), 120, id="not every delay is a bad event"),
        pytest.param(FaultSeen("b", "error", 50), 120, id="the fault of somebody else"),
    ],
)
def test_of_a_spend_that_is_on_the_service_says_how_much(fault: FaultSeen, planned: float) -> None:
    line, entry = steady(30, 10, 0.0, last_hour=0.02), going_on("a", "experiment", 600, 900)
    found = board(line, entries=(entry,), faults=(fault,)).slos[0]
    assert found.split is not None
    assert found.split.planned * found.allowed == pytest.approx(planned)
    assert found.split.unexplained * found.allowed == pytest.approx(720 - planned)


def test_errors_injected_amid_an_incident_are_not_the_incidents() -> None:
    line = steady(30, 10, 0.0, last_hour=0.02)
    entries = (going_on("trouble", "incident", 600), going_on("a", "experiment", 300, 900))
    found = board(line, entries=entries, faults=(FaultSeen("a", "error", 50),)).slos[0]
    assert found.split is not None
    assert found.split.planned * found.allowed == pytest.approx(50)
    assert found.split.incident * found.allowed == pytest.approx(120 - 50)
    assert found.split.unexplained * found.allowed == pytest.approx(600)


def test_an_slo_that_was_to_see_half_of_the_faults_bears_half() -> None:
    line, priced = steady(30, 10, 0.0, last_hour=0.02), {"checkout": Estimate(90, 100, 110), "all": Estimate(1, 200, 3)}
    entry = replace(going_on("a", "experiment", 600, 900), predicted=priced)
    found = board(line, entries=(entry,), faults=(FaultSeen("a", "error", 50),)).slos[0]
    assert found.split is not None
    assert found.split.planned * found.allowed == pytest.approx(25)


@pytest.mark.parametrize(
    ("entries", "planned", "incident"),
    [
        pytest.param((going_on("a", "experiment", 600, 900),), 120, 0, id="a spend that is on"),
        pytest.param((going_on("a", "experiment", 600, 300),), 60, 0, id="one that nobody closed ended when planned"),
        pytest.param((going_on("a", "incident", 600),), 0, 120, id="an incident that goes on"),
        pytest.param(
            (going_on("a", "experiment", 300, 900), going_on("b", "incident", 600)), 0, 120, id="the earlier one claims"
        ),
        pytest.param(
            (going_on("b", "experiment", 600, 300), going_on("a", "incident", 480)), 60, 60, id="each its part"
        ),
        pytest.param((going_on("a", "experiment", 600, 900, slos=("search",)),), 0, 0, id="about another SLO"),
        pytest.param((going_on("a", "drill", 600, 900),), 0, 0, id="a drill says nothing yet"),
        pytest.param((going_on("a", "deploy", 600),), 0, 0, id="a release is no spend"),
    ],
)
def test_what_goes_on_counts_as_far_as_it_went(entries: tuple[Entry, ...], planned: float, incident: float) -> None:
    line = steady(30, 10, 0.0, last_hour=0.02)  # 12 bad a minute
    found = board(line, entries=entries).slos[0]
    assert found.split is not None
    assert found.split.planned * found.allowed == pytest.approx(planned)
    assert found.split.incident * found.allowed == pytest.approx(incident)
    assert found.split.unexplained * found.allowed == pytest.approx(720 - planned - incident)


def test_a_young_service_is_not_frozen_by_its_first_errors() -> None:
    line = Timeline([Span(NOW - HOUR, NOW - 600, 30000, 0, 3000), Span(NOW - 600, NOW, 6000, 300, 600)])
    slo = board(line).slos[0]
    assert slo.remaining is not None
    assert slo.remaining < -7
    assert slo.projected_remaining == pytest.approx(1 - 0.01157, abs=1e-3)
    assert slo.tier_name == "healthy"


def test_a_reading_without_history_says_why() -> None:
    shot = Snapshot(NOW, {SLO.name: Reading(Counts(), {}, (), None, problem="no series")})
    found = assemble(shot, [SLO], DEFAULT_POLICY, (), source_status("scrape", "u", shot, 30)).slos[0]
    assert (found.state, found.problem) == (SloState.NO_DATA, "no series")
