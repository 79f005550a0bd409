"""A review adds up, finds what was decided, and asks for what the figures ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slotui.core.actions import Action, ActionKind, actions
from slotui.core.assemble import assemble, source_status
from slotui.core.decisions import overridden, refused, tier_changes
from slotui.core.deploy_cost import deploy_costs
from slotui.core.entry import Entry, Estimate
from slotui.core.policy import DEFAULT_POLICY, Moment
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.review import Past, SloReview, review
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.core.window import Calendar
from slotui.duration import DAY, HOUR, MINUTE

NOW = 1763820000.0  # 2025-11-22T14:00:00Z
STEP = 600
WINDOW = 7 * DAY
SLO = Slo("shop", "shop", 0.99, WINDOW, EventSli(Selector("all_total"), bad=Selector("bad_total")))
Burst = tuple[float, float, float]


def line_of(bursts: Sequence[Burst] = (), *, days: float = 18, bad: float = 2, hole: Burst | None = None) -> Timeline:
    """1000 events a step, `bad` of them bad; inside `(hours ago, hours, share)` that share of them."""
    spans = []
    for index in range(int(days * DAY // STEP)):
        end = NOW - (int(days * DAY // STEP) - 1 - index) * STEP
        ago = (NOW - end) / HOUR
        if hole is not None and hole[0] - hole[1] <= ago < hole[0]:
            continue
        share = next((share for begin, long, share in bursts if begin - long <= ago < begin), None)
        spans.append(Span(end - STEP, end, 1000, bad if share is None else 1000 * share, STEP))
    return Timeline(spans)


def reviewed(line: Timeline, entries: Sequence[Entry] = (), *, slo: Slo = SLO, length: float = DAY) -> SloReview:
    reading = read_timeline(slo, line, NOW)
    snapshot = Snapshot(NOW, {slo.name: reading})
    status = source_status("scrape", "file", snapshot, 1e9)
    ordered = tuple(sorted(entries, key=lambda entry: entry.started))
    board = assemble(snapshot, [slo], DEFAULT_POLICY, ordered, status)
    (found,) = review(board, {slo.name: Past(reading, line)}, DEFAULT_POLICY, length).slos
    return found


def spend(name: str, hours_ago: float, bad: float, **changes: object) -> Entry:
    start = NOW - hours_ago * HOUR
    entry = Entry(name, "experiment", ("shop",), "ben", "why", "5% 500", start, start + 600,
                  {"shop": Estimate(90, 100, 110)}, start + 600, 100, {"shop": bad}, "expired")  # fmt: skip
    return replace(entry, **changes)  # type: ignore[arg-type]


def deploy(name: str, hours_ago: float, **changes: object) -> Entry:
    at = NOW - hours_ago * HOUR
    return replace(Entry(name, "deploy", (), "ana", name, "", at, ended=at), **changes)  # type: ignore[arg-type]


def asked(found: SloReview, kind: str = "scrape") -> list[Action]:
    board = assemble(
        Snapshot(NOW, {}), [found.board.slo], DEFAULT_POLICY, (), source_status(kind, "f", Snapshot(NOW, {}), 1)
    )
    whole = review(board, {}, DEFAULT_POLICY, DAY)
    return list(actions(replace(whole, slos=(found,))))


ENTRY = st.builds(
    spend,
    st.uuids().map(str),
    st.floats(0.5, 400),
    st.floats(0, 500),
    kind=st.sampled_from(["experiment", "drill", "maintenance", "incident", "provider"]),
)
BURST = st.tuples(st.floats(1, 400), st.floats(0.2, 24), st.floats(0, 1))


@settings(max_examples=25)
@given(
    st.lists(BURST, max_size=4),
    st.lists(ENTRY, max_size=4),
    st.sampled_from([6 * HOUR, DAY, 3 * DAY, WINDOW, 9 * DAY]),
    st.none() | BURST,
)
def test_a_review_adds_up(bursts: list[Burst], entries: list[Entry], length: float, hole: Burst | None) -> None:
    found = reviewed(line_of(bursts, hole=hole), entries, length=length)
    account = found.account
    assert account is not None
    spent, kept = account.spent, account.kept
    assert found.consumed.bad == pytest.approx(spent.total, abs=1e-6)
    assert spent.planned + spent.incident + spent.unexplained == pytest.approx(spent.total)
    opened = account.opening + account.granted + account.rolled_off
    assert opened - found.consumed.bad == pytest.approx(found.board.allowed - found.board.counts.bad, abs=1e-6)
    assert kept.total <= spent.total + 1e-6
    assert sum(posting.bad for posting in account.postings) + account.rest == pytest.approx(spent.total)
    assert 0 <= found.coverage <= 1


def test_the_trend_is_against_the_period_before() -> None:
    found = reviewed(line_of([(20, 2, 0.5)]))
    assert found.before is not None
    assert found.before.bad == pytest.approx(2 * DAY / STEP)
    assert found.trend == pytest.approx((found.consumed.bad - found.before.bad) / found.board.allowed)
    assert found.left_then == pytest.approx(1 - 2 / 10)


@pytest.mark.parametrize(
    ("days", "known"),
    [
        pytest.param(1.9, True, id="most of the day before was measured"),
        pytest.param(1.4, False, id="a record that begins within it is no comparison"),
    ],
)
def test_what_is_too_little_to_compare_with(days: float, known: bool) -> None:
    found = reviewed(line_of(days=days))
    assert (found.trend is not None) is known


def test_a_calendar_budget_that_started_over_says_so() -> None:
    month = replace(SLO, calendar=Calendar(1, "M", datetime(2025, 11, 20), "UTC"))
    found = reviewed(line_of(), slo=month, length=7 * DAY)
    assert found.started_over == datetime(2025, 11, 20, tzinfo=UTC).timestamp()
    assert found.consumed.bad == pytest.approx(2 * WINDOW / STEP)
    assert found.account is not None
    assert found.account.spent.total == pytest.approx(2 * (NOW - found.started_over) / STEP)


def test_alerts_are_told_from_what_none_of_them_noticed() -> None:
    loud = reviewed(line_of([(10, 2, 0.5)]))
    assert {run.tier.severity for run in loud.runs} == {"page", "ticket"}
    assert not loud.silent
    quiet = reviewed(line_of([(10, 2, 0.03)]))
    assert not quiet.runs
    assert quiet.unclaimed_silent == pytest.approx(sum(miss.stretch.counts.bad for miss in quiet.silent))
    claimed = reviewed(line_of([(10, 2, 0.03)]), [spend("c1", 12, 300, ended=NOW - 6 * HOUR, kind="incident")])
    assert claimed.silent
    assert claimed.unclaimed_silent < quiet.unclaimed_silent / 10


@pytest.mark.parametrize(
    ("changes", "judged", "inside"),
    [
        pytest.param({"observed": {"shop": 100.0}}, 1, 1, id="as predicted"),
        pytest.param({"observed": {"shop": 130.0}}, 1, 0, id="more than that"),
        pytest.param({"ending": "stopped"}, 0, 0, id="one that was stopped was predicted at its full length"),
        pytest.param({"observed": {}}, 0, 0, id="one that nobody measured"),
        pytest.param({"started": NOW - 30 * HOUR, "ended": NOW - 29 * HOUR}, 0, 0, id="one of the period before"),
    ],
)
def test_predictions_are_judged_by_what_was_observed(changes: dict[str, object], judged: int, inside: int) -> None:
    found = reviewed(line_of(), [spend("e1", 5, 100, **changes)])
    assert (len(found.predictions), sum(one.inside for one in found.predictions)) == (judged, inside)


def test_a_deploy_costs_what_is_beyond_the_usual() -> None:
    line = line_of([(5, 0.5, 0.3), (9, 3, 0.2)])
    bad, early, other = deploy("bad", 5), deploy("early", 30), deploy("other", 5, slos=("search",))
    found = deploy_costs([early, bad, other], "shop", line, NOW - DAY, NOW)
    (only,) = found
    assert only.entry is bad
    assert only.expected == pytest.approx(12)  # the incident four hours before it is not what is usual
    assert only.extra == pytest.approx(3 * 300 + 3 * 2 - 12)
    assert only.stands_out


def test_a_deploy_does_not_pay_for_an_experiment_nor_for_the_next_deploy() -> None:
    line = line_of([(5, 1 / 6, 0.5), (4.5, 0.5, 0.5)])
    entries = [deploy("first", 5), spend("e1", 5, 500, ended=NOW - 5 * HOUR + 600), deploy("second", 4.5)]
    costs = {cost.entry.id: cost for cost in deploy_costs(entries, "shop", line, NOW - DAY, NOW)}
    assert costs["first"].seconds == 30 * MINUTE
    assert costs["first"].extra == pytest.approx(0)
    assert costs["second"].extra > 1000


def test_nothing_is_told_of_a_deploy_without_a_day_before() -> None:
    assert deploy_costs([deploy("first", 5)], "shop", line_of(days=0.2), NOW - DAY, NOW) == ()


def test_tier_changes_of_the_period_only() -> None:
    history = [Moment(0, 0.9), Moment(10, 0.4), Moment(20, None), Moment(30, -0.1), Moment(40, 0.3)]
    found = [(one.at, one.before.name, one.after.name) for one in tier_changes(DEFAULT_POLICY, history, 10)]
    assert found == [(30, "caution", "freeze"), (40, "freeze", "caution")]


def test_the_tier_of_a_long_period_is_found_in_the_whole_record() -> None:
    line = line_of([(15 * 24, 12, 0.9)], days=40)
    found = reviewed(line, length=30 * DAY)
    assert [change.after.name for change in found.changes] == ["caution", "freeze", "caution", "healthy"]
    assert found.changes[0].at == pytest.approx(NOW - 15 * DAY + HOUR, abs=HOUR)


def test_refusals_and_overrides_are_told_apart() -> None:
    entries = [
        spend("r", 3, 0, ending="refused", reason="refused: overridden (x): but he may not"),
        spend("o", 3, 0, reason="drill; overridden (an alert fires already): we watch it"),
        spend("n", 3, 0, reason="nobody had overridden (it)"),
        deploy("d", 2, ending="overridden"),
    ]
    assert [entry.id for entry in refused(entries)] == ["r"]
    assert [entry.id for entry in overridden(entries)] == ["o", "d"]


KINDS = [
    pytest.param(line_of(), [], [], id="a quiet day asks for nothing"),
    pytest.param(line_of([(10, 2, 0.4)]), [], [ActionKind.CLAIM], id="an outage wants to be claimed"),
    pytest.param(line_of([(10, 2, 0.03)]), [], [ActionKind.BLIND_SPOT, ActionKind.CLAIM], id="silent: a blind spot, too"),
    pytest.param(line_of([(10, 2, 0.4)]), [spend("i", 10, 4800, kind="incident", ended=NOW - 8 * HOUR, injected=None)],
                 [], id="a claimed one does not"),
    pytest.param(line_of([(10, 2, 0.3)]), [deploy("1.4", 10)], [ActionKind.CLAIM, ActionKind.DEPLOY],
                 id="a deploy before it is looked at"),
    pytest.param(line_of(), [spend("e1", 5, 200)], [ActionKind.RECONCILE], id="more bad than injected"),
    pytest.param(line_of([(10, 8, 0.99)]), [], [ActionKind.FREEZE, ActionKind.CLAIM], id="overspent: frozen"),
    pytest.param(line_of([(1, 1, 0.2)]), [], [ActionKind.RUNNING_OUT, ActionKind.CLAIM], id="soon gone"),
    pytest.param(line_of(hole=(20, 4, 0)), [], [ActionKind.MEASURE], id="a hole"),
    pytest.param(line_of(days=40, bad=0.5), [], [ActionKind.TARGET], id="a target that asks for less than users get"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "entries", "kinds"), KINDS)
def test_what_a_day_asks_for(line: Timeline, entries: list[Entry], kinds: list[ActionKind]) -> None:
    found = asked(reviewed(line, entries))
    assert sorted(action.kind for action in found) == sorted(kinds)
    assert [action.cost for action in found] == sorted((action.cost for action in found), reverse=True)


def test_a_freeze_says_until_when_though_the_board_has_forgotten_its_beginning() -> None:
    found = reviewed(line_of([(8.5 * 24, 12, 0.99), (6 * 24, 12, 0.99)], days=30), length=9 * DAY)
    assert found.board.standing is not None
    assert found.board.standing.since is None
    (freeze,) = [action for action in asked(found) if action.kind is ActionKind.FREEZE]
    assert "or above 0% from 2025-11-21 " in freeze.what


def test_a_file_of_counts_names_no_command() -> None:
    found = asked(reviewed(line_of([(10, 2, 0.4)])), "replay")
    assert [(action.kind, action.command) for action in found] == [(ActionKind.CLAIM, "")]
