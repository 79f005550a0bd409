"""Sums over windows, from running totals, with holes and cut spans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.core.timeline import Counts, Span, Timeline

rows = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 50), st.booleans()), min_size=1, max_size=60)


def line_of(spec: list[tuple[int, int, bool]]) -> Timeline:
    """One-minute spans; a False leaves a hole."""
    return Timeline(
        Span(60 * index, 60 * (index + 1), total + bad, bad, 60)
        for index, (total, bad, there) in enumerate(spec)
        if there
    )


@given(rows, st.integers(0, 60), st.integers(0, 60))
def test_a_window_sums_what_a_loop_would(spec: list[tuple[int, int, bool]], a: int, b: int) -> None:
    start, end = sorted((a, b))
    inside = [(total + bad, bad) for total, bad, there in spec[start:end] if there]
    found = line_of(spec).between(60 * start, 60 * end)
    assert found == Counts(sum(n for n, _ in inside), sum(b for _, b in inside), 60 * len(inside))


@given(rows, st.integers(1, 7), st.floats(0, 3600))
def test_steps_lose_nothing(spec: list[tuple[int, int, bool]], step: int, start: float) -> None:
    line = line_of(spec)
    steps = line.steps(start, 3600.0, 60.0 * step)
    whole = line.between(start, 3600.0)
    assert sum(s.eligible for s in steps) == pytest.approx(whole.eligible)
    assert sum(s.bad for s in steps) == pytest.approx(whole.bad)
    assert sum(s.measured for s in steps) == pytest.approx(whole.measured)


@given(rows, st.integers(1, 30))
def test_ratios_at_every_step_are_those_of_single_windows(spec: list[tuple[int, int, bool]], minutes: int) -> None:
    line = line_of(spec)
    for end, ratio in zip(line.ends, line.trailing_ratios(60 * minutes), strict=True):
        if line.first is not None and end - 60 * minutes >= line.first:
            expected = line.trailing(60 * minutes, end).error_ratio
            assert ratio == (None if expected is None else pytest.approx(expected))
        else:
            assert ratio is None


def test_a_cut_span_is_shared_in_proportion() -> None:
    line = Timeline([Span(0, 100, 200, 20, 100)])
    assert line.between(25, 75) == Counts(100, 10, 50)


def test_a_hole_is_not_measured() -> None:
    line = Timeline([Span(0, 60, 10, 0, 60), Span(120, 180, 10, 0, 60)])
    assert line.trailing(180, 180).measured == 120
    assert line.trailing(60, 120) == Counts(0, 0, 0)


@pytest.mark.parametrize("span", [Span(30, 90, 1, 0, 60), Span(60, 60, 1, 0, 0), Span(70, 65, 1, 0, 0)])
def test_time_only_goes_on(span: Span) -> None:
    line = Timeline([Span(0, 60, 1, 0, 60)])
    with pytest.raises(ValueError, match="does not come after"):
        line.extend([span])


def test_a_copy_grows_by_itself() -> None:
    line = Timeline([Span(0, 60, 1, 0, 60), Span(60, 120, 1, 1, 60)])
    copy = line.before(60)
    copy.extend([Span(60, 90, 5, 5, 30)])
    assert (len(copy), copy.until(90).bad) == (2, 5)
    assert (len(line), line.until(120).bad) == (2, 1)


def test_crossing_names_the_step_in_which_the_allowance_was_exceeded() -> None:
    line = Timeline(Span(60 * i, 60 * i + 60, 10, 1, 60) for i in range(5))
    assert line.crossing(2) == 120
    assert line.crossing(5) is None
