"""The chart around the line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.core.board import ChartPoint
from slotui.core.entry import Entry
from slotui.core.policy import DEFAULT_POLICY
from slotui.duration import DAY
from slotui.view.braille import BLANK
from slotui.view.burn_down import burn_down, floor_of, sampled
from slotui.view.ink import plain, width

END = 30.0 * DAY


def points(*values: float | None) -> tuple[ChartPoint, ...]:
    """Evenly spread over the window, the last one now."""
    return tuple(ChartPoint((index + 1) * END / len(values), value) for index, value in enumerate(values))


def drawn(board, values, entries=(), columns=80, height=10):
    slo = replace(board.find("availability"), chart=points(*values))
    return burn_down(slo, DEFAULT_POLICY.tiers, entries, end=END, columns=columns, height=height)


@pytest.mark.parametrize(
    ("values", "floor"),
    [
        pytest.param((1.0, 0.2), 0.0, id="what is above nothing needs no room below"),
        pytest.param((0.1, -0.01), -0.5, id="a little overspent"),
        pytest.param((0.1, None, -0.7), -1.0, id="gaps do not count"),
        pytest.param((-5.3,), -10.0, id="five budgets overspent"),
        pytest.param((None,), 0.0, id="nothing known"),
        pytest.param((-5000.0,), -1000.0, id="there is an end to it"),
    ],
)
def test_the_foot_of_the_scale_is_one_of_a_few(values, floor):
    assert floor_of(points(*values)) == floor


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
@pytest.mark.parametrize("height", [4, 7, 18])
def test_the_chart_has_the_size_asked_for(board, columns, height):
    rows = drawn(board, [1 - i / 400 for i in range(360)], columns=columns, height=height)
    assert len(rows) == height
    assert all(width(row) <= columns for row in rows)


def test_policy_lines_are_labelled_at_the_right_edge(board):
    text = [plain(row) for row in drawn(board, [1.0, 0.8, 0.6])]
    assert any(row.endswith("caution 50%") for row in text)
    assert any(row.endswith("freeze 0%") for row in text)
    assert text[0].lstrip().startswith("100%")


def test_the_even_spend_ends_at_nothing(board):
    text = [plain(row) for row in drawn(board, [None] * 10)]
    assert "even spend" in text[-2]
    zero = next(row for row in text if row.endswith("freeze 0%"))
    assert any(char > BLANK for char in zero[-24:-12])


def test_spends_are_marked_under_the_axis_where_they_were(board):
    def entry(kind, days):
        return Entry(kind, kind, ("availability",), "ben", "why", "", days * DAY, ended=days * DAY + 3600)

    entries = [entry("experiment", 15), entry("incident", 3), entry("note", 9), entry("drill", -5)]
    row = plain(drawn(board, [1.0, 0.5], entries)[-1])
    plot = row[7 : 7 + 60]
    assert plot.index("▒") == 30
    assert plot.index("█") == 6
    assert plot.count("▒") == plot.count("█") == 1
    assert "▒chaos" in row


def test_entries_against_another_slo_are_not_marked(board):
    other = Entry("e", "experiment", ("another",), "ben", "why", "", 15 * DAY, ended=16 * DAY)
    assert plain(drawn(board, [1.0, 0.5], [other])[-1]) == ""
