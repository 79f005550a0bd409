"""Yes, no, or cannot tell: every way to a decision, and that none of them stands open by mistake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.core.assemble import aged, assemble, nothing_yet, source_status
from slotui.core.board import Board
from slotui.core.gate import Approval, Decision, decide
from slotui.core.ground import Answer, Purpose, Review, leaving
from slotui.core.policy import DEFAULT_POLICY, Moment, Policy, PolicyTier, Standing
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.duration import DAY, HOUR, MINUTE

NOW = 1763820151.0  # 2025-11-22T14:02:31Z
STALE_AFTER = 30.0
EVENTS = EventSli(Selector("total"), Selector("good"))
SLO = Slo("checkout", "shop", 0.999, 30 * DAY, EVENTS)
KIM = Approval("kim", "the fix itself")

_HEALTHY, _CAUTION, _FREEZE = DEFAULT_POLICY.tiers
NOBODY = Policy("nobody may", (_HEALTHY, _CAUTION, replace(_FREEZE, override="")))

# What is left of a budget of 0.1 % bad events, at a steady share of bad ones.
CLEAN, HALF_GONE, OVERSPENT = 0.0002, 0.0006, 0.00105


def line(
    ratio: float, *, days: float = 38, rps: float = 10, last_hour: float | None = None, end: float = NOW
) -> Timeline:
    """Hours, then an hour of minutes, with a share `ratio` of bad events, in the last hour `last_hour`."""
    recent = ratio if last_hour is None else last_hour
    hours = int(days * 24) - 1
    return Timeline(
        [
            *(
                Span(end - (n + 2) * HOUR, end - (n + 1) * HOUR, rps * HOUR, rps * HOUR * ratio, HOUR)
                for n in reversed(range(hours))
            ),
            *(
                Span(end - (n + 1) * MINUTE, end - n * MINUTE, rps * MINUTE, rps * MINUTE * recent, MINUTE)
                for n in reversed(range(60))
            ),
        ]
    )


def board_of(
    lines: dict[str, Timeline], policy: Policy = DEFAULT_POLICY, *, at: float = NOW, problem: str | None = None
) -> Board:
    slos = [replace(SLO, name=name) for name in lines]
    shot = Snapshot(at, {slo.name: read_timeline(slo, lines[slo.name], at) for slo in slos}, problem=problem)
    return assemble(shot, slos, policy, (), source_status("scrape", "http://shop/metrics", shot, STALE_AFTER))


def ask(board: Board, purpose: Purpose = "deploys", review: Review = "advise", min_coverage: float = 0.5) -> Decision:
    return decide(board, board.slos, purpose, stale_after=STALE_AFTER, review=review, min_coverage=min_coverage)


@pytest.mark.parametrize(
    ("found", "deploys", "experiments"),
    [
        pytest.param(line(CLEAN), Answer.YES, Answer.YES, id="80 % left: both, at full speed"),
        pytest.param(line(HALF_GONE), Answer.REVIEW, Answer.REVIEW, id="40 % left: both with care"),
        pytest.param(line(OVERSPENT), Answer.NO, Answer.NO, id="overspent: neither"),
        pytest.param(line(CLEAN, last_hour=0.02), Answer.NO, Answer.NO, id="a page fires: neither, however much is left"),
        pytest.param(line(CLEAN, last_hour=0.005), Answer.YES, Answer.YES, id="burning, but below every page: as the tier says"),
        pytest.param(line(0.0, rps=0), Answer.UNKNOWN, Answer.UNKNOWN, id="looked at, but never any traffic: no tier, no yes"),
        pytest.param(Timeline(), Answer.UNKNOWN, Answer.UNKNOWN, id="never looked at: no yes"),
        pytest.param(line(CLEAN, end=NOW - 40), Answer.UNKNOWN, Answer.UNKNOWN, id="data of 40 s ago is too old here"),
        pytest.param(line(CLEAN, end=NOW - 20), Answer.YES, Answer.YES, id="data of 20 s ago is fresh"),
        pytest.param(line(OVERSPENT, end=NOW - DAY), Answer.UNKNOWN, Answer.UNKNOWN, id="frozen a day ago is no answer for now"),
        pytest.param(line(CLEAN, days=10), Answer.UNKNOWN, Answer.UNKNOWN, id="a third of the window measured is too little"),
        pytest.param(line(CLEAN, days=16), Answer.YES, Answer.YES, id="more than half of it measured is enough"),
        pytest.param(line(CLEAN, days=1, last_hour=0.5), Answer.NO, Answer.NO, id="a page is certain on little data"),
    ],
)  # fmt: skip
def test_answers(found: Timeline, deploys: Answer, experiments: Answer) -> None:
    board = board_of({"checkout": found})
    assert (ask(board).answer, ask(board, "experiments").answer) == (deploys, experiments)


def test_a_quiet_service_is_judged_by_its_budget() -> None:
    quiet = line(CLEAN, end=NOW - 2 * HOUR)
    quiet.extend(Span(NOW - (n + 1) * MINUTE, NOW - n * MINUTE, 0, 0, MINUTE) for n in reversed(range(120)))
    assert ask(board_of({"checkout": quiet})).answer is Answer.YES


def test_a_window_without_any_traffic_does_not_live_on_its_last_tier() -> None:
    silent = line(CLEAN, days=8, end=NOW - 30 * DAY)
    silent.extend(Span(NOW - (n + 1) * HOUR, NOW - n * HOUR, 0, 0, HOUR) for n in reversed(range(30 * 24)))
    board = board_of({"checkout": silent})
    assert board.slos[0].tier_name == "healthy"
    assert ask(board, min_coverage=0).answer is Answer.UNKNOWN


@pytest.mark.parametrize(
    ("review", "answer", "who_may"),
    [
        pytest.param("advise", Answer.REVIEW, (), id="usually a yes with advice"),
        pytest.param("refuse", Answer.NO, (), id="strictly a no that nobody may lift"),
        pytest.param("approve", Answer.NO, ("whoever reviewed it",), id="on request a no until it was reviewed"),
    ],
)
def test_what_a_review_comes_to(review: Review, answer: Answer, who_may: tuple[str, ...]) -> None:
    found = ask(board_of({"checkout": line(HALF_GONE)}), review=review)
    assert (found.answer, found.approvers) == (answer, who_may)


@pytest.mark.parametrize(
    ("lines", "answer", "because"),
    [
        pytest.param({"a": line(CLEAN), "b": line(CLEAN)}, Answer.YES, "deploys: YES", id="all say yes"),
        pytest.param({"a": line(CLEAN), "b": line(OVERSPENT)}, Answer.NO, "b: freeze", id="one no is enough"),
        pytest.param({"a": line(CLEAN), "b": Timeline()}, Answer.UNKNOWN, "b: nothing measured yet", id="one unknown is enough"),
        pytest.param({"a": line(OVERSPENT), "b": Timeline()}, Answer.NO, "a: freeze", id="a certain no beats an unknown"),
        pytest.param({"a": line(CLEAN), "b": line(CLEAN, end=NOW - 600)}, Answer.UNKNOWN, "b: the newest data is 10m old",
                     id="a fresh SLO does not vouch for one whose data stopped"),
        pytest.param({"a": line(CLEAN), "b": line(CLEAN, end=NOW - 120)}, Answer.UNKNOWN, "b: the newest data is 2m old",
                     id="nor for one whose data is two minutes behind"),
        pytest.param({}, Answer.UNKNOWN, "there is no SLO to ask", id="nobody asked, nobody said yes"),
    ],
)  # fmt: skip
def test_many_slos(lines: dict[str, Timeline], answer: Answer, because: str) -> None:
    found = ask(board_of(lines))
    assert found.answer is answer
    assert because in found.sentence


def test_a_source_that_is_down_or_stale_leaves_nothing_to_decide() -> None:
    down = nothing_yet([SLO], "prometheus", "http://p", NOW, "connection refused", None)
    stale = aged(board_of({"checkout": line(CLEAN)}), NOW + 5, "connection refused", None)
    told = board_of({"checkout": line(CLEAN)}, problem="connection refused")
    for board in (down, stale, told):
        found = ask(board)
        assert found.answer is Answer.UNKNOWN
        assert "connection refused" in found.sentence


@pytest.mark.parametrize(
    ("lines", "policy", "review", "who_may", "answer"),
    [
        pytest.param({"a": line(OVERSPENT)}, DEFAULT_POLICY, "advise", ("a named approver",), Answer.YES,
                     id="a freeze that names an approver"),
        pytest.param({"a": line(OVERSPENT)}, NOBODY, "advise", (), Answer.YES, id="a freeze that names nobody"),
        pytest.param({"a": line(CLEAN, last_hour=0.02)}, DEFAULT_POLICY, "advise", ("a named approver",), Answer.YES,
                     id="a page: the fix has to get out, so the policy's approver may"),
        pytest.param({"a": line(CLEAN, last_hour=0.02)}, NOBODY, "advise", (), Answer.YES, id="a page where nobody may"),
        pytest.param({"a": line(OVERSPENT), "b": line(HALF_GONE)}, DEFAULT_POLICY, "refuse", (), Answer.YES,
                     id="one no that nobody may lift is enough"),
        pytest.param({"a": line(OVERSPENT), "b": line(HALF_GONE)}, DEFAULT_POLICY, "advise", ("a named approver",),
                     Answer.REVIEW, id="a lifted freeze leaves the other's review"),
        pytest.param({"a": line(OVERSPENT), "b": Timeline()}, DEFAULT_POLICY, "advise", ("a named approver",),
                     Answer.UNKNOWN, id="no approval lifts what nobody can see"),
        pytest.param({"a": line(CLEAN, days=1, last_hour=0.5)}, DEFAULT_POLICY, "advise", ("a named approver",),
                     Answer.UNKNOWN, id="under a lifted page the thin data is still thin"),
    ],
)  # fmt: skip
def test_who_may_lift_a_no_and_what_remains(
    lines: dict[str, Timeline], policy: Policy, review: Review, who_may: tuple[str, ...], answer: Answer
) -> None:
    found = ask(board_of(lines, policy), review=review)
    assert found.answer is Answer.NO
    assert found.approvers == who_may
    assert ("names nobody" in found.sentence) == (not who_may)
    lifted = replace(found, approval=KIM)
    assert lifted.answer is answer
    assert ("overridden by kim: the fix itself" in lifted.sentence) == (answer is not Answer.UNKNOWN)


def test_a_lifted_no_does_not_hide_the_review_beside_it() -> None:
    found = ask(board_of({"a": line(OVERSPENT), "b": line(HALF_GONE)}))
    assert replace(found, approval=KIM).sentence == (
        "deploys: YES, overridden by kim: the fix itself; after the review that policy asks for: "
        f"b: caution: {_CAUTION.action}"
    )


def test_the_reasons_of_a_no_say_what_ends_them() -> None:
    (ruling,) = ask(board_of({"checkout": line(OVERSPENT, days=37, last_hour=0.02)})).rulings
    page, tier = ruling.grounds
    assert page.why == "a page fires: burns 20.0x over 1h, 20.0x over 5m"
    assert page.ends == "ends when either burn is 14.4x or less"
    assert tier.why.startswith("freeze: reliability work only")
    # 1.05 times the budget in 30 days is all of it after 28.6: that was on the 14th.
    assert tier.ends == "leaves freeze at 10% left, or above 0% from 2025-11-21 04:00Z on"


def test_no_date_is_made_up_for_a_tier_older_than_what_policy_remembers() -> None:
    (ruling,) = ask(board_of({"checkout": line(OVERSPENT, days=80)})).rulings
    assert ruling.slo.standing is not None
    assert ruling.slo.standing.since is None
    assert ruling.grounds[0].ends == "leaves freeze at 10% left, or above 0% after 7d in it"


@pytest.mark.parametrize(
    ("tier", "since", "words"),
    [
        pytest.param(_HEALTHY, NOW, "", id="the first tier is where one stays"),
        pytest.param(_CAUTION, NOW, "leaves caution at 55% left", id="by what is left"),
        pytest.param(_FREEZE, NOW, "leaves freeze at 10% left, or above 0% from 2025-11-29 14:02Z on", id="or by time"),
        pytest.param(_FREEZE, None, "leaves freeze at 10% left, or above 0% after 7d in it",
                     id="no date is made up for one entered before the record begins"),
        pytest.param(PolicyTier("slow", "", enter_below=0.25), NOW, "leaves slow at 25%", id="as soon as it no longer holds"),
        pytest.param(PolicyTier("week", "", enter_below=0.2, leave_after=7 * DAY), NOW,
                     "leaves week at 20% from 2025-11-29 14:02Z on", id="by time alone"),
    ],
)  # fmt: skip
def test_how_a_tier_is_left(tier: PolicyTier, since: float | None, words: str) -> None:
    assert leaving(Standing(tier, since)) == words


def test_a_tier_that_is_left_by_time_alone_is_not_left_before() -> None:
    tier = PolicyTier("week", "", enter_below=0.2, leave_after=7 * DAY)
    assert not tier.released(Moment(NOW, 0.9), 6 * DAY)
    assert not tier.released(Moment(NOW, 0.1), 9 * DAY)
    assert tier.released(Moment(NOW, 0.2), 7 * DAY)


def _times(counts: Sequence[int]) -> list[Span]:
    start = NOW - len(counts) * HOUR
    return [Span(start + n * HOUR, start + (n + 1) * HOUR, 1000, bad, HOUR) for n, bad in enumerate(counts)]


@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=24 * 10),
    st.floats(0, 600),
    st.sampled_from(["deploys", "experiments"]),
)
def test_a_yes_always_rests_on_fresh_data_a_known_tier_and_no_page(
    counts: list[int], age: float, purpose: Purpose
) -> None:
    board = board_of({"checkout": Timeline(_times(counts))}, at=NOW + age)
    found = decide(board, board.slos, purpose, stale_after=STALE_AFTER, min_coverage=0)
    slo = board.slos[0]
    if found.answer in (Answer.YES, Answer.REVIEW):
        assert age <= STALE_AFTER
        assert slo.tier is not None
        assert slo.tier.name != "freeze"
        assert not any(status.firing and status.tier.severity == "page" for status in slo.alerts)
    elif found.answer is Answer.NO:
        assert age <= STALE_AFTER
