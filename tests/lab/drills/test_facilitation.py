"""The facilitator's side: all of the tape, the answer too, and orders that can be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.drills.archive import About, Archive
from lab.drills.facilitation import Facilitation
from lab.drills.load import shipped
from lab.drills.orders import Order, Orders
from lab.drills.record import Sample
from lab.drills.tape import Event
from lab.supervisor import SLOS
from slotui.errors import UsageError
from slotui.spec.load import load_slos


class Running:
    """A drill in a folder, as another process writes it."""

    def __init__(self, folder: Path) -> None:
        self.archive = Archive(folder)
        about = About("lunch-1", "tuesday-lunch", "kim", "", 1e9, 2e9, "virtual", 60.0, "c0ffee", "salt")
        self.archive.open(about, shipped()["tuesday-lunch"].read_bytes())
        self.archive.write(Event(0.0, "started", "machine"))
        self.lives = True
        self.desk = Facilitation(self.archive, load_slos([SLOS]), "ana", lambda: self.lives)
        self.orders = Orders(folder)


@pytest.fixture
def running(tmp_path: Path) -> Running:
    found = Running(tmp_path)
    yield found  # type: ignore[misc]
    found.archive.close()


def test_it_sees_what_the_player_does_not(running: Running) -> None:
    running.archive.write(Event(180.0, "fault-on", "machine", choice="processor-outage"))
    running.archive.write(Event(200.0, "acknowledge", "kim", "checkout-availability"))
    running.archive.sample(Sample(240.0, {}, {}))
    view = running.desk.view()
    assert [(one.kind, one.text) for one in view.happenings] == [
        ("notice", "the drill begins"),
        ("hidden", "processor-outage begins"),
        ("act", "acknowledged checkout-availability"),
    ]
    assert "fast burn" in view.teaches
    assert (view.state, view.elapsed, view.player, view.speed) == ("on", 240.0, "kim", 60.0)
    assert [(hint.number, hint.given) for hint in view.hints] == [(1, False), (2, False), (3, False), (4, False)]


@pytest.mark.parametrize(
    ("typed", "order"),
    [
        pytest.param("hint 2", Order("hint", "ana", 2), id="a hint"),
        pytest.param("say support: it is worse: much", Order("message", "ana", sender="support", text="it is worse: much"),
                     id="a message"),
        pytest.param(" pause ", Order("pause", "ana"), id="a pause"),
        pytest.param("resume", Order("resume", "ana"), id="going on"),
        pytest.param("abort the phone rang", Order("abort", "ana", text="the phone rang"), id="an end, and why"),
    ],
)  # fmt: skip
def test_what_is_typed_reaches_the_drill(running: Running, typed: str, order: Order) -> None:
    assert running.desk.order(typed)
    assert running.orders.new() == (order,)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param("dance", "is no order", id="no verb"),
        pytest.param("hint", "no hint", id="no number"),
        pytest.param("hint 5", "no hint 5", id="a number too high"),
        pytest.param("hint two", "no hint two", id="a number in words"),
        pytest.param("say it is worse", "who says what", id="nobody says it"),
        pytest.param("say support:", "who says what", id="nothing is said"),
    ],
)
def test_what_cannot_be_meant_is_refused(running: Running, typed: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        running.desk.order(typed)
    assert running.orders.new() == ()


def test_a_hint_is_given_once(running: Running) -> None:
    running.archive.write(Event(9.0, "hint", "ana", choice="1", text="look", cost=3))
    assert running.desk.view().hints[0].given
    with pytest.raises(UsageError, match="already"):
        running.desk.order("hint 1")


def test_a_pause_shows_until_it_goes_on(running: Running) -> None:
    running.archive.write(Event(9.0, "paused", "ana"))
    assert running.desk.view().state == "paused"
    running.archive.write(Event(9.0, "resumed", "ana"))
    assert running.desk.view().state == "on"


def test_a_drill_that_ended_takes_no_orders(running: Running) -> None:
    running.archive.write(Event(9.0, "ended", "machine", choice="time"))
    assert running.desk.view().state == "over"
    running.lives = False
    with pytest.raises(UsageError, match="does not run"):
        running.desk.order("pause")


def test_a_drill_that_was_killed_is_over_and_says_so(running: Running) -> None:
    running.lives = False
    view = running.desk.view()
    assert (view.state, view.ended) == ("over", "its process ended without a word")
