"""The drill's clock: as fast as asked, and standing while it is stopped."""

from __future__ import annotations

from lab.drills.clock import DrillClock


class Steady:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_it_stands_until_it_is_started_and_runs_at_its_speed() -> None:
    steady = Steady()
    clock = DrillClock(60, steady)
    steady.at += 5
    assert (clock.elapsed(), clock.runs) == (0, False)
    clock.start()
    steady.at += 2
    assert (clock.elapsed(), clock.runs) == (120, True)


def test_a_pause_takes_no_time() -> None:
    steady = Steady()
    clock = DrillClock(10, steady)
    clock.start()
    steady.at += 3
    clock.stop()
    steady.at += 1000
    clock.start()
    clock.start()
    steady.at += 1
    assert clock.elapsed() == 40


def test_it_leaps_on_and_never_back() -> None:
    steady = Steady()
    clock = DrillClock(1, steady)
    clock.leap(30)
    assert (clock.elapsed(), clock.runs) == (30, False)
    clock.start()
    clock.leap(10)
    steady.at += 5
    assert (clock.elapsed(), clock.runs) == (35, True)
