"""Windows in which nothing is broken on purpose: what is open when, also on the days when the clocks change."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.clock import parse_time, to_iso
from slotui.core.blackout import Blackout, Once, Opening, Recurring
from slotui.core.cron import Cron

YEAR_2026 = st.integers(int(parse_time("2026-01-01")), int(parse_time("2026-12-31")))
BERLIN = "Europe/Berlin"
WEEKENDS = Blackout("weekends", Recurring(Cron("0 18 * * FRI", BERLIN), 60 * 3600))


@pytest.mark.parametrize(
    ("friday", "opens", "closes"),
    [
        pytest.param("2026-11-27", "2026-11-27T17:00:00Z", "2026-11-30T05:00:00Z", id="sixty hours in winter"),
        pytest.param("2026-07-03", "2026-07-03T16:00:00Z", "2026-07-06T04:00:00Z", id="sixty hours in summer"),
        pytest.param(
            "2026-03-27", "2026-03-27T17:00:00Z", "2026-03-30T04:00:00Z", id="fifty-nine when clocks go ahead"
        ),
        pytest.param("2026-10-23", "2026-10-23T16:00:00Z", "2026-10-26T05:00:00Z", id="sixty-one when they go back"),
    ],
)
def test_a_weekend_ends_on_monday_at_six_whatever_the_clocks_did(friday: str, opens: str, closes: str) -> None:
    opening = WEEKENDS.next_opening(parse_time(friday))
    assert opening is not None
    assert [to_iso(moment) for moment in opening] == [opens, closes]


@given(YEAR_2026)
def test_a_weekend_is_open_exactly_where_the_wall_clock_says_so(at: int) -> None:
    wall = datetime.fromtimestamp(at, ZoneInfo(BERLIN)).replace(tzinfo=None)
    into_the_week = wall - datetime.combine(wall.date() - timedelta(days=wall.weekday()), datetime.min.time())
    weekend = into_the_week < timedelta(hours=6) or into_the_week >= timedelta(days=4, hours=18)
    opening = WEEKENDS.next_opening(at)
    assert opening is not None
    assert (opening.start <= at) == weekend
    assert at < opening.end


@given(YEAR_2026, st.sampled_from(["0 18 * * FRI", "30 2 * * *", "0 */6 * * *"]), st.integers(1, 5))
def test_stretches_follow_each_other_and_never_touch(at: int, expression: str, hours: int) -> None:
    when = Recurring(Cron(expression, BERLIN), hours * 3600)
    stretches = list(islice(when.openings(at), 5))
    assert all(stretch.start < stretch.end for stretch in stretches)
    assert all(one.end < other.start for one, other in pairwise(stretches))


@given(YEAR_2026, st.sampled_from(["30 2 * * *", "0 0 * * *", "*/5 * * * *", "0 2 * * SUN"]), st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "UTC"]))  # fmt: skip
def test_cron_times_only_go_forward(at: int, expression: str, zone: str) -> None:
    times = [at, *islice(Cron(expression, zone).after(at), 20)]
    assert all(one < other for one, other in pairwise(times))


@pytest.mark.parametrize(
    ("start", "end", "met"),
    [
        pytest.param(0, 99, None, id="over before it begins"),
        pytest.param(0, 100, None, id="over as it begins"),
        pytest.param(0, 101, Opening(100, 200), id="into it"),
        pytest.param(150, 160, Opening(100, 200), id="inside"),
        pytest.param(199, 300, Opening(100, 200), id="from its last second on"),
        pytest.param(200, 300, None, id="from its end on"),
    ],
)
def test_which_spends_meet_a_window(start: float, end: float, met: Opening | None) -> None:
    assert Blackout("sale", Once(Opening(100, 200))).meets(start, end) == met


@pytest.mark.parametrize(
    ("blackout", "slos", "service", "concerned"),
    [
        pytest.param(Blackout("b", Once(Opening(0, 1))), [], None, True, id="everybody"),
        pytest.param(Blackout("b", Once(Opening(0, 1)), ("a",)), ["a", "c"], None, True, id="one of its SLOs"),
        pytest.param(Blackout("b", Once(Opening(0, 1)), ("a",)), ["c"], None, False, id="another SLO"),
        pytest.param(Blackout("b", Once(Opening(0, 1)), (), "shop"), [], "search", False, id="another service"),
        pytest.param(Blackout("b", Once(Opening(0, 1)), (), "shop"), [], None, True, id="a service that nobody knows"),
    ],
)
def test_whom_it_concerns(blackout: Blackout, slos: list[str], service: str | None, concerned: bool) -> None:
    assert blackout.concerns(slos, service) is concerned


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        pytest.param("0 18 * *", "five fields", id="a field too few"),
        pytest.param("0 0 18 * * FRI", "five fields", id="with seconds"),
        pytest.param("0 25 * * *", "hour", id="an hour that is none"),
        pytest.param("0 0 31 2 *", "day-of-month", id="a day that never comes"),
    ],
)
def test_what_is_no_cron_time(expression: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Cron(expression)


def test_a_window_that_begins_again_before_it_is_over_never_closes() -> None:
    assert not Recurring(Cron("0 * * * *"), 3600).closes(0)
    assert Recurring(Cron("0 * * * *"), 3599).closes(0)
