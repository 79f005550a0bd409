"""The past: the board at an instant is the same, whichever way one came to it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slotui.core.board import Board
from slotui.core.deck import Deck
from slotui.core.entry import Entry
from slotui.core.policy import DEFAULT_POLICY
from slotui.duration import DAY, HOUR
from slotui.playback import Playback
from slotui.source.replay import ReplaySource, replay_slo

START = 1_763_769_600.0
ROWS = 600
FAULT = Entry("e1", "drill", ("shop",), "ana", "", "5% errors", START + 3600, ended=START + 7200,
              injected=90, observed={"shop": 100.0}, ending="expired")  # fmt: skip


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> ReplaySource:
    file = tmp_path_factory.mktemp("past") / "shop.csv"
    rows = [f"{START + 60 * i:.0f},{900 + i % 7},{60 if 200 < i < 250 else i % 3}" for i in range(ROWS)]
    file.write_text("\n".join(["timestamp,total,bad", *rows]))
    return ReplaySource(file, replay_slo(file, 0.999, DAY))


class Time:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def playback(source: ReplaySource, time: Time, **options: object) -> Playback:
    return Playback(source, source.slos, DEFAULT_POLICY, entries=lambda: (FAULT,), clock=time, **options)  # type: ignore[arg-type]


MOVES = st.one_of(
    st.tuples(st.just("play"), st.floats(0, 40)),
    st.tuples(st.just("step"), st.sampled_from([-10, -1, 1, 10])),
    st.tuples(st.just("seek"), st.floats(0, 1)),
    st.tuples(st.just("turn"), st.sampled_from([Deck.faster, Deck.slower, Deck.played, Deck.paused])),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(MOVES, min_size=1, max_size=8))
def test_the_board_at_an_instant_is_the_same_whichever_way_one_came(source: ReplaySource, moves: list) -> None:  # type: ignore[type-arg]
    time = Time()
    feed = playback(source, time)

    async def walk() -> Board:
        for kind, much in moves:
            if kind == "play":
                time.now += much
            elif kind == "step":
                feed.step(much)
            elif kind == "seek":
                to = START + much * 60 * ROWS
                feed.turn(lambda deck, now, to=to: deck.moved(to, now))
            else:
                feed.turn(much)
            board = await feed.board(feed.instant)
        return board

    found = asyncio.run(walk())
    straight = asyncio.run(playback(source, Time()).board(found.at))
    assert found == straight
    assert found.at in source.instants


def test_the_clock_decides_and_instants_in_between_are_passed_over(source: ReplaySource) -> None:
    time = Time()
    feed = playback(source, time, speed=3600)

    async def watch() -> list[float]:
        seen = []
        async for board in feed.boards():
            seen.append(board.at - START)
            time.now += 1
            if board.at == source.instants[-1]:
                return seen
        return seen

    assert asyncio.run(watch()) == [60 + HOUR * hour for hour in range(10)] + [60 * ROWS]


def test_nothing_of_the_future_is_in_a_ledger_of_the_past(source: ReplaySource) -> None:
    feed = playback(source, Time())

    def at(seconds: float) -> tuple[Entry, ...]:
        return asyncio.run(feed.board(START + seconds)).entries

    assert at(3599) == ()
    assert at(7199) == (replace(FAULT, ended=None, injected=None, observed={}, ending=None),)
    assert at(7200) == (FAULT,)


def test_a_step_stands_still_where_it_comes_to(source: ReplaySource) -> None:
    time = Time()
    feed = playback(source, time, at=START + 3600)
    feed.step(1)
    time.now += 500
    assert (feed.instant - START, feed.deck.since) == (3660, None)
    feed.step(-10)
    assert feed.instant - START == 3060
    feed.step(-1000)
    assert feed.instant == source.instants[0]
