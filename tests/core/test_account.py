"""The account adds up to the event, tells who spent, and shows what it would be without what is excluded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slotui.core.account import Account, Posting, account, uncovered
from slotui.core.assemble import assemble, source_status
from slotui.core.entry import Entry, EntryKind
from slotui.core.policy import DEFAULT_POLICY
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.core.window import Calendar
from slotui.duration import DAY, HOUR, MINUTE

SLO = Slo("shop", "shop", 0.99, 10 * DAY, EventSli(Selector("all"), Selector("good")))
START = datetime(1970, 1, 1)
NOW = 40.0 * DAY
EVENTS = 1000
"""A step of five minutes; one of them is bad, and in the stretches of `BURNED` half of them are."""
STEP = 5 * MINUTE
BURNED = ((NOW - 8 * DAY, NOW - 8 * DAY + 30 * MINUTE), (NOW - 2 * DAY, NOW - 2 * DAY + HOUR))
OLD = (NOW - 12 * DAY, NOW - 12 * DAY + HOUR)
"""Burned too, and left the window two days ago."""
BUDGET = 10 * DAY / STEP * EVENTS * 0.01


def line() -> Timeline:
    spans = []
    for index in range(int(25 * DAY / STEP)):
        start = NOW - 25 * DAY + index * STEP
        bad = 500 if any(left <= start < right for left, right in (*BURNED, OLD)) else 1
        spans.append(Span(start, start + STEP, EVENTS, bad, STEP))
    return Timeline(spans)


LINE = line()


def opened(*entries: Entry, since: float | None = None, slo: Slo = SLO) -> Account:
    shot = Snapshot(NOW, {slo.name: read_timeline(slo, LINE, NOW)})
    board = assemble(shot, [slo], DEFAULT_POLICY, entries, source_status("scrape", "http://x", shot, 3600))
    found = account(board.slos[0], LINE, entries, NOW, since)
    assert found is not None
    return found


def entry(kind: EntryKind, stretch: tuple[float, float], cost: float | None = None, **more: object) -> Entry:
    observed = {} if cost is None else {"shop": cost}
    made = Entry("a1", kind, ("shop",), "kim", "why", "what", stretch[0], ended=stretch[1], observed=observed)
    return replace(made, **more)  # type: ignore[arg-type]


def of(found: Account, kind: str) -> list[Posting]:
    return [posting for posting in found.postings if posting.kind == kind]


def test_what_burned_is_found_to_the_minute_and_offered() -> None:
    found = opened()
    assert [(posting.start, posting.end, posting.bad) for posting in found.unclaimed] == [
        (*BURNED[0], 6 * 500),
        (*BURNED[1], 12 * 500),
    ]
    assert found.opening == pytest.approx(BUDGET)
    assert found.rest == pytest.approx(10 * DAY / STEP - 18)
    assert found.spent.unexplained == found.spent.total == pytest.approx(18 * 499 + 10 * DAY / STEP)
    assert found.left == pytest.approx(found.slo.allowed - found.slo.counts.bad)


def test_what_smoulders_on_after_an_outage_is_a_stretch_of_its_own() -> None:
    # An hour of total failure, then six hours at three times the target.
    after = [(12, 1000), (72, 30), (200, 0)]
    spans = [Span(NOW - (2980 - index) * STEP, NOW - (2979 - index) * STEP, EVENTS, 0, STEP) for index in range(2696)]
    for steps, bad in after:
        at = spans[-1].end
        spans += [Span(at + n * STEP, at + (n + 1) * STEP, EVENTS, bad, STEP) for n in range(steps)]
    shot = Snapshot(NOW, {"shop": read_timeline(SLO, Timeline(spans), NOW)})
    board = assemble(shot, [SLO], DEFAULT_POLICY, (), source_status("scrape", "http://x", shot, 3600))
    found = account(board.slos[0], Timeline(spans), (), NOW, None)
    assert found is not None
    began = spans[2696].start
    assert [(posting.start - began, posting.end - began) for posting in found.unclaimed] == [
        (0, HOUR),
        (HOUR, 7 * HOUR),
    ]


def test_a_claimed_stretch_is_an_incident_and_found_no_more() -> None:
    found = opened(entry("incident", BURNED[1], 6000))
    assert [posting.start for posting in found.unclaimed] == [BURNED[0][0]]
    assert (found.spent.incident, found.spent.planned) == (6000, 0)
    assert found.left == pytest.approx(opened().left)


def test_half_of_a_stretch_claimed_leaves_the_other_half() -> None:
    found = opened(entry("incident", (BURNED[1][0], BURNED[1][0] + 30 * MINUTE), 3000))
    assert (found.unclaimed[-1].start, found.unclaimed[-1].end) == (BURNED[1][0] + 30 * MINUTE, BURNED[1][1])
    assert found.unclaimed[-1].bad == 3000


def test_an_experiment_is_planned_by_what_was_measured_and_a_deploy_is_a_mark() -> None:
    deploy = entry("deploy", (NOW - DAY, NOW - DAY), id="d1", slos=())
    found = opened(entry("experiment", BURNED[0], 2990), deploy)
    assert (found.spent.planned, of(found, "planned")[0].measured) == (2990, True)
    assert [posting.entry for posting in of(found, "mark")] == [deploy]


def test_an_experiment_that_nobody_measured_costs_what_the_record_says() -> None:
    (posting,) = of(opened(entry("experiment", BURNED[0], ending="orphaned")), "planned")
    assert (posting.bad, posting.measured) == (3000, False)


def test_a_refused_experiment_is_a_mark() -> None:
    found = opened(entry("experiment", BURNED[0], ending="refused"))
    assert (found.spent.planned, len(of(found, "mark")), len(found.unclaimed)) == (0, 1, 2)


def test_what_is_excluded_stays_in_the_figures_and_is_told_without() -> None:
    incident = entry("incident", BURNED[1], 6000)
    found = opened(incident, entry("provider", BURNED[1], id="x1", about="a1"))
    assert found.spent.incident == 6000
    assert found.kept.incident == 0
    assert found.left_without == pytest.approx(found.left + 6000)
    assert of(found, "incident")[0].excluded == 6000
    assert [posting.entry and posting.entry.id for posting in of(found, "mark")] == ["x1"]


@pytest.mark.parametrize(
    ("kind", "planned"),
    [
        pytest.param("maintenance", True, id="our own works are planned"),
        pytest.param("provider", False, id="a provider's outage is an incident"),
    ],
)
def test_an_excluded_stretch_is_an_entry_with_a_cost_of_its_own(kind: EntryKind, *, planned: bool) -> None:
    found = opened(entry(kind, BURNED[0], 3000))
    assert (found.spent.planned, found.spent.incident) == ((3000, 0) if planned else (0, 3000))
    assert (found.kept.planned, found.kept.incident) == (0, 0)
    assert found.kept.total == pytest.approx(found.spent.total - 3000)


def test_overlapping_exclusions_take_nothing_away_twice() -> None:
    twice = [entry("maintenance", BURNED[0], 3000), entry("provider", BURNED[0], 0, id="x2")]
    assert opened(*twice).left_without == pytest.approx(opened().left + 3000)


def test_since_a_moment_the_old_rolls_off_and_the_sum_holds() -> None:
    found = opened(since=NOW - 3 * DAY)
    assert found.rolled_off == pytest.approx(LINE.between(NOW - 13 * DAY, NOW - 10 * DAY).bad)
    assert found.rolled_off > 6000
    assert found.opening == pytest.approx(BUDGET - LINE.between(NOW - 13 * DAY, NOW - 3 * DAY).bad)
    assert found.spent.total == pytest.approx(LINE.between(NOW - 3 * DAY, NOW).bad)
    assert len(found.unclaimed) == 1
    assert found.left == pytest.approx(opened().left)


@settings(max_examples=20, deadline=None)
@given(hours=st.floats(0.1, 240))
def test_the_balance_is_the_boards_since_whenever(hours: float) -> None:
    found = opened(since=NOW - hours * HOUR)
    assert found.left == pytest.approx(found.slo.allowed - found.slo.counts.bad)
    assert found.spent.total == pytest.approx(LINE.between(NOW - hours * HOUR, NOW).bad)


def test_an_entry_that_the_beginning_cuts_counts_with_its_part() -> None:
    (posting,) = of(opened(entry("incident", BURNED[1], 6000), since=BURNED[1][0] + 15 * MINUTE), "incident")
    assert posting.bad == pytest.approx(4500)


def test_a_calendar_account_begins_with_its_period() -> None:
    slo = replace(SLO, calendar=Calendar(1, "w", START))
    found = opened(slo=slo, since=NOW - 30 * DAY)
    assert (found.start, found.opening, found.rolled_off) == (found.slo.period.start, found.allowed, 0)


def test_without_events_there_is_no_account() -> None:
    shot = Snapshot(NOW, {})
    board = assemble(shot, [SLO], DEFAULT_POLICY, (), source_status("scrape", "http://x", shot, 3600))
    assert account(board.slos[0], Timeline(), (), NOW, None) is None


def test_of_a_stretch_only_what_is_free_can_be_claimed() -> None:
    known = [entry("drill", (10, 20)), entry("note", (25, 25)), entry("maintenance", (0, 30), about="a1")]
    assert uncovered(0, 30, known, "shop") == [(0, 10), (20, 30)]
    assert uncovered(12, 18, known, "shop") == []
    assert uncovered(12, 18, known, "search") == [(12, 18)]
