from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lab.chronicle import LAST_RELEASE, Chronicle, chronicle
from slotui.duration import DAY, MINUTE

END = 1_790_000_100.0


def month(end: float = END, seed: int = 0) -> Chronicle:
    return chronicle(end - 30 * DAY, end, seed)


ends = st.integers(1_700_000_000 // 60, 1_900_000_000 // 60).map(lambda minute: minute * 60.0)


@given(ends, st.integers(0, 10**6))
def test_something_is_released_every_working_day_or_two_while_people_are_there(end: float, seed: int) -> None:
    releases = month(end, seed).releases
    dates = [datetime.fromtimestamp(release.at, UTC) for release in releases]
    assert 12 <= len(releases) <= 23
    assert all(date.isoweekday() <= 5 and 8 <= date.hour < 15 for date in dates)
    assert all((later - sooner).days <= 4 for sooner, later in pairwise(dates))
    assert all(release.at <= end - LAST_RELEASE for release in releases)
    assert [release.version for release in releases] == [f"checkout {date:%Y.%m.%d}" for date in dates]


@given(ends, st.integers(0, 10**6))
def test_one_release_is_bad_and_out_of_every_alerts_window_by_now(end: float, seed: int) -> None:
    found = month(end, seed)
    bad = found.troubles[2]
    assert end - 9.5 * DAY <= bad.start < end - 4 * DAY
    assert bad.start in [release.at for release in found.releases]


def test_two_pasts_agree_about_every_release_of_the_days_they_share() -> None:
    one, other = month(seed=1), month(END + 5 * DAY, seed=2)
    shared = [release for release in one.releases if release.at >= END + 5 * DAY - 30 * DAY]
    assert [(r.at, r.version) for r in shared] == [(r.at, r.version) for r in other.releases if r.at <= shared[-1].at]


def test_most_releases_leave_a_trace_and_none_a_large_one() -> None:
    traces = [release.trace for seed in range(20) for release in month(seed=seed).releases]
    left = [trace for trace in traces if trace is not None]
    assert 0.6 * len(traces) < len(left) < len(traces)
    assert all(trace.end - trace.start <= 3 * MINUTE and trace.to_ratio <= 0.01 for trace in left)


def test_the_same_seed_tells_the_same_story_and_another_one_another() -> None:
    assert month() == month()
    assert month().troubles != month(seed=1).troubles
