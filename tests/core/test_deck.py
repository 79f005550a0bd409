"""The deck: time goes on at its speed, and nothing that is done to it makes the position jump."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.core.deck import SPEEDS, Deck

DECK = Deck(start=1000, end=4600, position=1000, speed=60)
TURNS = [Deck.faster, Deck.slower, Deck.paused]


def test_it_comes_to_the_end_and_stays_there() -> None:
    deck = DECK.played(0)
    assert [deck.at(now) for now in (0, 30, 60, 600)] == [1000, 2800, 4600, 4600]
    assert [deck.over(now) for now in (59, 60)] == [False, True]
    assert not deck.playing(60)


def test_from_the_end_it_starts_over() -> None:
    assert DECK.moved(4600, 0).played(7).at(8) == 1060


def test_a_paused_deck_is_moved_and_stays_paused() -> None:
    assert DECK.moved(2000, 5).at(500) == 2000


@pytest.mark.parametrize(
    ("to", "where"), [pytest.param(0, 1000, id="before the start"), pytest.param(9999, 4600, id="after the end")]
)
def test_it_cannot_be_moved_out(to: float, where: float) -> None:
    assert DECK.moved(to, 0).at(0) == where


@given(st.lists(st.tuples(st.floats(0, 5), st.sampled_from(TURNS)), max_size=12))
def test_no_turn_moves_it_at_the_moment_it_is_made(turns: list[tuple[float, object]]) -> None:
    deck, now = DECK.played(0), 0.0
    for wait, turn in turns:
        now += wait
        before = deck.at(now)
        deck = turn(deck, now)  # type: ignore[operator]
        assert deck.at(now) == before


def test_speeds_end_at_both_ends() -> None:
    fast = slow = DECK
    for _ in SPEEDS:
        fast, slow = fast.faster(0), slow.slower(0)
    assert (slow.speed, fast.speed) == (1, 10_000)
