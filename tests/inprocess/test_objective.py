"""Recording, and what a snapshot says of it."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import slotui
from slotui import Objective
from slotui.core.reading import read_timeline
from slotui.core.timeline import Span, Timeline
from slotui.duration import DAY, HOUR, parse
from slotui.errors import UsageError
from slotui.spec.load import load_slos

START = 1_700_000_000.0 // 30 * 30
LAB = Path(__file__).parents[2] / "lab" / "slos"


def test_counts_ratio_and_budget(clock: Any) -> None:
    checkout = Objective("checkout-availability", target=0.999, window="30d", service="checkout", clock=clock)
    checkout.record(good=True)
    checkout.record(good=False)
    checkout.record_many(good=9_989, bad=9)
    snapshot = checkout.snapshot()
    assert (snapshot.eligible, snapshot.good, snapshot.bad) == (10_000, 9_990, 10)
    assert snapshot.success_ratio == 0.999
    assert snapshot.budget_remaining == pytest.approx(0.0)
    assert snapshot.breached is False
    assert snapshot.burn["30d"] == pytest.approx(1.0)
    checkout.record(good=False)
    assert checkout.snapshot().breached is True
    assert snapshot.breached is False, "a snapshot is a value: what is recorded later does not change it"
    with pytest.raises(FrozenInstanceError):
        snapshot.name = "other"  # type: ignore[misc]


def test_without_events_nothing_is_known_and_nothing_fires(clock: Any) -> None:
    snapshot = Objective("quiet", target=0.99, clock=clock).snapshot()
    assert (snapshot.eligible, snapshot.bad, snapshot.firing) == (0, 0, ())
    assert (snapshot.success_ratio, snapshot.budget_remaining, snapshot.breached) == (None, None, None)
    assert set(snapshot.burn.values()) == {None}


@pytest.mark.parametrize(
    ("target", "good", "bad"),
    [pytest.param(0.9, 9, 1, id="9 of 10 at 90 %"), pytest.param(0.999, 999, 1, id="999 of 1000 at 99.9 %")],
)
def test_a_target_that_is_just_met_is_not_breached(target: float, good: int, bad: int) -> None:
    objective = Objective("exact", target=target)
    objective.record_many(good=good, bad=bad)
    assert objective.snapshot().breached is False


def test_five_percent_errors_page_after_seventeen_minutes_on_a_mature_hour(clock: Any) -> None:
    objective = Objective("checkout", target=0.999, clock=clock)
    for _ in range(24 * 360):
        clock.at += 10
        objective.record_many(good=100)
    assert objective.snapshot().firing == ()
    began = clock.at
    while not objective.snapshot().firing:
        clock.at += 10
        objective.record_many(good=95, bad=5)
        assert clock.at < began + 2 * HOUR
    # 14.4 · (1 − t) · 1 h / 5 % is 1037 s; a window that reaches one bucket further back is up to 30/3600 slower.
    assert clock.at - began == pytest.approx(1037, abs=30)
    assert [tier.key for tier in objective.snapshot().firing] == ["page_1h_5m"]


def test_bad_events_roll_off_with_the_window(clock: Any) -> None:
    objective = Objective("weekly", target=0.99, window="7d", clock=clock)
    objective.record_many(good=50, bad=50)
    clock.at += 7 * DAY - 60
    objective.record_many(good=100)
    assert objective.snapshot().bad == 50
    clock.at += 120
    assert (objective.snapshot().eligible, objective.snapshot().bad) == (100, 0)


def test_a_young_service_has_little_coverage(clock: Any) -> None:
    objective = Objective("young", target=0.99, window="7d", clock=clock)
    clock.at += 0.7 * DAY
    objective.record(good=True)
    assert objective.snapshot().coverage == pytest.approx(0.1)
    clock.at += 30 * DAY
    assert objective.snapshot().coverage == 1.0


@given(
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=80),
    st.sampled_from([0.9, 0.99, 0.999]),
)
def test_it_says_what_the_engine_says_of_the_same_counts(events: list[tuple[int, int, int]], target: float) -> None:
    """One span a bucket, read by the core at the end of a bucket: the same burns, budget and alerts."""
    at = START
    objective = Objective("same", target=target, window="7d", clock=lambda: at)
    counts: dict[float, list[int]] = {}
    for pause, good, bad in events:
        at += pause
        objective.record_many(good=good, bad=bad)
        span = counts.setdefault(at // 30 * 30, [0, 0])
        span[0] += good + bad
        span[1] += bad
    at = at // 30 * 30 + 30
    line = Timeline(Span(start, start + 30, *counts[start], 30) for start in sorted(counts))
    reading = read_timeline(objective.slo, line, at)
    snapshot = objective.snapshot()
    assert (snapshot.eligible, snapshot.bad) == (reading.window.eligible, reading.window.bad)
    for window, burn in snapshot.burn.items():
        ratio = reading.windows[int(parse(window))].error_ratio
        assert burn == pytest.approx(None if ratio is None else ratio / (1 - target))
    assert {tier.key for tier in snapshot.firing} == set(reading.firing_since)


def test_memory_stays_as_it_is_however_many_events_there_are(clock: Any) -> None:
    objective = Objective("busy", target=0.999, window="7d", clock=clock)

    def record() -> None:
        for _ in range(20_000):
            clock.at += 1
            objective.record(good=True)

    record()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        record()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 2_000


def test_a_loaded_slo_keeps_its_target_window_and_tiers(clock: Any) -> None:
    slos = {slo.name: slo for slo in load_slos([LAB])}
    objective = Objective.from_slo(slos["checkout-availability"], clock=clock)
    assert (objective.slo.target, objective.slo.window_label) == (0.999, "30d")
    assert objective.slo.service == "checkout"
    assert objective.slo.tiers == slos["checkout-availability"].tiers
    with pytest.raises(UsageError, match=r"counted in .*slices"):
        Objective.from_slo(slos["inventory-freshness"])


def test_a_calendar_budget_starts_over(tmp_path: Path, clock: Any) -> None:
    text = (LAB / "checkout.yaml").read_text()
    rolling = "    - duration: 30d\n      isRolling: true\n"
    calendar = (
        "    - duration: 1M\n      isRolling: false\n"
        "      calendar:\n        startTime: 2023-01-01 00:00:00\n        timeZone: UTC\n"
    )
    assert rolling in text
    (tmp_path / "monthly.yaml").write_text(text.replace(rolling, calendar))
    slo = next(slo for slo in load_slos([tmp_path]) if slo.name == "checkout-availability")
    clock.at = 1_698_796_700.0  # 2023-10-31T23:58:20Z
    objective = Objective.from_slo(slo, clock=clock)
    objective.record_many(good=50, bad=50)
    assert objective.snapshot().bad == 50
    clock.at += 200
    assert (objective.snapshot().eligible, objective.snapshot().burn["5m"]) == (0, pytest.approx(500))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param({"target": 99.9}, "target 99.9 is not between 0 and 1", id="percent for a fraction"),
        pytest.param({"target": 1.0}, "100 % has no budget", id="a target of 100 %"),
        pytest.param({"target": float("nan")}, "not between 0 and 1", id="no number"),
        pytest.param({"target": 0.9, "window": "a month"}, "is not a duration", id="no duration"),
        pytest.param({"target": 0.9, "window": "1m"}, "cannot be counted in buckets of 30s", id="too coarse"),
        pytest.param({"target": 0.9, "resolution": "7s"}, "divides an hour", id="no part of an hour"),
        pytest.param({"target": 0.9, "resolution": "250ms"}, "whole seconds", id="finer than a second"),
    ],
)
def test_what_cannot_be_meant(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        Objective("checkout", **options)
    assert words in str(caught.value)


def test_events_are_whole_and_cannot_be_taken_back() -> None:
    objective = Objective("checkout", target=0.9)
    with pytest.raises(UsageError, match="-1 bad"):
        objective.record_many(good=3, bad=-1)
    with pytest.raises(TypeError, match="integer"):
        objective.record_many(good=1.5)  # type: ignore[arg-type]
    assert objective.snapshot().eligible == 0


def test_importing_slotui_is_light_and_names_are_found_late() -> None:
    code = (
        "import sys, slotui\nbefore = 'slotui.inprocess' in sys.modules\n"
        "from slotui import Objective\nprint(before, *{name.partition('.')[0] for name in sys.modules})"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert said[0] == "False"
    assert not set(said) & {"click", "httpx", "textual", "starlette", "prometheus_client", "sqlite3", "redis", "yaml"}


@pytest.mark.parametrize("name", sorted(slotui._LIBRARY))
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(slotui, name).__name__ == name
    assert name in dir(slotui)


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="Objektive"):
        getattr(slotui, "Objektive")  # noqa: B009 - as Python does it for an import
