"""What policy makes of an SLO: the tier, why, and both numbers where an exception moved it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from slotui.core.board import Board, SloBoard
from slotui.core.excused import Excused, PolicyException
from slotui.core.policy import DEFAULT_POLICY, Burning, Standing
from slotui.core.timeline import Span
from slotui.duration import DAY, HOUR
from slotui.view.board_json import to_json
from slotui.view.detail import detail
from slotui.view.explain import explain
from slotui.view.ink import plain
from slotui.view.standing import words
from slotui.view.text import render

WORKS = PolicyException("maintenance", 1_763_700_000.0, 1_763_710_000.0, "new disks", "kim")


@pytest.fixture
def excused(board: Board) -> SloBoard:
    """An overspent SLO, of which a maintenance spent most."""
    slo = board.find("availability")
    assert slo is not None
    spends = (Excused(WORKS, (Span(WORKS.start, WORKS.end, 0, 1.2 * slo.allowed, 0),)),)
    return replace(
        slo, remaining=-0.5, excused=spends, policy_remaining=0.7, standing=Standing(DEFAULT_POLICY.tiers[0], None)
    )


def test_both_numbers_are_shown_and_what_is_not_counted(excused: SloBoard, board: Board) -> None:
    told = list(words(excused))
    assert "judged by 70.0% left, the budget has -50.0%: not counted is" in told
    assert "120.0% in a maintenance, 11-21 04:40 to 11-21 07:26: new disks (kim)" in told
    assert "new disks (kim)" in render(replace(board, slos=(excused,)))


def test_the_detail_has_a_line_for_it(excused: SloBoard, board: Board) -> None:
    shown = [plain(row) for row in detail(excused, board, now=board.at, columns=80, height=24)]
    assert "   judged by 70.0% left: what exceptions spent is not counted" in shown
    assert len(shown) <= 24
    assert not any(
        "judged by" in plain(row) for row in detail(board.slos[0], board, now=board.at, columns=80, height=24)
    )


def test_json_has_both(excused: SloBoard, board: Board) -> None:
    (slo,) = json.loads(json.dumps(to_json(replace(board, slos=(excused,))), allow_nan=False))["slos"]
    assert (slo["remaining_ratio"], slo["policy"]["remaining_ratio"]) == (-0.5, 0.7)
    (one,) = slo["policy"]["excused"]
    assert one["share"] == pytest.approx(1.2)
    assert (one["kind"], one["from"], one["reason"], one["approver"]) == (
        "maintenance",
        "2025-11-21T04:40:00Z",
        "new disks",
        "kim",
    )


def test_a_burn_that_holds_a_tier_is_named(board: Board) -> None:
    slo = board.find("availability")
    assert slo is not None
    held = replace(slo, standing=Standing(DEFAULT_POLICY.tiers[1], None, Burning(10, HOUR)))
    assert "held by the burn, 20.0x over 1h, for as long as that is above 10x" in list(words(held))
    (found,) = to_json(replace(board, slos=(held,)))["slos"]
    assert found["policy"]["held_by_burn"] == {"over": 10, "window": "1h"}


def test_a_tier_says_how_it_is_entered_and_left(board: Board) -> None:
    slo = board.find("availability")
    assert slo is not None
    frozen = replace(slo, standing=Standing(DEFAULT_POLICY.tiers[2], board.at - DAY))
    told = list(words(frozen))
    assert told[2:] == [
        "entered at or below 0%, left at 10% or after 7d",
        "since 11-21 14:02 UTC",
        "who may override: a named approver",
    ]
    assert all(len(row) <= 80 for row in explain(frozen, now=board.at).split("\n"))


def test_without_data_it_holds(board: Board) -> None:
    missing = board.find("missing")
    assert missing is not None
    assert list(words(missing)) == ["HOLD: too little is known to decide."]
    assert next(slo for slo in to_json(board)["slos"] if slo["name"] == "missing")["policy"] is None
