"""What costs points in a drill, and how many: guessing, shooting in the dark, and help."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lab.drills.record import Record
from lab.drills.scorecard import DecisionVerdict, Penalty, Verdict
from lab.drills.trouble import Trouble
from lab.drills.verdicts import names

FREE_GUESSES, WRONG_GUESS, GUESSES_AT_MOST = 1, 3, 15
"""A wrong hypothesis: the first one is how people think. To go through all causes of an SLO costs 12 of the 20."""

FUTILE_REMEDY = 5
"""A remedy that ended nothing: a change in the middle of an incident, and the search began anew."""

WRONG_DECISIONS: Mapping[str, float] = {
    "page": 10,  # people woke for nothing: they believe the next page less
    "freeze": 10,  # every team waits, although the budget allows deploys
    "lift": 10,  # risk goes out while the policy forbids it
    "roll-back": 5,  # work is lost, and the search with it
    "ignore": 5,  # now nobody else looks
}

_COSTLY: frozenset[Verdict] = frozenset({"needless", "wrong"})


def penalties(
    record: Record, troubles: tuple[Trouble, ...], verdicts: Iterable[DecisionVerdict]
) -> tuple[Penalty, ...]:
    """All of a drill, in order."""
    found = (
        *_decisions(verdicts),
        *_guesses(record),
        *_remedies(record, troubles),
        *_hints(record),
    )
    return tuple(sorted(found, key=lambda penalty: penalty.at))


def _decisions(verdicts: Iterable[DecisionVerdict]) -> Iterator[Penalty]:
    """Each wrong one once, however often it was said."""
    seen = set()
    for one in verdicts:
        if one.at is not None and one.verdict in _COSTLY and (one.choice, one.slo) not in seen:
            seen.add((one.choice, one.slo))
            yield Penalty(WRONG_DECISIONS[one.choice], one.at, f"{one.choice} for {one.slo}: {one.sentence}")


def _guesses(record: Record) -> Iterator[Penalty]:
    wrong: dict[tuple[str, str], float] = {}
    for event in record.events:
        if event.kind == "hypothesis" and not any(names(event, right) for right in record.scenario.hypotheses):
            wrong.setdefault((event.slo or "", event.choice), event.at)
    left = GUESSES_AT_MOST
    for (slo, cause), at in list(wrong.items())[FREE_GUESSES:]:
        points = min(WRONG_GUESS, left)
        left -= points
        if points:
            yield Penalty(points, at, f"one more wrong guess: {slo}, because of {cause}")


def _remedies(record: Record, troubles: tuple[Trouble, ...]) -> Iterator[Penalty]:
    """Those that ended nothing. One that was still under way to what it would have ended is none of them."""
    ended = {event.text for event in record.events if event.kind in ("fault-off", "blind-off")}
    done = {event.choice for event in record.events if event.kind == "remedy-done"}
    useful = {word for one in troubles for word in one.ended_by}
    for event in record.events:
        under_way = event.choice in useful and event.choice not in done
        if event.kind == "mitigation" and event.choice not in ended and not under_way:
            yield Penalty(FUTILE_REMEDY, event.at, f"{event.choice} ended nothing")


def _hints(record: Record) -> Iterator[Penalty]:
    for event in record.events:
        if event.kind == "hint" and event.cost > 0:
            yield Penalty(event.cost, event.at, f"hint {event.choice}")
