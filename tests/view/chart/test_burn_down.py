"""The chart around the line."""

from __future__ import annotations

from dataclasses import astuple, replace

import pytest

from slotui.core.board import ChartPoint
from slotui.core.entry import Entry
from slotui.core.forecast import Expected, Forecast
from slotui.core.policy import DEFAULT_POLICY
from slotui.core.timeline import Span
from slotui.core.window import Period
from slotui.duration import DAY, MINUTE
from slotui.view.chart.braille import BLANK
from slotui.view.chart.burn_down import burn_down, sampled, span_row
from slotui.view.chart.zoom import Frame, Zoom, framed, whole
from slotui.view.ink import plain, width
from slotui.view.words import ASCII

END = 30.0 * DAY


def points(*values: float | None) -> tuple[ChartPoint, ...]:
    """Evenly spread over the window, the last one now."""
    return tuple(ChartPoint((index + 1) * END / len(values), value) for index, value in enumerate(values))


def drawn(board, values, entries=(), columns=80, height=10, frame=None, **changes):
    slo = replace(board.find("availability"), chart=points(*values), **changes)
    frame = frame or whole(slo, END)
    return burn_down(slo, DEFAULT_POLICY.tiers, entries, frame, columns=columns, height=height)


def ahead(*shares, burn=1.0):
    """A forecast over the ten days after END, its points evenly spread."""
    curve = tuple(Expected(END + index * 10 * DAY / (len(shares) - 1), share) for index, share in enumerate(shares))
    return Forecast(END, burn, curve=curve)


LOOKING_AHEAD = Frame(Zoom.WINDOW, "30d", 0.0, END, END + 10 * DAY)


def test_sampling_leaves_what_was_not_measured_blank():
    found = sampled(points(1.0, 0.9, None, None, 0.5), 0.0, END, 10)
    assert found == [1.0, 1.0, 0.9, 0.9, None, None, None, None, 0.5, 0.5]


def test_sampling_many_points_takes_the_last_of_each_column():
    found = sampled(points(*(1 - i / 100 for i in range(100))), 0.0, END, 10)
    assert found == pytest.approx([0.91 - i / 10 for i in range(10)])


def test_a_hole_narrower_than_a_column_does_not_break_the_line():
    found = sampled(points(*(None if i % 2 else 1 - i / 100 for i in range(100))), 0.0, END, 10)
    assert found == pytest.approx([0.92 - i / 10 for i in range(10)])


def test_a_young_service_starts_where_its_data_starts():
    late = tuple(ChartPoint(END - (9 - i) * DAY / 10, 0.5) for i in range(10))
    found = sampled(late, 0.0, END, 60)
    assert found[:57] == [None] * 57
    assert found[-1] == 0.5


@pytest.mark.parametrize("columns", [40, 59, 69, 80, 140])
@pytest.mark.parametrize("height", [5, 8, 19])
def test_the_chart_has_the_size_asked_for(board, columns, height):
    rows = drawn(board, [1 - i / 400 for i in range(360)], columns=columns, height=height)
    assert len(rows) == height
    assert all(width(row) <= columns for row in rows)


def test_policy_lines_are_labelled_at_the_right_edge(board):
    text = [plain(row) for row in drawn(board, [1.0, 0.8, 0.6])]
    assert any(row.endswith("caution 50%") for row in text)
    assert any(row.endswith("freeze 0%") for row in text)
    assert text[1].lstrip().startswith("100%")


def test_the_even_spend_ends_at_nothing(board):
    text = [plain(row) for row in drawn(board, [None] * 10)]
    assert "⠂even" in text[0]
    zero = next(row for row in text if row.endswith("freeze 0%"))
    assert any(char > BLANK for char in zero[-24:-12])


def test_spends_are_marked_under_the_axis_where_they_were(board):
    def entry(kind, days):
        return Entry(kind, kind, ("availability",), "ben", "why", "", days * DAY, ended=days * DAY + 3600)

    entries = [
        entry("experiment", 15),
        entry("incident", 3),
        entry("note", 9),
        entry("drill", -5),
        replace(entry("experiment", 20), ending="refused"),
        entry("deploy", 21),
    ]
    rows = drawn(board, [1.0, 0.5], entries)
    row = plain(rows[-1])
    plot = row[7 : 7 + 60]
    assert plot.index("▒") == 30
    assert plot.index("█") == 6
    assert plot.index("▴") == 42
    assert plot.count("▒") == plot.count("█") == plot.count("▴") == 1
    assert "▒chaos ▴deploy █incident" in plain(rows[0])


def test_entries_against_another_slo_are_not_marked(board):
    other = Entry("e", "experiment", ("another",), "ben", "why", "", 15 * DAY, ended=16 * DAY)
    assert plain(drawn(board, [1.0, 0.5], [other])[-1]) == ""


@pytest.mark.parametrize(
    ("deployed", "row"),
    [
        pytest.param(10.1, "▴▒▒▒▒▒", id="at its beginning it stands before it"),
        pytest.param(11.1, "▒▒▴▒▒", id="in the middle it stands in it"),
    ],
)
def test_a_deploy_hides_no_spend_that_it_began(board, deployed, row):
    spend = Entry("e", "drill", ("availability",), "ben", "why", "", 10 * DAY, ended=12 * DAY)
    deploy = Entry("d", "deploy", (), "ci", "v42", "", deployed * DAY, ended=deployed * DAY)
    assert plain(drawn(board, [1.0, 0.5], [deploy, spend])[-1])[7:].strip() == row


def test_a_deploy_that_names_no_slo_is_one_of_every_slo(board):
    deploy = Entry("d", "deploy", (), "ci", "v42", "", 15 * DAY, ended=15 * DAY)
    assert plain(drawn(board, [1.0, 0.5], [deploy])[-1]).count("▴") == 1


def test_a_spend_that_goes_on_reaches_to_now_and_not_into_the_future(board):
    on = Entry("e", "experiment", ("availability",), "ben", "why", "", 20 * DAY)
    row = plain(drawn(board, [1.0], [on], frame=LOOKING_AHEAD)[-1])[7:]
    assert (row.index("▒"), row.rindex("▒")) == (30, 45)


def test_now_is_an_upright_and_named_on_the_axis(board):
    *rows, axis, _ = (plain(row) for row in drawn(board, [1.0, 0.9], frame=LOOKING_AHEAD))
    now = 7 + 45
    assert all(row[now] == "┊" for row in rows[2:-1])
    assert axis[now : now + 4] == "┴now"
    assert axis.endswith("+10d")


def test_the_forecast_is_dotted_to_the_right_of_now(board):
    rows = drawn(board, [0.5], frame=LOOKING_AHEAD, forecast=ahead(0.5, 0.25, burn=0.75))
    text = [plain(row)[7:67] for row in rows[1:-2]]
    right = "".join(row[46:60] for row in text)
    dots = [char for char in right if BLANK < char <= "\u28ff"]
    # Every second column of dots: of the two of a cell, one.
    assert len(dots) == 14
    assert all((ord(char) - 0x2800).bit_count() == 1 for char in dots)
    assert "⠢forecast 0.8x" in plain(rows[0])


def test_a_forecast_that_leaves_the_scale_is_drawn_to_its_edge(board):
    rows = drawn(board, [0.5], frame=LOOKING_AHEAD, forecast=ahead(0.5, *[-9.0] * 9))
    lowest = plain(rows[-3])[7 + 45 : 7 + 48]
    assert any(BLANK < char <= "\u28ff" for char in lowest)


def test_without_a_known_burn_nothing_is_foretold(board):
    rows = drawn(board, [0.5], frame=LOOKING_AHEAD, forecast=Forecast(END, None))
    assert "forecast" not in plain(rows[0])


def test_where_nothing_was_measured_a_sentence_says_so(board):
    assert any("nothing was measured here" in plain(row) for row in drawn(board, [None] * 4))
    assert not any("nothing was measured here" in plain(row) for row in drawn(board, [0.5, None]))


def test_the_title_says_what_is_shown_and_from_where_to_where(board):
    assert plain(drawn(board, [1.0, 0.4])[0]).startswith("─ BUDGET LEFT 30d, 0-100% ─")
    assert plain(drawn(board, [1.0, -0.4])[0]).startswith("─ BUDGET LEFT 30d, -50% to 100% ─")


def test_the_last_hour_is_drawn_as_finely_as_the_source_counted(board):
    slo = board.find("availability")
    rows = burn_down(slo, board.tiers, (), framed(slo, board, Zoom.HOUR), columns=80, height=12)
    # In the coarse chart the whole hour is half a step: one value. Here two percent a minute go.
    filled = [sum(BLANK < char <= "\u28ff" for char in plain(row)[7 : 7 + 45]) for row in rows[1:-2]]
    assert sum(count > 0 for count in filled) > 4


def test_a_hole_in_the_last_hour_stays_blank(board):
    slo = board.find("availability")
    line = slo.recent.part(board.at - DAY, board.at - 40 * MINUTE)
    rest = slo.recent.part(board.at - 20 * MINUTE, board.at)
    line.extend(span for span in _spans(rest) if span.start >= board.at - 20 * MINUTE - 1)
    rows = burn_down(replace(slo, recent=line), board.tiers, (), framed(slo, board, Zoom.HOUR), columns=80, height=12)
    middle = [plain(row)[7 + 16 : 7 + 29] for row in rows[1:-2]]
    assert all(not BLANK < char <= "\u28ff" for row in middle for char in row)


def _spans(line):
    return [
        Span(start, end, *astuple(line.between(start, end))) for start, end in zip(line.starts, line.ends, strict=True)
    ]


@pytest.mark.parametrize("columns", [59, 80, 140])
@pytest.mark.parametrize("zoom", Zoom)
def test_no_line_is_wider_than_asked_for_and_ascii_is_ascii(board, zoom, columns):
    slo = board.find("availability")
    rows = burn_down(
        slo, board.tiers, board.entries, framed(slo, board, zoom), columns=columns, height=12, glyphs=ASCII
    )
    assert len(rows) == 12
    assert all(width(row) <= columns for row in rows)
    assert "".join(plain(row) for row in rows).replace("…", "").isascii()


def test_a_stretch_is_pointed_at_under_the_chart(board):
    frame = whole(board.find("availability"), END)
    row = plain(span_row(frame, Period(END - 15 * DAY, END), "this half", columns=80))
    assert (len(row), row.index("│")) == (7 + 60, 7 + 30)
    assert " this half " in row
