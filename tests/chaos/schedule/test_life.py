"""The life of a timetable, with runs that end as a test says: what begins, what is skipped, what it comes to."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from chaos.pricing.plan import Plan
from chaos.pricing.price import Price
from chaos.schedule.child import Child
from chaos.schedule.life import Life
from chaos.schedule.timetable import Offsets, Routine, Run, Timetable
from chaos.spend.order import Order
from chaos.spend.progress import Talk
from chaos.spend.quote import Quote
from slotui.clock import now
from slotui.core.blackout import Blackout, Once, Opening
from slotui.core.entry import Entry, Estimate
from slotui.errors import SourceError, StoppedByPerson
from slotui.ledger.store import Ledger

ORDER = Order(faults=({"kind": "error", "rate": 0.05},), seconds=60, route=None, method=None)
FIRST, SECOND = (Routine(name, Offsets(at), ORDER, {}) for name, at in (("first", 0), ("second", 0.05)))
OPEN = Blackout("sale", Once(Opening(0, 4e9)))


@dataclass
class Scripted:
    """A run that ends with a code; one without goes on until it is stopped."""

    code: int | None
    asked: int = 0

    def exit_code(self) -> int | None:
        return self.code

    def stop(self) -> None:
        self.asked += 1
        self.code = 5


@dataclass
class Stage:
    """A timetable's surroundings: what runs cost, how they end, and what was begun and said."""

    ledger: Ledger
    codes: list[int | None] = field(default_factory=lambda: [0, 0])
    observed: list[float | None] = field(default_factory=lambda: [10.0, 10.0])
    begun: list[str] = field(default_factory=list)
    talk: io.StringIO = field(default_factory=io.StringIO)
    price: Callable[[Run], Quote] = lambda _run: quote(0.01)
    children: list[Scripted] = field(default_factory=list)

    def live(self, table: Timetable, *blackouts: Blackout) -> int:
        return Life(table, blackouts, self.start, self.price, self.ledger, Talk(self.talk)).live()

    def start(self, run: Run, entry: str) -> Child:
        cost = self.observed[len(self.begun)]
        seen = {} if cost is None else {"shop": cost}
        written = Entry(entry, "experiment", ("shop",), "kim", "", "5% 500", now())
        self.ledger.open_entry(written)
        self.ledger.close_entry(entry, ended=now() + 1, injected=10, observed=seen, ending="expired")
        self.children.append(Scripted(self.codes[len(self.begun)]))
        self.begun.append(run.name)
        return cast("Child", self.children[-1])

    @property
    def skipped(self) -> list[str]:
        return [entry.reason for entry in self.ledger.entries() if entry.ending == "skipped"]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(Ledger(tmp_path / "ledger.sqlite"))


def quote(share: float | None) -> Quote:
    """A price of that share of a budget of 1000 bad events, give or take a tenth."""
    of_all = None if share is None else Estimate(share * 0.9, share, share * 1.1)
    bad = Estimate(9, 10, 11)
    price = Price("shop", 86400, bad, 1000.0, of_all, None, 10.0, 0.05, 50.0, 0.9, 0.8, ())
    return Quote("5% 500", 60, None, "checkout", "lab", (Plan(price, (), None, None, None),))


def test_every_run_in_turn(stage: Stage) -> None:
    assert stage.live(Timetable("t", (FIRST, SECOND))) == 0
    assert stage.begun == ["first #1", "second #1"]
    assert "2 runs, 0 skipped" in stage.talk.getvalue()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_told_what_it_waits_for(stage: Stage) -> None:
    stage.talk = Terminal()
    stage.live(Timetable("t", (FIRST, replace(SECOND, when=Offsets(0.5)))))
    assert "next: second #1 in 0s" in stage.talk.getvalue()


def test_the_first_that_failed_gives_the_exit_code_and_the_others_run(stage: Stage) -> None:
    stage.codes = [4, 3]
    assert stage.live(Timetable("t", (FIRST, SECOND))) == 4
    assert stage.begun == ["first #1", "second #1"]
    assert "2 runs, 2 of them not as planned, 0 skipped" in stage.talk.getvalue()


def test_who_halts_one_run_halts_the_timetable(stage: Stage) -> None:
    stage.codes = [5, 0]
    with pytest.raises(StoppedByPerson):
        stage.live(Timetable("t", (FIRST, SECOND)))
    assert stage.begun == ["first #1"]


def test_each_signal_is_passed_on_to_each_run(stage: Stage) -> None:
    stage.codes = [None, None]

    def price(_run: Run) -> Quote:
        if stage.begun:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)
        return quote(0.01)

    stage.price = price
    with pytest.raises(StoppedByPerson):
        stage.live(Timetable("t", (FIRST, SECOND), cap=0.5, overlap=True))
    assert [child.asked for child in stage.children] == [2, 2]


@pytest.mark.parametrize(
    ("observed", "says"),
    [
        pytest.param(95.0, "9.5% of the budget spent so far, and this run costs up to 1.1%", id="as it was measured"),
        pytest.param(None, "1.1% of the budget spent so far, and this run costs up to 1.1%", id="at worst, unmeasured"),
    ],
)
def test_a_cap_counts_what_the_ledger_says(stage: Stage, observed: float | None, says: str) -> None:
    stage.observed[0] = observed
    cap = 0.1 if observed else 0.02
    assert stage.live(Timetable("t", (FIRST, SECOND), cap=cap)) == 0
    assert stage.begun == ["first #1"]
    (reason,) = stage.skipped
    assert says in reason


def test_a_cap_of_one_routine_is_no_matter_of_the_other(stage: Stage) -> None:
    stage.live(Timetable("t", (replace(FIRST, cap=0.001), SECOND)))
    assert stage.begun == ["second #1"]


@pytest.mark.parametrize("of_the_policy", [True, False], ids=["of the policy", "of the timetable"])
def test_a_blackout_skips(stage: Stage, of_the_policy: bool) -> None:
    table = Timetable("t", (FIRST,), blackouts=() if of_the_policy else (OPEN,))
    assert stage.live(table, *([OPEN] if of_the_policy else [])) == 0
    assert stage.begun == []
    assert "schedule t: first #1 skipped: blackout 'sale' is open" in stage.skipped[0]
    assert "first #1 skipped: blackout 'sale' is open" in stage.talk.getvalue()


def test_an_override_lifts_a_blackout_of_the_policy_and_none_of_the_timetable(stage: Stage) -> None:
    meant = replace(FIRST, order=replace(ORDER, override="the sale is the rehearsal"))
    stage.live(Timetable("t", (meant,)), OPEN)
    assert stage.begun == ["first #1"]
    stage.live(Timetable("t", (meant,), blackouts=(OPEN,)))
    assert stage.begun == ["first #1"]


def test_who_cannot_tell_the_price_keeps_the_cap(stage: Stage) -> None:
    def price(run: Run) -> Quote:
        if run.routine.name == "first":
            raise SourceError("the source does not answer")
        return quote(None)

    stage.price = price
    stage.live(Timetable("t", (FIRST, SECOND), cap=0.5))
    assert stage.begun == []
    assert "the source does not answer" in stage.skipped[0]
    assert "not known, and there is a cap" in stage.skipped[1]
