"""What a debrief says, in which order: the score, what it cost, what happened, and what to make of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from shlex import quote

from lab.drills.debrief_curves import Curves, Mark, svg
from lab.drills.debrief_words import ENDINGS, HIDDEN, after, clock, told
from lab.drills.record import Line, Record
from lab.drills.scorecard import Scorecard
from lab.drills.tape import Event
from lab.drills.verdicts import alert_name
from slotui.core.figures import UNKNOWN, burn, cost, percent
from slotui.duration import compact, rough
from slotui.report.page import Block, Command, Figure, Grid, Page, Points, Say, Section
from slotui.view.words import number

_MOVED = 0.001
"""Share of a budget below which a curve shows nothing but the usual."""

_ROWS = 13
"""Rows of a curve's table: as many as a person reads."""

_LETTERS = {"acknowledge": "A", "hypothesis": "H", "decision": "D", "mitigation": "M", "communication": "C"}


def page(record: Record, card: Scorecard) -> Page:
    """The whole debrief."""
    return Page(
        f"Debrief: {record.scenario.title}", _source(record), _lead(record, card), tuple(_sections(record, card))
    )


def _sections(record: Record, card: Scorecard) -> Iterator[Section]:
    yield Section("What it was about", tuple(_about(record)))
    yield Section("Score", tuple(_score(card)))
    yield Section("Budget and burn", tuple(_curves(record)))
    yield Section("Timeline", (_timeline(record),))
    yield Section("Decisions against policy", (_decisions(record, card),))
    yield Section("Alerts", tuple(_alerts(card)))
    yield Section("The bill", tuple(_bill(record)))
    yield Section("Hints", (_hints(record),))
    yield Section("To talk about", tuple(_questions(record)))
    yield Section("Actions", (_actions(),))
    yield Section("Was it fixed beforehand?", tuple(_proof(record)))


def _source(record: Record) -> str:
    team = f" ({record.team})" if record.team else ""
    began = f"{datetime.fromtimestamp(int(record.played), UTC):%Y-%m-%d %H:%M}"
    where = "in the lab in real time" if record.clock == "real" else f"on a virtual clock at {record.speed:g}x"
    return f"Played by {record.player}{team} on {began} UTC, {where}, as {record.id}."


def _lead(record: Record, card: Scorecard) -> str:
    lasted = f"It took {rough(record.lasted)} of the drill's clock: {ENDINGS[record.ending]}."
    if not card.scored:
        return f"Not scored: {card.why}. {lasted}"
    return f"{card.points} points of 100. {lasted}"


def _about(record: Record) -> Iterator[Block]:
    scenario = record.scenario
    yield Say(f"Objective: {scenario.objective}")
    yield Say(f"What it teaches: {scenario.teaches}")
    yield Say(f"The brief: {scenario.brief}")
    if scenario.roles:
        yield Say(f"Roles: {', '.join(scenario.roles)}")


def _score(card: Scorecard) -> Iterator[Block]:
    if not card.scored:
        yield Say(f"Nothing was scored: {card.why}.")
        return
    rows: list[tuple[str, ...]] = [
        (part.name, f"{part.points:.1f}", f"{part.of:.1f}", part.sentence) for part in card.parts
    ]
    rows += [("taken off", f"{-penalty.points:.1f}", "", penalty.sentence) for penalty in card.penalties]
    rows.append(("together", str(card.points), "100", "never below 0"))
    yield Grid("Points by part", ("part", "points", "of", "why"), tuple(rows), frozenset({1, 2}))
    yield Say("Full points up to par, none from three times par on. Every time is a machine's.")


# -- the curves ---------------------------------------------------------------------------------------------


def _curves(record: Record) -> Iterator[Block]:
    slos = [slo for slo in dict.fromkeys(slo for one in record.samples for slo in one.left) if _moved(record, slo)]
    if not slos:
        yield Say("No budget moved." if record.samples else "No curve was kept.")
        return
    yield Say(
        "Below each pair of curves: when a fault was on, when an alert fired, and what the player did "
        "(A acknowledge, H hypothesis, D decision, M mitigation, C communication)."
    )
    for slo in slos:
        points = tuple((one.at, one.left.get(slo), one.burn.get(slo)) for one in record.samples)
        lasts = max(record.lasted, points[-1][0], 1.0)
        curves = Curves(slo, points, tuple(_marks(record, slo)), record.starts, lasts)
        yield Figure(partial(svg, curves), _figures(curves))


def _moved(record: Record, slo: str) -> bool:
    known = [left for one in record.samples if (left := one.left.get(slo)) is not None]
    return bool(known) and max(known) - min(known) >= _MOVED


def _figures(curves: Curves) -> Grid:
    step = max(1, -(-len(curves.points) // _ROWS))
    chosen = [point for index, point in enumerate(curves.points) if index % step == 0]
    if chosen[-1] != curves.points[-1]:
        chosen.append(curves.points[-1])
    rows = tuple((clock(at, curves.starts, curves.lasts), percent(left, 2), burn(rate)) for at, left, rate in chosen)
    return Grid(f"{curves.slo} in figures", ("clock (UTC)", "left", "burn"), rows, frozenset({1, 2}))


def _marks(record: Record, slo: str) -> Iterator[Mark]:
    """What happened on the lanes: what hurt this SLO or was seen by none, its alerts, and what the player did about it
    or about no SLO."""
    elsewhere = {one.name for one in record.scenario.faults if one.hurts and slo not in one.hurts}
    for event in record.events:
        said = told(event, record.scenario)
        if event.kind in ("fault-on", "blind-on") and event.choice not in elsewhere:
            yield Mark("fault", event.at, _until(record, event), said, blind=event.kind == "blind-on")
        elif event.kind == "alert" and event.slo == slo:
            yield Mark("alert", event.at, _until(record, event), said)
        elif event.kind in _LETTERS and event.slo in (None, slo):
            yield Mark("player", event.at, event.at, said, _LETTERS[event.kind])


def _until(record: Record, begin: Event) -> float:
    """When what began was over; the drill's end where the tape does not say."""
    off = {"fault-on": "fault-off", "blind-on": "blind-off", "alert": "quiet"}[begin.kind]
    ends = (
        event.at
        for event in record.events
        if event.kind == off and event.at >= begin.at and (event.choice, event.slo) == (begin.choice, begin.slo)
    )
    return min(ends, default=record.lasted)


# -- what happened ------------------------------------------------------------------------------------------


def _timeline(record: Record) -> Grid:
    scenario = record.scenario
    rows = tuple(
        (
            clock(event.at, record.starts, scenario.lasts),
            after(event.at),
            event.by,
            "hidden" if event.kind in HIDDEN else "seen",
            told(event, scenario),
        )
        for event in record.events
    )
    return Grid(
        "All that happened; what was hidden from the player too",
        ("clock (UTC)", "after", "who", "player", "what"),
        rows,
        frozenset({1}),
    )


def _decisions(record: Record, card: Scorecard) -> Block:
    if not card.decisions:
        return Say("Nothing was decided, and nothing had to be.")
    rows = tuple(
        (
            f"{one.choice} {one.slo}",
            UNKNOWN if one.at is None else clock(one.at, record.starts, record.scenario.lasts),
            one.policy or UNKNOWN,
            one.verdict,
            one.sentence,
        )
        for one in card.decisions
    )
    return Grid("What was decided, and what policy asks for", ("decision", "at", "policy tier", "verdict", "why"), rows)


def _alerts(card: Scorecard) -> Iterator[Block]:
    if not card.alerts:
        yield Say("No alert was expected, and no page fired.")
        return
    rows = tuple(
        (
            f"{alert_name(one.tier)} {one.slo}",
            one.outcome,
            UNKNOWN if one.at is None else after(one.at),
            UNKNOWN if one.by is None else after(one.by),
        )
        for one in card.alerts
    )
    yield Grid(
        "Alerts against what was expected, from the drill's start", ("alert", "outcome", "fired", "expected by"), rows,
        frozenset({2, 3}),
    )  # fmt: skip
    yield Say("This is a verdict on the alerting: it has no points.")


def _bill(record: Record) -> Iterator[Block]:
    if not record.bill:
        yield Say("No bill was kept.")
        return
    rows = tuple(_line(line) for line in record.bill)
    head = ("SLO", "left", "burned", "predicted", "injected", "observed", "usual", "unexplained")
    yield Grid("Bad events by SLO, reconciled", head, rows, frozenset(range(1, len(head))))
    yield Say(
        "Predicted is what the scenario costs when nobody does anything, with a 95 % interval; injected by the "
        "injector's own count; usual is what the same stretch would have cost without the drill. Unexplained is "
        "observed less injected less usual."
    )


def _line(line: Line) -> tuple[str, ...]:
    predicted = UNKNOWN
    if line.predicted is not None:
        low, middle, high = line.predicted
        predicted = f"{number(middle)} ({number(low)} to {number(high)})"
    return (
        line.slo,
        f"{percent(line.left_before)} → {percent(line.left_after)}",
        cost(line.burned),
        predicted,
        *(UNKNOWN if one is None else number(one) for one in (line.injected, line.observed, line.usual)),
        UNKNOWN if line.unexplained is None else f"{line.unexplained:+,.0f}",
    )


def _hints(record: Record) -> Block:
    rows = tuple(
        (event.choice, clock(event.at, record.starts, record.scenario.lasts), str(event.cost), event.text)
        for event in record.events
        if event.kind == "hint"
    )
    if not rows:
        return Say("No hint was taken.")
    return Grid("Hints that were taken", ("hint", "at", "points", "what it said"), rows, frozenset({2}))


# -- what to make of it -------------------------------------------------------------------------------------


def _questions(record: Record) -> Iterator[Block]:
    yield Grid(
        "To be filled in together",
        ("question", "what we say"),
        tuple((question, "") for question in ("What surprised us?", *record.scenario.questions)),
    )


def _actions() -> Grid:
    return Grid(
        "What we change, who does it, and until when",
        ("number", "action", "owner", "due"),
        tuple((str(one), "", "", "") for one in range(1, 4)),
    )


def _proof(record: Record) -> Iterator[Block]:
    yield Say(f"The commitment that was shown at the start: {record.commitment}")
    yield Say("It is the SHA-256 of a salt, a line break, and the scenario's file. In the drill's folder, type:")
    yield Command(f"( printf '%s\\n' {quote(record.salt)}; cat scenario.yaml ) | sha256sum")
    yield Points(
        (
            f"The salt is {record.salt}.",
            f"The scenario is {record.scenario.name}, {compact(record.scenario.lasts)} long.",
        )
    )
