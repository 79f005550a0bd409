"""What is due when: under any clock, each run begins once or is missed, and never in a burst."""

from __future__ import annotations

from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.schedule.timetable import GRACE, Agenda, Offsets, Routine, Run, Timetable, Until, runs
from chaos.spend.order import Order
from slotui.clock import parse_time, to_iso
from slotui.core.cron import Cron

START = parse_time("2026-11-20T12:00:00Z")
ORDER = Order(faults=({"kind": "error", "rate": 0.05},), seconds=60, route=None, method=None)


def routine(when: Offsets | Cron, name: str = "a", **rest: object) -> Routine:
    return Routine(name, when, ORDER, {}, **rest)  # type: ignore[arg-type]


def timetable(*routines: Routine, **rest: object) -> Timetable:
    return Timetable("friday", routines, **rest)  # type: ignore[arg-type]


def offsets(table: Timetable, most: int = 10) -> list[float]:
    return [run.due - START for run in islice(runs(table, START), most)]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param(timetable(routine(Offsets(600))), [600], id="once"),
        pytest.param(timetable(routine(Offsets(0, 60), most=3)), [0, 60, 120], id="at once, then every minute, thrice"),
        pytest.param(timetable(routine(Offsets(60, 60), until=Until(180))), [60, 120], id="none begins at its end"),
        pytest.param(timetable(routine(Offsets(60, 60), until=Until(moment=START + 90))), [60], id="until a moment"),
        pytest.param(timetable(routine(Offsets(60, 60)), until=Until(121)), [60, 120], id="until the timetable's end"),
        pytest.param(
            timetable(routine(Offsets(60, 60), most=2), routine(Offsets(90), "b")), [60, 90, 120], id="two routines"
        ),
        pytest.param(
            timetable(routine(Cron("30 12 * * *"), most=2)), [1800, 88200], id="every day at half past twelve"
        ),
        pytest.param(
            timetable(routine(Offsets(60, 60), until=Until(moment=START - 1))), [], id="over before it starts"
        ),
    ],
)
def test_when_runs_are_due(table: Timetable, expected: list[float]) -> None:
    assert offsets(table) == expected


def test_a_cron_time_is_kept_on_the_clocks_of_its_zone_when_they_change() -> None:
    table = timetable(routine(Cron("0 9 * * *", "Europe/Berlin"), most=3))
    due = [to_iso(run.due) for run in runs(table, parse_time("2026-10-23T12:00:00Z"))]
    assert due == ["2026-10-24T07:00:00Z", "2026-10-25T08:00:00Z", "2026-10-26T08:00:00Z"]


WHENS = st.one_of(
    st.builds(Offsets, st.floats(0, 1e5), st.floats(1, 1e5)),
    st.builds(
        Cron,
        st.sampled_from(["*/7 * * * *", "30 2 * * *", "0 9 * * MON-FRI"]),
        st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]),
    ),
)
STARTS = st.integers(int(parse_time("2026-01-01")), int(parse_time("2026-12-31")))


@given(WHENS, STARTS, st.floats(0.1, 1e6), st.integers())
def test_jitter_is_bounded_repeatable_and_keeps_the_order(
    when: Offsets | Cron, start: int, jitter: float, seed: int
) -> None:
    written = list(islice(routine(when).times(start, seed), 20))
    shaken = list(islice(routine(when, jitter=jitter).times(start, seed), 20))
    assert shaken == list(islice(routine(when, jitter=jitter).times(start, seed), 20))
    assert all(base <= due <= base + jitter for base, due in zip(written, shaken, strict=True))
    assert all(one <= other for one, other in pairwise(shaken))


def test_jitter_differs_from_run_to_run_routine_to_routine_and_seed_to_seed() -> None:
    one = offsets(timetable(routine(Offsets(0, 600), jitter=300)))
    lates = [due - 600 * index for index, due in enumerate(one)]
    assert len(set(lates)) == len(lates)
    assert one != offsets(timetable(routine(Offsets(0, 600), "b", jitter=300)))
    assert one != offsets(timetable(routine(Offsets(0, 600), jitter=300), seed=1))


def test_a_cron_time_draws_the_same_whenever_the_timetable_was_started() -> None:
    nightly = routine(Cron("0 2 * * *"), jitter=3600)
    first = list(islice(nightly.times(START, 0), 5))
    assert list(islice(nightly.times(START + 100_000, 0), 3)) == first[1:4]


def carried_out(
    table: Timetable, looks: list[tuple[float, float]], lasts: float = 0.0
) -> tuple[list[tuple[float, Run]], list[str]]:
    """What begins, and what is missed, when one looks at these wall and steady clocks (seconds after the start)."""
    agenda, begun, missed = Agenda(table, START), list[tuple[float, Run]](), list[str]()
    free_at = 0.0
    for wall, steady in looks:
        missed += [one.name for one in agenda.missed(START + wall, START + steady)]
        if table.overlap or steady >= free_at:
            due = agenda.due(START + wall, START + steady)
            begun += [(steady, run) for run in due]
            free_at = steady + lasts if due else free_at
    return begun, missed


def steadily(until: int) -> list[tuple[float, float]]:
    return [(float(at), float(at)) for at in range(until)]


def test_nothing_is_missed_where_somebody_looks() -> None:
    begun, missed = carried_out(timetable(routine(Offsets(0, 60), most=5)), steadily(400))
    assert [at for at, _ in begun] == [0, 60, 120, 180, 240]
    assert missed == []


def test_a_run_that_follows_another_begins_a_little_late() -> None:
    table = timetable(routine(Offsets(0)), routine(Offsets(60), "b"))
    begun, missed = carried_out(table, steadily(200), lasts=60 + GRACE - 5)
    assert [(at, run.name) for at, run in begun] == [(0, "a #1"), (60 + GRACE - 5, "b #1")]
    assert missed == []


def test_a_run_that_cannot_begin_because_another_goes_on_is_missed() -> None:
    table = timetable(routine(Offsets(0)), routine(Offsets(60), "b"), routine(Offsets(300), "c"))
    begun, missed = carried_out(table, steadily(400), lasts=120)
    assert [run.name for _, run in begun] == ["a #1", "c #1"]
    assert missed == ["b #1"]


def test_runs_that_may_overlap_do() -> None:
    table = timetable(routine(Offsets(0)), routine(Offsets(60), "b"), overlap=True)
    begun, _ = carried_out(table, steadily(100), lasts=1000)
    assert [at for at, _ in begun] == [0, 60]


def test_an_hour_of_sleep_is_missed_in_one_word_and_made_up_for_never() -> None:
    table = timetable(routine(Offsets(0, 60)))
    looks = [*steadily(100), *((float(at), float(at)) for at in range(3700, 3800))]
    begun, missed = carried_out(table, looks)
    assert [at for at, _ in begun] == [0, 60, 3720, 3780]
    assert missed == ["a #3-#62"]


@pytest.mark.parametrize("step", [-86400.0, 86400.0], ids=["set back by a day", "set forward by a day"])
def test_a_clock_that_is_set_moves_cron_times_alone(step: float) -> None:
    table = timetable(routine(Cron("*/10 * * * *"), "cron"), routine(Offsets(60, 600), "offset"))
    looks = [(at + (step if at > 1000 else 0), float(at)) for at in range(3000)]
    begun, missed = carried_out(table, looks)
    assert [at for at, run in begun if run.routine.name == "offset"] == [60, 660, 1260, 1860, 2460]
    times = [at for at, run in begun if run.routine.name == "cron"]
    assert all(other - one >= 600 - GRACE for one, other in pairwise(times))
    # Back: what was done is not done again. Forward: what was jumped over is not made up for.
    assert len(times) == (1 if step < 0 else 4)
    assert len(missed) == (0 if step < 0 else 1)


@given(
    st.lists(st.integers(1, 3000), min_size=1, max_size=40),
    st.integers(10, 1000),
    st.integers(0, 500),
    st.integers(0, 200),
)
def test_each_run_begins_once_or_is_missed_and_none_early_late_or_over_another(
    steps: list[int], every: int, lasts: int, jitter: int
) -> None:
    at, looks = 0, list[tuple[float, float]]()
    for step in steps:
        at += step
        looks.append((float(at), float(at)))
    table = timetable(routine(Offsets(0, every), jitter=jitter), routine(Offsets(7, 2 * every), "b"))
    begun, missed = carried_out(table, looks, lasts)
    assert all(-1e-6 <= at - (run.due - START) <= GRACE for at, run in begun)
    assert all(other - one >= lasts for (one, _), (other, _) in pairwise(begun))
    for name in ("a", "b"):
        told = [run.number for _, run in begun if run.routine.name == name]
        for spell in (word for word in missed if word.startswith(name)):
            first, _, last = spell.partition("#")[2].partition("-#")
            told += range(int(first), int(last or first) + 1)
        assert sorted(told) == list(range(1, len(told) + 1))
