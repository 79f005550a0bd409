"""Which stretch of time a chart shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from slotui.core.entry import Entry
from slotui.core.window import Calendar, Period
from slotui.duration import DAY, HOUR, MINUTE
from slotui.view.chart.zoom import Zoom, closer, framed, whole


@pytest.fixture
def calm(board):
    """The SLO that pages, as if nothing fired."""
    slo = board.find("availability")
    return replace(slo, alerts=tuple(replace(status, since=None) for status in slo.alerts))


def incident(started, ended=None, slos=("availability",)):
    return Entry("i", "incident", slos, "ana", "it broke", "", started, ended=ended)


def test_the_window_is_shown_with_a_third_as_much_ahead(board):
    frame = framed(board.find("availability"), board, Zoom.WINDOW)
    assert (frame.start, frame.now, frame.end) == (board.at - 30 * DAY, board.at, board.at + 10 * DAY)
    assert frame.label == "30d"


def test_a_calendar_budget_is_shown_from_its_first_day_to_its_last(board):
    slo = board.find("availability")
    calendar = replace(
        slo,
        slo=replace(slo.slo, calendar=Calendar(1, "M", datetime(2025, 1, 1))),
        period=Period(*(datetime(2025, month, 1, tzinfo=UTC).timestamp() for month in (11, 12))),
    )
    frame = framed(calendar, board, Zoom.WINDOW)
    assert (frame.start, frame.end) == calendar.period
    assert frame == replace(whole(calendar, board.at), now=board.at)


@pytest.mark.parametrize(
    ("zoom", "label", "length"),
    [(Zoom.WEEK, "7d", 7 * DAY), (Zoom.DAY, "24h", DAY), (Zoom.HOUR, "1h", HOUR)],
)
def test_a_closer_look_has_the_length_that_it_says(board, zoom, label, length):
    frame = framed(board.find("availability"), board, zoom)
    assert (frame.label, frame.now - frame.start) == (label, length)
    assert frame.end - frame.now == pytest.approx(length / 3)


@pytest.mark.parametrize(
    ("window", "seen"),
    [
        pytest.param(30 * DAY, [Zoom.WEEK, Zoom.DAY, Zoom.HOUR, Zoom.WINDOW], id="a month has them all"),
        pytest.param(7 * DAY, [Zoom.DAY, Zoom.HOUR, Zoom.WINDOW], id="a week is not looked at as a week"),
        pytest.param(HOUR, [Zoom.WINDOW], id="an hour has nothing closer"),
    ],
)
def test_z_goes_through_what_an_slo_has_and_round_again(board, calm, window, seen):
    slo = replace(calm, slo=replace(calm.slo, window=window))
    zoom, found = Zoom.WINDOW, []
    for _ in seen:
        zoom = closer(slo, replace(board, entries=()), zoom)
        found.append(zoom)
    assert found == seen


def test_from_a_zoom_that_this_slo_lacks_z_goes_on_from_what_is_seen(board, calm):
    bare = replace(board, entries=())
    assert framed(calm, bare, Zoom.INCIDENT).zoom is Zoom.WINDOW
    assert closer(calm, bare, Zoom.INCIDENT) is Zoom.WEEK


def begins(slo, board, *entries):
    """When the incident began, out of the frame: a tenth of it is lead."""
    frame = framed(slo, replace(board, entries=entries), Zoom.INCIDENT)
    return None if frame.zoom is not Zoom.INCIDENT else frame.now - (frame.now - frame.start) / 1.1


def test_an_incident_begins_where_the_alert_that_fires_began(board, calm):
    pages = replace(calm, alerts=(replace(calm.alerts[0], since=board.at - HOUR), *calm.alerts[1:]))
    assert pages.alerts[0].firing
    assert begins(pages, board) == pytest.approx(board.at - HOUR)
    assert begins(pages, board, incident(board.at - 2 * HOUR)) == pytest.approx(board.at - 2 * HOUR)
    over = incident(board.at - 9 * HOUR, board.at - 8 * HOUR)
    assert begins(pages, board, over) == pytest.approx(board.at - HOUR)


def test_where_nothing_goes_on_it_is_the_newest_incident_of_the_window(board, calm):
    older, newer = (incident(board.at - days * DAY, board.at - days * DAY + HOUR) for days in (9, 2))
    assert begins(calm, board, newer, older) == pytest.approx(board.at - 2 * DAY)
    assert begins(calm, board, incident(board.at - 31 * DAY, board.at - 31 * DAY + 1)) is None
    assert begins(calm, board, incident(board.at - DAY, slos=("another",))) is None


def test_an_incident_of_the_last_seconds_is_shown_over_ten_minutes(board, calm):
    assert begins(calm, board, incident(board.at - 5)) == pytest.approx(board.at - 10 * MINUTE)


def test_moments_and_columns_agree(board):
    frame = framed(board.find("availability"), board, Zoom.DAY)
    assert [frame.column(frame.moment(column + 0.5, 60), 60) for column in range(-3, 63)] == list(range(-3, 63))
