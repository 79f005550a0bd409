"""Recording a feed: what its source answers, and that it does not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from slotui.core.policy import DEFAULT_POLICY
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.duration import DAY
from slotui.errors import SourceError, UsageError
from slotui.source.base import Source
from slotui.source.recording.source import RecordingSource
from slotui.taping import tape
from slotui.watch import Feed

SHOP = Slo("shop", "shop", 0.999, DAY, EventSli(Selector("all"), Selector("good")))


class Counting:
    """A source that counts a hundred events a look, and hangs when it is told to."""

    kind, url, every, stale_after, settle = "scrape", "http://shop/metrics", 0.01, 30.0, 0.0

    def __init__(self, *hangs: int) -> None:
        self.looks = 0
        self.hangs = hangs

    async def read(self, _at: float | None = None) -> Snapshot:
        self.looks += 1
        if self.looks in self.hangs:
            raise SourceError("it hangs")
        line = Timeline(Span(60.0 * i, 60.0 * (i + 1), 100, i % 2, 60) for i in range(10 + self.looks))
        at = 60.0 * (10 + self.looks)
        return Snapshot(at, {"shop": read_timeline(SHOP, line, at)})


def feed(source: Counting) -> Feed:
    as_source: Source = source  # type: ignore[assignment]
    return Feed(as_source, [SHOP], DEFAULT_POLICY)


async def record(source: Counting, path: Path, refreshes: int) -> RecordingSource:
    stop = asyncio.Event()
    clock = iter(range(0, 100_000, 7))  # later than anything that was counted

    def told(recorder: object, _snapshot: Snapshot) -> None:
        if recorder.refreshes == refreshes:  # type: ignore[attr-defined]
            stop.set()

    await tape(feed(source), path, seconds=None, stop=stop, told=told, clock=lambda: next(clock) + 700.0)
    return RecordingSource(path)


async def test_a_recording_plays_what_the_source_said(tmp_path: Path) -> None:
    source = await record(Counting(), tmp_path / "a.slr", 4)
    assert source.instants == [660, 720, 780, 840]
    assert [(await source.read(at)).readings["shop"].window.eligible for at in source.instants] == [
        1100,
        1200,
        1300,
        1400,
    ]
    assert (source.slos, source.policy) == ((SHOP,), DEFAULT_POLICY)


async def test_a_refresh_without_an_answer_is_recorded_as_one(tmp_path: Path) -> None:
    source = await record(Counting(3), tmp_path / "a.slr", 3)
    last = await source.read()
    assert last.problem == "it hangs"
    assert last.readings == (await source.read(source.instants[1])).readings
    board = await Feed(source, source.slos, source.policy).board()
    assert (board.source.state, board.source.error) == ("stale", "it hangs")


def test_a_source_that_never_answers_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="it hangs"):
        asyncio.run(record(Counting(1), tmp_path / "a.slr", 3))
    assert list(tmp_path.iterdir()) == []


async def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.slr").write_text("precious")
    with pytest.raises(UsageError, match="is there already"):
        await record(Counting(), tmp_path / "a.slr", 3)
    assert (tmp_path / "a.slr").read_text() == "precious"
