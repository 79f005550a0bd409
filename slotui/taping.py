"""Recording a feed: what its source answers, refresh by refresh, until it is enough."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from slotui.clock import Clock, now
from slotui.core.reading import Snapshot
from slotui.errors import SourceError
from slotui.source.recording.form import FORMAT, SCHEMA, Frame, Head
from slotui.source.recording.writer import Recorder
from slotui.watch import Feed


def head_of(feed: Feed) -> Head:
    """What is to be known of a feed to read its recording alone."""
    source = feed.source
    return Head(
        schema=f"{SCHEMA}{FORMAT}",
        kind=source.kind,
        url=source.url,
        every=feed.every,
        stale_after=source.stale_after,
        slos=feed.slos,
        policy=feed.policy,
    )


async def tape(
    feed: Feed,
    path: Path,
    *,
    seconds: float | None,
    stop: asyncio.Event,
    told: Callable[[Recorder, Snapshot], None],
    force: bool = False,
    clock: Clock = now,
) -> Recorder:
    """Write a refresh each `feed.every` seconds to `path`, for so many `seconds` or until `stop` is set.

    `told` hears of each. A refresh without an answer is written as what was known before, and why there is nothing
    newer. Raises `SourceError` when the first gives none: then there is no file; `UsageError` and `StoreError`
    as `Recorder` does.
    """
    started = clock()
    before = await feed.snapshot()
    with Recorder(path, head_of(feed), force=force) as recorder:
        _write(recorder, feed, before, told)
        while not stop.is_set() and (left := _left(started, seconds, clock())) > 0:
            pause = feed.every - (clock() - started) % feed.every
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), min(pause, left))
            if stop.is_set() or pause > left:
                break
            snapshot = await _answer(feed, before, clock)
            if snapshot.at > before.at:
                _write(recorder, feed, snapshot, told)
                before = snapshot
    return recorder


def _left(started: float, seconds: float | None, at: float) -> float:
    return float("inf") if seconds is None else started + seconds - at


async def _answer(feed: Feed, before: Snapshot, clock: Clock) -> Snapshot:
    try:
        return await feed.snapshot()
    except SourceError as error:
        return replace(before, at=clock(), problem=error.what)


def _write(recorder: Recorder, feed: Feed, snapshot: Snapshot, told: Callable[[Recorder, Snapshot], None]) -> None:
    recorder.add(Frame(snapshot, feed.entries()))
    told(recorder, snapshot)
