"""What a snapshot carries beside its readings: counted by the source, exactly, and once where it is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from slotui.core.excused import PolicyException
from slotui.core.policy import DEFAULT_POLICY, Moment, Policy
from slotui.core.standing import moments
from slotui.core.timeline import Counts
from slotui.duration import HOUR, MINUTE
from slotui.source.marked import Marks
from slotui.source.replay import ReplaySource, replay_slo

BEGAN = 1_763_820_000.0


class Counting(ReplaySource):
    """Remembers what it was asked."""

    asked: list[tuple[float, float]]

    async def count(self, slo: str, start: float, end: float) -> Counts | None:
        self.asked.append((start, end))
        return await super().count(slo, start, end)


@pytest.fixture
def source(tmp_path: Path) -> Counting:
    """Two hours of 100 requests a minute; from minute 30 to 40 every one of them fails."""
    rows = [f"{BEGAN + n * MINUTE:.0f},100,{100 if 30 <= n < 40 else 0}" for n in range(120)]
    file = tmp_path / "shop.csv"
    file.write_text("timestamp,total,bad\n" + "\n".join(rows))
    found = Counting(file, replay_slo(file, 0.99, 2 * HOUR))
    found.asked = []
    return found


def works(first: int, last: int) -> PolicyException:
    return PolicyException("maintenance", BEGAN + first * MINUTE, BEGAN + last * MINUTE, "disks", "kim")


def policy(*exceptions: PolicyException) -> Policy:
    return Policy("p", DEFAULT_POLICY.tiers, exceptions)


@pytest.mark.parametrize(
    ("first", "last", "bad"),
    [
        pytest.param(30, 40, 1000, id="the whole outage"),
        pytest.param(35, 60, 500, id="half of it"),
        pytest.param(60, 80, 0, id="an exception in which nothing failed"),
        pytest.param(500, 600, None, id="one that is still to come"),
    ],
)
async def test_an_exception_costs_what_was_counted_inside(
    first: int, last: int, bad: float | None, source: Counting
) -> None:
    snapshot = await Marks(source, source.slos, policy(works(first, last))).put_on(await source.read())
    assert [one.bad for one in snapshot.excused["shop"]] == ([] if bad is None else [bad])


async def test_one_that_is_on_costs_what_it_has_cost_so_far(source: Counting) -> None:
    marks = Marks(source, source.slos, policy(works(30, 60)))
    for minute, bad in ((33, 300), (36, 600), (60, 1000), (90, 1000)):
        shot = await marks.put_on(await source.read(BEGAN + minute * MINUTE))
        (one,) = shot.excused["shop"]
        assert one.bad == bad
    assert source.asked == []  # whole steps are in the history


async def test_a_step_that_a_border_cuts_is_counted_once_it_is_over(source: Counting) -> None:
    marks = Marks(source, source.slos, policy(PolicyException("launch", BEGAN + 1830, BEGAN + 2370, "new", "kim")))
    for minute in (60, 90, 119):
        (one,) = (await marks.put_on(await source.read(BEGAN + minute * MINUTE))).excused["shop"]
        assert one.bad == pytest.approx(900)
    assert source.asked == [(BEGAN + 1830, BEGAN + 1860), (BEGAN + 2340, BEGAN + 2370)]


async def test_the_tier_inside_an_exception_is_found_again_later(source: Counting) -> None:
    """The outage is at its beginning: spread over the whole of it, too little of it would seem excused."""
    marks = Marks(source, source.slos, policy(works(25, 110)))

    async def past(minute: int) -> list[Moment]:
        shot = await marks.put_on(await source.read(BEGAN + minute * MINUTE))
        (slo,) = source.slos
        return moments(slo, shot.readings["shop"], shot.at, shot.excused["shop"])

    for minute in (32, 35, 45, 119):
        assert all(moment.remaining == pytest.approx(1.0) for moment in await past(minute))


async def test_the_counts_since_a_mark(source: Counting) -> None:
    shot = await source.read()
    mark = (await Marks(source, source.slos, DEFAULT_POLICY, BEGAN + 38 * MINUTE).put_on(shot)).mark
    assert mark is not None
    assert mark.counts == {"shop": Counts(8200, 200, 82 * MINUTE)}


async def test_nothing_is_asked_where_nothing_is_marked(source: Counting) -> None:
    shot = await source.read()
    assert await Marks(source, source.slos, DEFAULT_POLICY).put_on(shot) is shot
    assert source.asked == []


async def test_a_mark_that_is_not_past_has_no_counts(source: Counting) -> None:
    shot = await source.read()
    mark = (await Marks(source, source.slos, DEFAULT_POLICY, shot.at).put_on(shot)).mark
    assert mark is not None
    assert mark.counts == {}
