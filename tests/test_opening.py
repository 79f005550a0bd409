"""A feed that is being opened: what it says of itself before, and that it is the opened one after."""

from __future__ import annotations

import asyncio
import math
import threading

import pytest

from slotui.aside import aside, busy
from slotui.core.policy import DEFAULT_POLICY
from slotui.core.reading import Snapshot
from slotui.errors import SpecError, UsageError
from slotui.opening import Opening
from slotui.watch import Feed


class Empty:
    """A source without an SLO."""

    kind = "prometheus"
    url = "http://127.0.0.1:9090"
    every = 15.0
    stale_after = 90.0
    settle = 1.0
    closed = False

    async def read(self, _at=None):
        return Snapshot(1000.0, {})

    async def close(self):
        self.closed = True


@pytest.fixture
def source() -> Empty:
    return Empty()


@pytest.fixture
def opening(source: Empty) -> Opening:
    return Opening(lambda: Feed(source, (), DEFAULT_POLICY), "prometheus", "http://named", 5.0)


async def first_board(opening: Opening) -> None:
    boards = opening.boards()
    await anext(boards)
    await boards.aclose()


def test_before_it_is_open_it_says_what_was_named_and_nothing_is_old(opening: Opening) -> None:
    assert (opening.source.kind, opening.source.url, opening.source.stale_after) == (
        "prometheus",
        "http://named",
        math.inf,
    )
    opening.refresh_now()
    assert opening.every == 5.0


async def test_once_open_it_is_as_the_feed(opening: Opening, source: Empty) -> None:
    await first_board(opening)
    assert opening.source is source
    assert opening.every == 15.0
    opening.every = 30.0
    assert opening.every == 30.0
    await opening.close()
    assert source.closed


async def test_the_pace_that_was_set_meanwhile_holds_on(opening: Opening) -> None:
    opening.every = 2.0
    assert opening.every == 2.0
    await first_board(opening)
    assert opening.every == 2.0


async def test_what_cannot_be_opened_says_so_and_closing_it_is_nothing() -> None:
    def refuse() -> Feed:
        raise UsageError("no such thing", fix="name another")

    opening = Opening(refuse, "scrape", "http://named", 5.0)
    with pytest.raises(UsageError, match="no such thing"):
        await first_board(opening)
    await opening.close()


async def test_what_is_done_aside_is_answered_with_its_result_or_its_error() -> None:
    here = threading.get_ident()
    assert await aside(threading.get_ident) != here

    def fail() -> None:
        raise SpecError([])

    with pytest.raises(SpecError):
        await aside(fail)


def test_nobody_waits_for_what_was_begun_when_the_loop_ends() -> None:
    go_on, gone_on = threading.Event(), threading.Event()

    def slow() -> None:
        go_on.wait(20)
        gone_on.set()

    async def leave() -> None:
        waiting = asyncio.ensure_future(aside(slow))
        await asyncio.sleep(0)
        waiting.cancel()

    asyncio.run(leave())
    assert busy()
    go_on.set()
    assert gone_on.wait(20)
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.daemon and thread.name == "slotui-aside":
            thread.join(20)
    assert not busy()
