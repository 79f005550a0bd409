"""The alert engine: when a tier fires and falls quiet, however far it is asked to go at a time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.drills.alert_engine import AlertEngine
from lab.drills.stage import AlertChange
from slotui.core.alerts import AlertTier, detection_time, evaluate, reset_time
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.duration import DAY, HOUR, MINUTE

STARTS = 40 * DAY
EVERY = 15.0
STEP = 10.0
SLO = Slo("checkout", "checkout", 0.999, 30 * DAY, EventSli(Selector("total"), bad=Selector("bad")))
FAST, SLOW, LEAK, SEEP = SLO.tiers


def shop(*ratios: tuple[float, float], rate: float = 100.0) -> Timeline:
    """Three calm days, and then so many seconds of each error ratio, in steps."""
    past = [Span(at, at + HOUR, rate * HOUR, 0.0, HOUR) for at in _evenly(STARTS - 3 * DAY, 3 * DAY, HOUR)]
    line, at = Timeline(past), float(STARTS)
    for seconds, ratio in ratios:
        steps = _evenly(at, seconds, STEP)
        line.extend(Span(left, left + STEP, rate * STEP, rate * STEP * ratio, STEP) for left in steps)
        at += seconds
    return line


def _evenly(first: float, length: float, step: float) -> list[float]:
    return [first + number * step for number in range(int(length // step))]


def engine(line: Timeline, slo: Slo = SLO) -> AlertEngine:
    return AlertEngine([slo], {slo.name: line}, STARTS, EVERY)


def first(changes: list[AlertChange], tier: AlertTier, firing: bool = True) -> float | None:
    return next((one.at for one in changes if one.tier == tier.key and one.firing is firing), None)


@pytest.mark.parametrize("tier", [pytest.param(one, id=one.key) for one in SLO.tiers])
@pytest.mark.parametrize("ratio", [0.02, 0.1, 0.4, 1.0])
def test_a_tier_fires_at_the_first_evaluation_after_its_detection_time(tier: AlertTier, ratio: float) -> None:
    due = detection_time(tier, SLO.target, ratio)
    assert due is not None
    fired = first(list(engine(shop((6 * HOUR, ratio))).run(6 * HOUR)), tier)
    assert fired is not None
    assert due <= fired <= due + EVERY


@pytest.mark.parametrize("ratio", [0.05, 0.4])
def test_a_page_falls_quiet_when_its_short_window_has_forgotten(ratio: float) -> None:
    lasted = HOUR
    changes = list(engine(shop((lasted, ratio), (HOUR, 0.0))).run(2 * HOUR))
    quiet = first(changes, FAST, firing=False)
    assert quiet is not None
    due = lasted + reset_time(FAST, SLO.target, ratio)
    assert due <= quiet <= due + EVERY


@pytest.mark.parametrize(
    "ratio",
    [
        pytest.param(0.0, id="no errors"),
        pytest.param(0.0009, id="errors that the budget is there for"),
        pytest.param(0.001, id="exactly the budget: above it is what fires"),
    ],
)
def test_what_the_objective_allows_fires_nothing(ratio: float) -> None:
    assert list(engine(shop((6 * HOUR, ratio))).run(6 * HOUR)) == []


@settings(max_examples=25)
@given(
    ratios=st.lists(
        st.tuples(st.integers(1, 40).map(lambda n: n * MINUTE), st.sampled_from([0.0, 0.001, 0.02, 0.3])),
        min_size=1,
        max_size=6,
    ),
    pieces=st.lists(st.floats(0, 2 * HOUR), max_size=8),
)
def test_asked_in_pieces_or_at_once_it_says_the_same(ratios: list[tuple[float, float]], pieces: list[float]) -> None:
    line, whole = shop(*ratios), sum(seconds for seconds, _ in ratios)
    in_pieces = engine(line)
    stops = [*sorted(piece for piece in pieces if piece < whole), whole]
    assert [one for stop in stops for one in in_pieces.run(stop)] == list(engine(line).run(whole))


@settings(max_examples=25)
@given(
    ratios=st.lists(st.tuples(st.just(20.0 * MINUTE), st.sampled_from([0.0, 0.001, 0.02, 0.3])), min_size=1, max_size=6)
)
def test_it_is_the_boards_own_engine(ratios: list[tuple[float, float]]) -> None:
    line, to = shop(*ratios), 20.0 * MINUTE * len(ratios)
    firing: set[str] = set()
    for change in engine(line).run(to):
        (firing.add if change.firing else firing.discard)(change.tier)
    board = {t.key for t in SLO.tiers if evaluate(t, SLO.target, lambda w: line.trailing(w, STARTS + to)).firing}
    assert firing == board


def test_a_fire_that_is_older_than_the_drill_is_said_at_its_first_second() -> None:
    line = Timeline([Span(STARTS - DAY, STARTS, 1000.0, 500.0, DAY)])
    burning = engine(line)
    changes = list(burning.run(0.0))
    assert [(one.at, one.tier, one.firing) for one in changes] == [(0.0, tier.key, True) for tier in SLO.tiers]
    assert burning.paging == {SLO.name}


def test_a_ticket_is_no_page() -> None:
    leaking = engine(shop((19 * HOUR, 0.004)))
    fired = {one.tier for one in leaking.run(19 * HOUR) if one.firing}
    assert fired == {LEAK.key, SEEP.key}
    assert leaking.paging == frozenset()


def test_no_requests_fire_nothing() -> None:
    assert list(engine(shop((HOUR, 0.0), rate=0.0)).run(HOUR)) == []
    assert list(engine(Timeline()).run(HOUR)) == []
