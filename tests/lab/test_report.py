from __future__ import annotations

from dataclasses import replace

import pytest
from prometheus_client import generate_latest

from lab.report import Traffic, lines_of, read
from lab.traffic.tally import TrafficMetrics

CALM = Traffic(199.4, 200, 1.0, sent=12_000, bad=3, late=1, max_late_seconds=0.112, overdue=0, in_flight=0)


def test_what_the_generator_exports_is_what_people_read() -> None:
    metrics = TrafficMetrics()
    metrics.achieved_rate.set(196.2)
    metrics.target_rate.set(200)
    metrics.achieved.set(0.981)
    metrics.sent.labels("false").inc(9800)
    metrics.sent.labels("true").inc(10)
    metrics.answers.labels("2xx").inc(9805)
    metrics.answers.labels("timeout").inc(5)
    metrics.late.inc(40)
    metrics.max_lateness.set(4.5)
    metrics.dropped.labels("overdue").inc(190)
    found = read(generate_latest(metrics.registry).decode())
    assert found == Traffic(196.2, 200, 0.981, 9810, 5, 40, 4.5, overdue=190, in_flight=0)
    assert found.dropped == 190


def test_a_generator_that_has_just_begun_missed_nothing() -> None:
    assert read(generate_latest(TrafficMetrics().registry).decode()).warning is None


def test_the_line_has_rate_counts_and_lateness() -> None:
    assert CALM.line == ("199.4 of 200.0 requests/s, 12,000 sent, 3 bad, 1 late (the latest by 112 ms), 0 dropped")


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        pytest.param({}, None, id="all of it: nothing to say"),
        pytest.param({"achieved": 0.99}, None, id="99 percent is enough"),
        pytest.param(
            {"achieved": 0.981, "overdue": 190},
            "achieved 98.1 % of 200 requests/s: the machine is too busy, this exercise's numbers are low",
            id="less, for want of a faster machine",
        ),
        pytest.param(
            {"achieved": 0.5, "in_flight": 6000},
            "achieved 50.0 % of 200 requests/s: too many requests wait for an answer, this exercise's numbers are low",
            id="less, for want of answers",
        ),
    ],
)
def test_below_99_percent_it_says_so_and_why(changes: dict[str, float], warning: str | None) -> None:
    assert replace(CALM, **changes).warning == warning  # type: ignore[arg-type]


def test_silence_is_said() -> None:
    assert lines_of(None) == ["traffic does not answer"]
