"""The line in Braille dots."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from slotui.view.chart.braille import BLANK, braille

VALUES = st.lists(st.none() | st.floats(-2, 2, allow_nan=False), max_size=80)
SIZE = st.integers(1, 30), st.integers(1, 12)


def dots(lines: list[str]) -> set[tuple[int, int]]:
    """Columns and rows (from the top) of the dots that are set."""
    bits = {
        (0, 0): 0x01,
        (0, 1): 0x02,
        (0, 2): 0x04,
        (0, 3): 0x40,
        (1, 0): 0x08,
        (1, 1): 0x10,
        (1, 2): 0x20,
        (1, 3): 0x80,
    }
    return {
        (2 * x + dx, 4 * y + dy)
        for y, line in enumerate(lines)
        for x, cell in enumerate(line)
        for (dx, dy), bit in bits.items()
        if (ord(cell) - 0x2800) & bit
    }


@given(VALUES, *SIZE)
def test_the_drawing_has_exactly_the_size_asked_for(points, width, height):
    lines = braille(points, width, height, 0.0, 1.0)
    assert [len(line) for line in lines] == [width] * height
    assert all(0x2800 <= ord(cell) <= 0x28FF for line in lines for cell in line)


@given(VALUES, *SIZE)
def test_a_gap_and_a_value_off_the_scale_stay_blank(points, width, height):
    drawn = dots(braille(points, width, height, 0.0, 1.0))
    for column in range(2 * width):
        value = points[column * len(points) // (2 * width)] if points else None
        known = value is not None and 0 <= value <= 1
        assert any(x == column for x, _ in drawn) == known


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.integers(1, 12))
def test_every_value_has_its_dot_on_the_fixed_scale(points, height):
    points = points if len(points) % 2 == 0 else [*points, points[-1]]
    drawn = dots(braille(points, len(points) // 2, height, 0.0, 1.0))
    for column, value in enumerate(points):
        assert (column, round((1 - value) * (4 * height - 1))) in drawn


@given(st.lists(st.floats(0, 1), min_size=2, max_size=40), st.integers(1, 12))
def test_an_unbroken_line_has_no_hole(points, height):
    points = points if len(points) % 2 == 0 else [*points, points[-1]]
    drawn = dots(braille(points, len(points) // 2, height, 0.0, 1.0))
    columns = [sorted(y for x, y in drawn if x == column) for column in range(len(points))]
    for left, right in pairwise(columns):
        assert right == list(range(right[0], right[-1] + 1))
        assert min(abs(a - b) for a in left for b in right) <= 1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.integers(1, 8))
def test_the_scale_does_not_depend_on_the_data(points, height):
    alone = dots(braille([points[0]], 1, height, 0.0, 1.0))
    among = dots(braille([points[0], None, *points[1:], None], len(points) + 1, height, 0.0, 1.0))
    assert {y for x, y in among if x == 0} == {y for x, y in alone if x == 0}


def test_nothing_to_draw_is_blank():
    assert braille([], 4, 2, 0.0, 1.0) == [BLANK * 4] * 2
    assert braille([None] * 8, 4, 2, 0.0, 1.0) == [BLANK * 4] * 2


@given(VALUES, *SIZE)
def test_a_dotted_line_is_part_of_the_whole_one(points, width, height):
    whole = dots(braille(points, width, height, 0.0, 1.0))
    dotted = dots(braille(points, width, height, 0.0, 1.0, dotted=True))
    assert dotted <= whole


def test_a_dotted_line_has_every_second_dot_flat_and_steep():
    flat = dots(braille([0.5] * 20, 10, 4, 0.0, 1.0, dotted=True))
    assert sorted(x for x, _ in flat) == list(range(0, 20, 2))
    steep = dots(braille([1.0, 0.0], 1, 8, 0.0, 1.0, dotted=True))
    assert sorted(y for x, y in steep if x == 1) == list(range(2, 32, 2))
