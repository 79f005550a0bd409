"""The nine drills that ship, each played from end to end on the virtual clock by three players.

One does everything right and at once, one is slow, guesses and tries things, one sleeps. Their debriefs are golden:
`UPDATE_GOLDEN=1 pytest tests/lab/drills/test_nine.py` writes them anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from lab.drills.answers import Answer, AnswerSheet, Moment
from lab.drills.archive import About, Archive
from lab.drills.clock import DrillClock
from lab.drills.debrief import markdown
from lab.drills.load import commitment, load_scenario, shipped
from lab.drills.record import Record
from lab.drills.scenario import Blindness, Fault, Scenario
from lab.drills.score import Scorecard, score
from lab.drills.session import Session
from lab.drills.virtual import VirtualStage
from slotui.core.drill import Act
from slotui.watch import Feed

Player = Literal["perfect", "average", "sleeping"]
PLAYERS: tuple[Player, ...] = ("perfect", "average", "sleeping")
GOLDEN = Path(__file__).parent / "golden"
NAMES = list(shipped())

_played: dict[tuple[str, Player], tuple[Record, Scorecard]] = {}


def perfect(scenario: Scenario) -> Iterator[tuple[float, Act]]:
    """Half a minute for each step, beginning when the trouble does."""
    for right in scenario.hypotheses:
        began = begins(scenario, right.slos)
        if scenario.par.acknowledge is not None:
            yield began + 30, Act("acknowledge", right.slos[0])
        yield began + 60, Act("hypothesis", right.slos[0], right.cause)
    for decision in scenario.decisions:
        began = max(decision.after, begins(scenario, (decision.slo,)))
        yield began + (2400 if decision.choice == "lift" else 90), Act("decision", decision.slo, decision.choice)
    for trouble in curable(scenario):
        yield trouble.at + 120, Act("mitigation", choice=trouble.ended_by[0])
    yield begins(scenario, ()) + 180, Act("communication", text="We know what it is, and are on it.")


def average(scenario: Scenario) -> Iterator[tuple[float, Act]]:
    """Twice par for everything, a wrong guess, and a remedy that mends nothing."""
    par = scenario.par
    for right in scenario.hypotheses:
        began = begins(scenario, right.slos)
        if par.acknowledge is not None:
            yield began + 2 * par.acknowledge, Act("acknowledge", right.slos[0])
        wrong = "cart" if right.cause != "cart" else "payment"
        yield began + 1.5 * par.hypothesis, Act("hypothesis", right.slos[0], wrong)
        yield began + 2 * par.hypothesis, Act("hypothesis", right.slos[0], right.cause)
    for decision in scenario.decisions:
        began = max(decision.after, begins(scenario, (decision.slo,)))
        yield began + 2 * par.decision, Act("decision", decision.slo, decision.choice)
    yield begins(scenario, ()) + par.decision, Act("mitigation", choice="restart-cart")
    for trouble in curable(scenario):
        yield trouble.at + 1.6 * (par.mitigate or 0), Act("mitigation", choice=trouble.ended_by[0])


def begins(scenario: Scenario, slos: tuple[str, ...]) -> float:
    """When what those SLOs show begins; where nothing is wrong, when somebody first says so."""
    faults = [fault.at for fault in scenario.faults if set(fault.hurts) & set(slos)]
    first = scenario.messages[0].at if scenario.messages else 0.0
    return min(faults or [fault.at for fault in scenario.faults] or [first])


def curable(scenario: Scenario) -> list[Fault | Blindness]:
    return [one for one in (*scenario.faults, *scenario.blindness) if one.ended_by]


async def play(name: str, player: Player, folder: Path) -> tuple[Record, Scorecard]:
    """One drill by one player; each pair is played once."""
    if (name, player) in _played:
        return _played[name, player]
    path = shipped()[name]
    scenario, text = load_scenario(path), path.read_bytes()
    acts = {"perfect": perfect, "average": average}.get(player, lambda _: ())(scenario)
    sheet = AnswerSheet([Answer(Moment(at), act) for at, act in sorted(acts, key=lambda one: one[0])])
    about = About(
        f"20260301-120000-{name}-0000", name, player, "carta", 1772366400.0, scenario.world.starts, "virtual",
        scenario.speed, commitment(text, "salt"), "salt",
    )  # fmt: skip
    stage = VirtualStage(scenario)
    feed = Feed(stage.source, stage.slos, stage.policy)
    every = max(10.0, scenario.lasts / 1440)
    home = folder / f"{name}-{player}"
    home.mkdir()
    session = Session(
        scenario, text, stage, about, Archive(home), feed, DrillClock(scenario.speed), every=every, recorded=False
    )
    await session.begin()
    await session.play_at_once(sheet)
    record = await session.conclude()
    assert sheet.unused == ()
    _played[name, player] = record, score(record)
    return _played[name, player]


@pytest.mark.parametrize("name", NAMES)
async def test_who_is_better_scores_better(name: str, tmp_path: Path) -> None:
    totals = [(await play(name, player, tmp_path))[1].points for player in PLAYERS]
    assert None not in totals
    best, middle, worst = (total or 0 for total in totals)
    assert best >= 90
    assert best - middle >= 15
    assert middle - worst >= 10


@pytest.mark.parametrize("name", NAMES)
async def test_the_alerts_come_as_they_are_expected(name: str, tmp_path: Path) -> None:
    record, _ = await play(name, "sleeping", tmp_path)
    fired = {(event.slo, event.choice): event.at for event in reversed(record.events) if event.kind == "alert"}
    for expected in record.scenario.alerts:
        assert fired[expected.slo, expected.tier] <= expected.by
    hurt = {slo for fault in record.scenario.faults for slo in fault.hurts}
    assert {slo for slo, _ in fired} <= hurt, "an alert that nothing of the drill explains"
    if record.scenario.name in ("quiet-night", "all-green", "thaw", "release-day"):
        assert fired == {}


@pytest.mark.parametrize("name", NAMES)
async def test_what_is_mended_costs_less(name: str, tmp_path: Path) -> None:
    cost = [
        max(line.burned or 0.0 for line in (await play(name, player, tmp_path))[0].bill)
        for player in ("perfect", "average", "sleeping")
    ]
    if any(fault.hurts and fault.ended_by for fault in load_scenario(shipped()[name]).faults):
        assert cost[0] < cost[1] < cost[2]
    else:
        assert max(cost) < 0.02


@pytest.mark.parametrize("name", NAMES)
async def test_the_bill_of_the_whole_scenario_is_as_predicted(name: str, tmp_path: Path) -> None:
    record, _ = await play(name, "sleeping", tmp_path)
    for line in record.bill:
        assert line.predicted is not None
        assert line.observed is not None
        low, mid, high = line.predicted
        slack = 3 * (mid + line.usual + 1) ** 0.5
        assert low - slack <= line.observed - line.usual <= high + slack, line.slo


@pytest.mark.parametrize("player", PLAYERS)
@pytest.mark.parametrize("name", NAMES)
async def test_its_debrief_is_golden(name: str, player: Player, tmp_path: Path) -> None:
    record, card = await play(name, player, tmp_path)
    path = GOLDEN / f"{name}.{player}.md"
    text = markdown(record, card)
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()
