"""What policy does not count, cut to where it belongs."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.core.excused import Excused, PolicyException, excused_line, pieces, stretches, within
from slotui.core.timeline import Span
from slotui.core.window import Period


def outage(start: float, end: float, *slos: str) -> PolicyException:
    return PolicyException("dependency", start, end, "the bank was away", "kim", slos)


def spent(exception: PolicyException, start: float, end: float, bad: float) -> Excused:
    return Excused(exception, (Span(start, end, 0, bad, 0),))


@pytest.mark.parametrize(
    ("exceptions", "found"),
    [
        pytest.param([outage(10, 20)], [(10, 20)], id="one for all SLOs"),
        pytest.param([outage(10, 20, "shop")], [(10, 20)], id="one for this SLO"),
        pytest.param([outage(10, 20, "stock")], [], id="one for another"),
        pytest.param([outage(10, 30), outage(20, 40)], [(10, 30), (30, 40)], id="what two cover is excused once"),
        pytest.param([outage(10, 40), outage(20, 30)], [(10, 40)], id="one inside another adds nothing"),
        pytest.param([outage(-50, 5)], [(0, 5)], id="the past before the record is cut"),
        pytest.param([outage(90, 500)], [(90, 100)], id="the future is not excused yet"),
        pytest.param([outage(200, 300), outage(-20, -10)], [], id="outside of it all"),
    ],
)
def test_stretches(exceptions: list[PolicyException], found: list[tuple[float, float]]) -> None:
    assert [(start, end) for _, start, end in stretches(exceptions, "shop", 0, 100)] == found


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 30)), max_size=8))
def test_no_second_is_excused_twice(pairs: list[tuple[int, int]]) -> None:
    exceptions = [outage(start, start + length) for start, length in pairs]
    found = stretches(exceptions, "shop", 0, 100)
    seconds = {second for one in exceptions for second in range(int(one.start), min(100, int(one.end)))}
    assert sum(end - start for _, start, end in found) == len(seconds)
    excused_line(spent(one, start, end, 1) for one, start, end in found)  # in order, none over another


def test_the_border_of_a_period_cuts_in_proportion() -> None:
    spends = [spent(outage(0, 100), 0, 100, 50), spent(outage(150, 200), 150, 200, 5)]
    inside = within(spends, Period(80, 180))
    assert [(one.start, one.end, one.bad) for one in inside] == [(80, 100, 10), (150, 180, 3)]


@given(st.integers(0, 90), st.integers(1, 60), st.lists(st.integers(1, 30), max_size=8), st.integers(-20, 40))
def test_pieces_are_the_whole_and_steps_are_whole_steps(start: int, length: int, steps: list[int], begins: int) -> None:
    borders = [begins + sum(steps[:n]) for n in range(len(steps) + 1)]
    history = [Span(left, right, 1, 1, 1) for left, right in pairwise(borders)]
    found = list(pieces(start, start + length, history))
    assert [left for left, _, _ in found] == [start, *(right for _, right, _ in found[:-1])]
    assert found[-1][1] == start + length
    inside = {(span.start, span.end) for span in history if start <= span.start and span.end <= start + length}
    assert {(left, right) for left, right, step in found if step is not None} == inside
