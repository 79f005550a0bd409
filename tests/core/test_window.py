"""Calendar periods: months of any length, days of 23 and 25 hours, anchors on the 31st."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.core.window import Calendar, Unit
from slotui.duration import DAY, HOUR


def utc(*parts: int) -> float:
    return datetime(*parts, tzinfo=UTC).timestamp()  # type: ignore[arg-type]


def walls(calendar: Calendar, at: float) -> list[str]:
    zone = ZoneInfo(calendar.zone)
    return [f"{datetime.fromtimestamp(border, zone):%Y-%m-%d %H:%M}" for border in calendar.period(at)]


@pytest.mark.parametrize(
    ("count", "unit", "anchor", "zone", "at", "period"),
    [
        pytest.param(1, "M", datetime(2022, 1, 1), "UTC", utc(2024, 2, 10), ["2024-02-01 00:00", "2024-03-01 00:00"],
                     id="February of a leap year"),
        pytest.param(1, "M", datetime(2022, 1, 31), "UTC", utc(2023, 3, 1), ["2023-02-28 00:00", "2023-03-31 00:00"],
                     id="an anchor on the 31st ends short months on their last day, and the long ones on the 31st again"),
        pytest.param(1, "Q", datetime(2022, 1, 1), "UTC", utc(2024, 5, 5), ["2024-04-01 00:00", "2024-07-01 00:00"],
                     id="a quarter"),
        pytest.param(1, "Y", datetime(2022, 7, 1), "UTC", utc(2024, 5, 5), ["2023-07-01 00:00", "2024-07-01 00:00"],
                     id="a fiscal year from July on"),
        pytest.param(2, "M", datetime(2022, 1, 1), "UTC", utc(2024, 2, 10), ["2024-01-01 00:00", "2024-03-01 00:00"],
                     id="two months"),
        pytest.param(1, "w", datetime(2022, 1, 1, 12), "America/New_York", utc(2022, 1, 8, 16, 59),
                     ["2022-01-01 12:00", "2022-01-08 12:00"], id="a week in New York, a minute before its end"),
        pytest.param(1, "M", datetime(2024, 5, 1), "Asia/Kolkata", utc(2024, 4, 30, 18, 31),
                     ["2024-05-01 00:00", "2024-06-01 00:00"], id="May begins in India while April goes on in UTC"),
        pytest.param(1, "M", datetime(2024, 5, 1), "UTC", utc(2022, 12, 31), ["2022-12-01 00:00", "2023-01-01 00:00"],
                     id="before the anchor"),
    ],
)  # fmt: skip
def test_periods(count: int, unit: Unit, anchor: datetime, zone: str, at: float, period: list[str]) -> None:
    assert walls(Calendar(count, unit, anchor, zone), at) == period


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param(datetime(2024, 3, 31), 23, id="the spring day has 23 hours"),
        pytest.param(datetime(2024, 10, 27), 25, id="the autumn day has 25 hours"),
        pytest.param(datetime(2024, 6, 1), 24, id="any other day has 24"),
    ],
)
def test_days_are_as_long_as_the_clocks_say(day: datetime, hours: int) -> None:
    berlin = Calendar(1, "d", datetime(2024, 1, 1), "Europe/Berlin")
    noon = day.replace(hour=12, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
    assert berlin.period(noon).length == hours * HOUR


def test_an_instant_on_the_border_belongs_to_the_period_that_it_ends() -> None:
    month = Calendar(1, "M", datetime(2024, 1, 1))
    assert month.period(utc(2024, 3, 1)).end == utc(2024, 3, 1)
    assert month.period(utc(2024, 3, 1) + 1).start == utc(2024, 3, 1)


@given(
    count=st.integers(1, 5),
    unit=st.sampled_from(["h", "d", "w", "M", "Q", "Y"]),
    anchor=st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]),
    at=st.floats(utc(2001, 1, 1), utc(2035, 1, 1)),
)
def test_periods_follow_one_another_without_a_gap(
    count: int, unit: Unit, anchor: datetime, zone: str, at: float
) -> None:
    calendar = Calendar(count, unit, anchor, zone)
    period = calendar.period(at)
    assert period.start < at <= period.end
    assert calendar.period(period.start).end == period.start
    assert calendar.period(period.end + 1e-3).start == period.end
    assert period.length <= count * 367 * DAY


def test_labels_are_how_people_say_it() -> None:
    assert Calendar(1, "M", datetime(2024, 1, 1)).label == "month"
    assert Calendar(2, "w", datetime(2024, 1, 1)).label == "2 weeks"
