"""The policy page: each sentence of it, where the board gives cause for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from slotui.core.assemble import aged, assemble, nothing_yet, source_status
from slotui.core.blackout import Blackout, Once, Opening, Recurring
from slotui.core.board import Board
from slotui.core.cron import Cron
from slotui.core.excused import Excused, PolicyException
from slotui.core.policy import DEFAULT_POLICY, Burning, Policy
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.sli import EventSli, Matcher, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.core.window import Calendar
from slotui.duration import DAY, HOUR
from slotui.view.ink import Role, plain, width
from slotui.view.policy_page import policy_page
from slotui.view.words import ASCII, UNICODE

NOW = 1763820000.0  # 2025-11-22T14:00:00Z
ELIGIBLE = Selector("http_requests_total", (Matcher("service", "=", "shop"),))
SLO = Slo("availability", "shop", 0.999, 30 * DAY, EventSli(ELIGIBLE, ELIGIBLE))
HEALTHY, CAUTION, FREEZE = DEFAULT_POLICY.tiers


def board(spent: float = 0.3, *, policy: Policy = DEFAULT_POLICY, slo: Slo = SLO, hour: float = 0.0, **shot) -> Board:
    """Even traffic, `spent` of the budget gone evenly; in the last hour a burn of `hour` instead."""
    spans = []
    for index in range(38 * 24, 0, -1):
        end = NOW - (index - 1) * HOUR
        ratio = 0.001 * hour if hour and index == 1 else 0.001 * spent
        spans.append(Span(end - HOUR, end, 3600, 3600 * ratio, HOUR))
    snapshot = Snapshot(NOW, {slo.name: read_timeline(slo, Timeline(spans), NOW)}, **shot)
    return assemble(snapshot, [slo], policy, (), source_status("scrape", "http://x", snapshot, 60))


def text(made: Board, columns: int = 100) -> str:
    return "\n".join(plain(row) for row in policy_page(made.slos[0], made, columns, UNICODE))


@pytest.mark.parametrize(
    ("made", "sentences"),
    [
        pytest.param(
            board(0.3),
            [
                "HEALTHY  availability   70.0% left",
                "it is the most relaxed tier",
                "caution below 50% left, 20.0% of the",
            ],
            id="a healthy one says how far caution is",
        ),
        pytest.param(
            board(0.6),
            ["CAUTION", "leaves caution at 55% left (15.0% of the budget to win back)", "this tier names nobody"],
            id="caution says what is to be won back",
        ),
        pytest.param(
            board(1.3),
            [
                "FREEZE",
                "slotui gate says no",
                "chaos inject refuses",
                "a named approver: slotui gate --approved-by NAME",
            ],
            id="a freeze says what is refused, and who may override",
        ),
        pytest.param(
            board(0.3, hour=20.0), ["a page fires: slotui gate says no to every deploy"], id="a page outranks the tier"
        ),
        pytest.param(
            board(1.3, policy=Policy("named", (HEALTHY, replace(FREEZE, override="x", approvers=("Ana", "Kim"))))),
            ["Ana, Kim, and nobody else: slotui gate --approved-by NAME checks", "LADDER named"],
            id="named approvers are named",
        ),
        pytest.param(
            board(0.3, hour=20.0, policy=Policy("hot", (HEALTHY, replace(CAUTION, also_while=Burning(10, HOUR))))),
            [
                "CAUTION",
                "while it burns so",
                "held by the burn, 20.0x over 1h",
                "leaves caution when it burns 10x or less",
            ],
            id="a tier that the burn holds",
        ),
        pytest.param(
            board(0.3, policy=Policy("hot", (HEALTHY, replace(CAUTION, also_while=Burning(10, HOUR))))),
            ["while it burns over 10x in 1h (now 0.3x)", "until 55%, while over 10x in 1h"],
            id="how near the burn is to holding one",
        ),
        pytest.param(
            board(0.1, slo=replace(SLO, calendar=Calendar(1, "M", datetime(2025, 1, 1)))),
            ["caution below 50% left", "with more than 15 days left"],
            id="a calendar budget is forgiven near its end",
        ),
    ],
)
def test_the_tier_and_what_follows_from_it(made, sentences):
    found = text(made)
    for sentence in sentences:
        assert sentence in found


def test_the_present_tier_is_marked_in_the_ladder_and_no_other():
    rows = text(board(0.6)).split("\n")
    assert [row.split()[1] for row in rows if row.startswith("▌")] == ["CAUTION"]


BLACK_FRIDAY = Blackout("black friday", Once(Opening(NOW - HOUR, NOW + 2 * HOUR)))
WEEKENDS = Blackout("weekends", Recurring(Cron("0 18 * * FRI", "UTC"), 60 * HOUR), service="shop")
OTHERS = Blackout("theirs", Once(Opening(NOW, NOW + HOUR)), slos=("another",))
PAST = Blackout("long ago", Once(Opening(NOW - DAY, NOW - HOUR)))


@pytest.mark.parametrize(
    ("blackouts", "told", "untold"),
    [
        pytest.param((), "the policy has none", "OPEN", id="none"),
        pytest.param((PAST, OTHERS), "none to come", "theirs", id="none that concerns it"),
        pytest.param((BLACK_FRIDAY,), "OPEN  black friday: 11-22 13:00 to 11-22 16:00 UTC, 2h to go", "in ", id="open"),
        pytest.param(
            (WEEKENDS,), "OPEN  weekends: 11-21 18:00 to 11-24 06:00 UTC", "theirs", id="one that comes again"
        ),
        pytest.param(
            (replace(BLACK_FRIDAY, when=Once(Opening(NOW + DAY, NOW + 2 * DAY))),),
            "in 1d  black friday: 11-23 14:00 to 11-24 14:00 UTC",
            "OPEN",
            id="to come",
        ),
    ],
)
def test_blackouts_that_concern_it(blackouts, told, untold):
    found = text(board(policy=replace(DEFAULT_POLICY, blackouts=blackouts)))
    section = found.partition("BLACKOUTS no experiment begins or runs in one")[2].partition("EXCEPTIONS")[0]
    assert told in section
    assert untold not in section


WORKS = PolicyException("maintenance", NOW - HOUR, NOW + HOUR, "new disks", "Ana", announced=NOW - 5 * DAY)


def test_exceptions_of_this_window_and_to_come():
    spent = Excused(
        replace(WORKS, start=NOW - 5 * DAY, end=NOW - 4 * DAY), (Span(NOW - 5 * DAY, NOW - 4 * DAY, 0, 200, 0),)
    )
    soon = replace(WORKS, kind="launch", start=NOW + DAY, end=NOW + 2 * DAY)
    policy = replace(DEFAULT_POLICY, exceptions=(WORKS, soon, replace(WORKS, slos=("another",), reason="theirs")))
    found = text(board(0.6, policy=policy, excused={"availability": (spent,)}))
    assert "judged by 47.7% left, the budget has 40.0%: not counted is" in found
    assert "in a maintenance, 11-17 14:00 to 11-18 14:00: new disks (Ana)" in found
    assert "NOW, 1h to go  maintenance: 11-22 13:00 to 11-22 15:00 UTC, new disks (Ana)" in found
    assert "in 1d  launch:" in found
    assert "theirs" not in found
    assert "none in this window, and none to come" in text(board(0.6))


def test_of_old_data_it_says_what_was_and_greys_it():
    old = aged(board(0.6), NOW + 600, "no answer", 5.0)
    rows = policy_page(old.slos[0], old, 100, UNICODE)
    assert plain(rows[0]).startswith(" was CAUTION")
    assert {piece.role for row in rows for piece in row} == {Role.DIM}


def test_before_the_first_answer_it_holds():
    down = nothing_yet([SLO], "scrape", "http://x", NOW, "refused", None)
    found = text(down)
    assert "HOLD  availability" in found
    assert "too little is known to decide" in found
    assert "no policy has come yet" in found


@pytest.mark.parametrize("columns", [60, 80, 140])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_hostile_names_keep_to_their_lines(columns, glyphs):
    evil = "[/red]\x1b[2J\u202e" + "x" * 300 + "カ" * 60
    tier = replace(CAUTION, name=evil, action=evil, override=evil, approvers=(evil, evil))
    policy = Policy(
        evil,
        (HEALTHY, tier),
        exceptions=(replace(WORKS, reason=evil, approver=evil),),
        blackouts=(replace(BLACK_FRIDAY, name=evil),),
    )
    made = board(0.7, policy=policy, slo=replace(SLO, name=evil))
    rows = policy_page(made.slos[0], made, columns, glyphs)
    assert all(width(row) <= columns for row in rows)
    assert not any(char in plain(row) for row in rows for char in "\x1b\u202e\n")
