"""The cost after the fact: the baseline is taken where nothing was spent, and scrapes are not cut in two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chaos.pricing.quiet import quiet_stretches
from chaos.spend.measure import observed_cost
from slotui.core.entry import Entry
from slotui.core.reading import Snapshot
from slotui.core.timeline import Counts, Span, Timeline


class Tape:
    """A source that counts from a timeline in memory."""

    kind, url, every, stale_after, settle = "replay", "memory", 5.0, 30.0, 11.0

    def __init__(self, *spans: Span) -> None:
        self.line = Timeline(spans)

    async def read(self, at: float | None = None) -> Snapshot:
        return Snapshot(at or 0.0, {})

    async def count(self, slo: str, start: float, end: float) -> Counts | None:
        found = self.line.between(start, end)
        return found if slo == "availability" and found.measured > 0 else None

    async def close(self) -> None:
        return


def entry(started: float, ended: float | None) -> Entry:
    return replace(Entry("x", "experiment", ("availability",), "", "", "", started), ended=ended)


def scrapes(bad_from: float, bad_to: float, usual: float, rate: float, until: float) -> list[Span]:
    """10 requests a second, seen every 5 s, from second 0 on; `rate` fail during the fault."""

    def bad(start: float, end: float) -> float:
        hit = max(0.0, min(end, bad_to) - max(start, bad_from))
        return 10 * (hit * rate + (end - start) * usual)

    return [Span(at, at + 5, 50, bad(at, at + 5), 5) for at in range(0, int(until), 5)]


async def test_the_baseline_is_taken_off_and_scrapes_at_the_edges_count_whole() -> None:
    # 120 s of 20 % from 1002.5 on: in the middle of a scrape, at both ends.
    source = Tape(*scrapes(1002.5, 1122.5, usual=0.01, rate=0.2, until=1200))
    cost = await observed_cost(source, ["availability", "unmeasured"], 1002.5, 1122.5, ())
    assert cost == {"availability": pytest.approx(240)}


async def test_an_earlier_experiment_is_not_taken_for_the_ordinary() -> None:
    spans = [
        span._replace(bad=25.0) if 700 <= span.start < 900 else span
        for span in scrapes(1000, 1060, usual=0.0, rate=0.5, until=1200)
    ]
    source = Tape(*spans)
    assert (await observed_cost(source, ["availability"], 1000, 1060, ()))["availability"] < 200
    known = await observed_cost(source, ["availability"], 1000, 1060, (entry(700, 900),))
    assert known == {"availability": pytest.approx(300)}


async def test_the_margin_gives_way_to_an_experiment_just_before() -> None:
    spans = [
        span._replace(bad=25.0) if 940 <= span.start < 990 else span
        for span in scrapes(1000, 1060, usual=0.0, rate=0.5, until=1200)
    ]
    cost = await observed_cost(Tape(*spans), ["availability"], 1000, 1060, (entry(940, 988),))
    assert cost == {"availability": pytest.approx(300)}


async def test_a_time_in_which_nobody_looked_is_counted_whole() -> None:
    seen = scrapes(1000, 1060, usual=0.0, rate=0.5, until=1030)
    blind = Span(1030, 1130, 1000, 150, 100)  # the first look after the controller died
    source = Tape(*seen, blind)
    assert (await observed_cost(source, ["availability"], 1000, 1060, ()))["availability"] < 250
    cost = await observed_cost(source, ["availability"], 1000, 1060, (), until=1135)
    assert cost == {"availability": pytest.approx(300)}


async def test_without_a_baseline_all_bad_events_count() -> None:
    source = Tape(*[Span(at, at + 5, 50, 5, 5) for at in range(1000, 1100, 5)])
    assert await observed_cost(source, ["availability"], 1000, 1050, ()) == {"availability": pytest.approx(61)}


@pytest.mark.parametrize(
    ("entries", "stretches"),
    [
        pytest.param((), [(9400, 10000)], id="the ten minutes before"),
        pytest.param((entry(9500, 9700),), [(9711, 10000), (9189, 9500)], id="around an experiment in the middle"),
        pytest.param((entry(9000, None),), [(8400, 9000)], id="before one that nobody closed"),
        pytest.param((entry(9500, 9960),), [(8900, 9500)], id="a piece under a minute is too short to trust"),
        pytest.param((entry(1000, 9990),), [], id="nothing quiet in two hours"),
        pytest.param((entry(9700, 9800), entry(9750, 9790)), [(9811, 10000), (9289, 9700)], id="one inside another"),
    ],
)
def test_quiet_stretches(entries: tuple[Entry, ...], stretches: list[tuple[float, float]]) -> None:
    assert list(quiet_stretches(10000, entries, settle=11)) == stretches
