"""Budgets of calendar periods: granted for the whole period, reset at its end, in the zone's own days."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from slotui.core.assemble import assemble, source_status
from slotui.core.board import SloBoard
from slotui.core.policy import DEFAULT_POLICY
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.core.window import Calendar
from slotui.duration import DAY, HOUR
from slotui.view.explain import explain

BERLIN = ZoneInfo("Europe/Berlin")
EVENTS = EventSli(Selector("all"), Selector("ok"))
MONTH = Slo("shop", "shop", 0.999, 30 * DAY, EVENTS, calendar=Calendar(1, "M", datetime(2024, 1, 1), "Europe/Berlin"))


def at(*parts: int) -> float:
    return datetime(*parts, tzinfo=BERLIN).timestamp()  # type: ignore[arg-type]


def traffic(start: float, end: float, *outages: tuple[float, float]) -> Timeline:
    """A thousand events an hour; total failure within the outages."""
    spans, left = [], start
    while left < end:
        bad = any(since <= left < until for since, until in outages)
        spans.append(Span(left, left + HOUR, 1000, 1000 if bad else 0, HOUR))
        left += HOUR
    return Timeline(spans)


def board(line: Timeline, moment: float, slo: Slo = MONTH) -> SloBoard:
    snapshot = Snapshot(moment, {slo.name: read_timeline(slo, line, moment)})
    found = assemble(snapshot, [slo], DEFAULT_POLICY, (), source_status("replay", "x", snapshot, 1e9)).slos[0]
    assert isinstance(found, SloBoard)
    return found


def test_the_budget_is_granted_for_the_whole_month_on_the_first_day() -> None:
    outage = (at(2024, 5, 2, 3), at(2024, 5, 2, 4))
    shop = board(traffic(at(2024, 4, 1), at(2024, 5, 3), outage), at(2024, 5, 3))
    # May has 744 hours: 744 bad events are allowed, and one hour of total failure spent a thousand.
    assert shop.allowed == pytest.approx(744)
    assert shop.remaining == pytest.approx(1 - 1000 / 744)
    assert shop.counts.eligible == 48_000
    assert (shop.coverage, shop.state.value) == (1.0, "spent")


@pytest.mark.parametrize(
    ("month", "hours"),
    [
        pytest.param(3, 743, id="March loses an hour to the summer"),
        pytest.param(10, 745, id="October gains one"),
        pytest.param(2, 696, id="a February of 29 days"),
    ],
)
def test_a_month_is_as_long_as_the_clocks_say(month: int, hours: int) -> None:
    line = traffic(at(2024, month, 1), at(2024, month, 28))
    assert board(line, at(2024, month, 28)).allowed == pytest.approx(hours)


def test_the_first_of_the_month_forgets_the_outage_of_the_last() -> None:
    outage = (at(2024, 4, 30, 20), at(2024, 4, 30, 23))
    line = traffic(at(2024, 4, 1), at(2024, 5, 1, 6), outage)
    assert (board(line, at(2024, 5, 1)).remaining or 0) < 0
    assert board(line, at(2024, 5, 1, 1)).remaining == 1


def test_the_same_outage_rolls_off_a_rolling_window_thirty_days_later() -> None:
    outage = (at(2024, 4, 30, 20), at(2024, 4, 30, 23))
    line = traffic(at(2024, 4, 1), at(2024, 6, 1), outage)
    rolling = Slo("shop", "shop", 0.999, 30 * DAY, EVENTS)
    assert (board(line, at(2024, 5, 30, 19), rolling).remaining or 0) < 0
    assert board(line, at(2024, 5, 31), rolling).remaining == 1


def test_a_hole_is_part_of_the_month_and_said_beside_the_number() -> None:
    whole = traffic(at(2024, 5, 1), at(2024, 5, 11))
    holed = Timeline(s for s in (Span(a, a + HOUR, 1000, 0, HOUR) for a in whole.starts) if s.start >= at(2024, 5, 6))
    shop = board(holed, at(2024, 5, 11))
    assert shop.coverage == pytest.approx(0.5)
    assert shop.allowed == pytest.approx(744)


def test_what_outlasts_the_month_is_never_gone() -> None:
    now = at(2024, 5, 30)
    trickle = Timeline(Span(s, s + HOUR, 1000, 0.9, HOUR) for s in traffic(at(2024, 5, 1), now).starts)
    assert board(trickle, now).remaining == pytest.approx(1 - 0.9 * 29 / 31)
    assert board(trickle, now).exhausts_in is None


def test_a_utc_quarter_resets_at_midnight_utc() -> None:
    quarter = Slo("q", "shop", 0.99, 91 * DAY, EVENTS, calendar=Calendar(1, "Q", datetime(2024, 1, 1)))
    moment = datetime(2024, 5, 15, tzinfo=UTC).timestamp()
    period = board(traffic(moment - 60 * DAY, moment), moment, quarter).period
    assert [datetime.fromtimestamp(end, UTC).isoformat() for end in period] == [
        "2024-04-01T00:00:00+00:00",
        "2024-07-01T00:00:00+00:00",
    ]


def test_on_the_last_instant_of_a_month_nothing_lies_ahead() -> None:
    now = at(2024, 6, 1)
    text = explain(board(traffic(at(2024, 5, 1), now), now))
    assert "The period ends now; what is left of its budget is not carried over" in text
