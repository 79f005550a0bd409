"""Alerts of a lab, told on the clock of a drill that may have stood still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from lab.drills.alert_log import AlertLog
from lab.drills.stage import AlertChange
from slotui.core.alerts import AlertStatus
from slotui.core.assemble import assemble, source_status
from slotui.core.board import Board
from slotui.core.policy import DEFAULT_POLICY
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Timeline
from slotui.duration import DAY

START = 1_000_000.0
SHOP = Slo("shop", "shop", 0.999, 30 * DAY, EventSli(Selector("total"), bad=Selector("bad")))
PAGE, SLOW = SHOP.tiers[0], SHOP.tiers[1]


def board(since: Mapping[str, float]) -> Board:
    """A board on which those tiers fire, since then."""
    snapshot = Snapshot(START, {"shop": read_timeline(SHOP, Timeline(), START)})
    empty = assemble(snapshot, [SHOP], DEFAULT_POLICY, (), source_status("replay", "tape", snapshot, 60.0))
    statuses = tuple(AlertStatus(tier, 20.0, 20.0, since.get(tier.key)) for tier in SHOP.tiers)
    return replace(empty, slos=(replace(empty.slos[0], alerts=statuses),))


def fired(at: float, tier: str = PAGE.key) -> AlertChange:
    return AlertChange(at, "shop", tier, firing=True)


def test_an_alert_fires_when_the_engine_says_and_not_when_we_look() -> None:
    log = AlertLog(board({}))
    assert log.changes(board({}), 100, START + 100) == ()
    assert log.changes(board({PAGE.key: START + 103}), 110, START + 110) == (fired(103),)
    assert log.changes(board({PAGE.key: START + 103}), 120, START + 120) == ()


def test_it_falls_quiet_at_the_look_that_misses_it_and_may_fire_again() -> None:
    log = AlertLog(board({}))
    log.changes(board({PAGE.key: START + 50}), 60, START + 60)
    assert log.changes(board({}), 90, START + 90) == (AlertChange(90, "shop", PAGE.key, firing=False),)
    assert log.changes(board({PAGE.key: START + 95}), 100, START + 100) == (fired(95),)


def test_what_fired_before_the_drill_is_no_news() -> None:
    log = AlertLog(board({SLOW.key: START - 500}))
    assert log.changes(board({SLOW.key: START - 500, PAGE.key: START + 5}), 9, START + 9) == (fired(5),)


def test_two_that_fired_between_two_looks_come_in_their_order() -> None:
    log = AlertLog(board({}))
    found = log.changes(board({PAGE.key: START + 40, SLOW.key: START + 20}), 50, START + 50)
    assert found == (fired(20, SLOW.key), fired(40))


@pytest.mark.parametrize(
    ("since", "at"),
    [
        pytest.param(30, 30, id="before the pause: as it was"),
        pytest.param(250, 60, id="while it stood still: when it stopped"),
        pytest.param(370, 70, id="after it: less the pause"),
    ],
)
def test_a_pause_is_no_time(since: float, at: float) -> None:
    """The drill's clock stops at 60 for five minutes."""
    log = AlertLog(board({}))
    log.pause(START + 60)
    log.resume(START + 360)
    assert log.changes(board({PAGE.key: START + since}), 80, START + 380) == (fired(at),)


def test_a_clock_that_was_set_does_not_put_an_alert_before_the_start_or_after_now() -> None:
    log = AlertLog(board({}))
    found = log.changes(board({PAGE.key: START - 900, SLOW.key: START + 900}), 50, START + 50)
    assert [change.at for change in found] == [0, 50]
