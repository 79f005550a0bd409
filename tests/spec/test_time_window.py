"""Calendar windows as documents write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from slotui.core.window import Calendar
from slotui.duration import DAY, WEEK
from slotui.spec.load import load_slos

Problems = Callable[[str], list[str]]
ROLLING = "    - duration: 30d\n      isRolling: true\n"


def calendar(duration: str, start: str, zone: str = "America/New_York", rolling: str = "false") -> str:
    return (
        f"    - duration: {duration}\n      isRolling: {rolling}\n"
        f"      calendar:\n        startTime: {start}\n        timeZone: {zone}\n"
    )


@pytest.mark.parametrize(
    ("written", "seconds", "expected"),
    [
        pytest.param(calendar("1w", "2022-01-01 12:00:00"), WEEK,
                     Calendar(1, "w", datetime(2022, 1, 1, 12), "America/New_York"), id="a naive time that YAML reads"),
        pytest.param(calendar("1M", "'2022-01-31 00:00:00'", "UTC"), 30 * DAY,
                     Calendar(1, "M", datetime(2022, 1, 31), "UTC"), id="a quoted time is text"),
        pytest.param(calendar("1Q", "2022-01-01"), 91 * DAY,
                     Calendar(1, "Q", datetime(2022, 1, 1), "America/New_York"), id="a bare date"),
        pytest.param(calendar("1Y", "'2022-01-01T05:00:00+00:00'"), 365 * DAY,
                     Calendar(1, "Y", datetime(2022, 1, 1), "America/New_York"), id="an offset means the instant"),
    ],
)  # fmt: skip
def test_calendar_windows(written: str, seconds: int, expected: Calendar, slo_text: str, tmp_path: Path) -> None:
    (tmp_path / "slo.yaml").write_text(slo_text.replace(ROLLING, written))
    (slo,) = load_slos([tmp_path])
    assert (slo.window, slo.calendar) == (seconds, expected)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        pytest.param(calendar("1m", "2022-01-01"), "14:17 a window of 1m is too short for a budget | m is minutes: did you "
                     "mean 1M, or 30d where it rolls?", id="1m for a month"),
        pytest.param(calendar("1M", "2022-01-01", "Europe/Berln"), "18:19 'Europe/Berln' is not a time zone | did you mean "
                     "Europe/Berlin?", id="a zone that is none names the nearest"),
        pytest.param(calendar("1M", "soon"), "17:20 'soon' is not a time | write `startTime: 2024-01-01 00:00:00`, the start"
                     " of any period", id="words for a time"),
        pytest.param(calendar("30d", "2022-01-01", rolling="true"), "17:9 a rolling window has no calendar | take it out, or"
                     " write isRolling: false", id="rolling and a calendar"),
        pytest.param("    - duration: 1M\n      calendar: {startTime: 2022-01-01}\n", "15:17 a calendar without a time zone | "
                     "add `timeZone: Europe/Berlin`, or UTC", id="no time zone"),
        pytest.param("    - duration: 1M\n      calendar: {timeZone: UTC}\n", "15:17 a calendar without a start | write "
                     "`startTime: 2024-01-01 00:00:00`, the start of any period", id="no start"),
        pytest.param(2 * ROLLING, "14:5 2 time windows | OpenSLO v1 wants exactly one", id="two windows"),
        pytest.param("    - duration: 0d\n      isRolling: true\n", "14:17 '0d' is not a duration in OpenSLO | write a number"
                     " and a unit: 28d, 4w, 1M", id="nothing"),
    ],
)  # fmt: skip
def test_windows_that_are_none(written: str, problem: str, slo_text: str, problems: Problems) -> None:
    assert problems(slo_text.replace(ROLLING, written)) == [problem]
