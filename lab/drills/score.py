"""The score of a drill, of 100 points, from its record alone: the same record always has the same score.

Every time is the tape's. A part has all its points up to par, none from three times par on, and falls evenly between.
Where a drill has several troubles or right answers, a part is the mean over them, each from its own begin. Parts that
do not apply are left out, and the rest is scaled to 100. What costs points is in `lab.drills.penalties`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from lab.drills.penalties import penalties
from lab.drills.record import Record
from lab.drills.scenario import RightDecision, RightHypothesis
from lab.drills.scorecard import Part, PartName, Scorecard, card_json, lines
from lab.drills.tape import Event
from lab.drills.trouble import Trouble, began_of, troubles_of
from lab.drills.verdicts import alerts, decisions, is_right, names, opens
from slotui.core.figures import cost
from slotui.duration import rough

__all__ = ["WEIGHTS", "Scorecard", "card_json", "lines", "score", "worth"]

WEIGHTS: Mapping[PartName, float] = {
    "detect": 10,  # machines do most of it: this is what a sleeping player can earn
    "acknowledge": 15,  # somebody is at it: the first thing that others wait for
    "hypothesis": 20,  # the hard part, where time is lost
    "decision": 20,  # what the policy asks for: the part that a team agreed on beforehand
    "mitigation": 20,  # what buyers feel
    "budget": 15,  # what all of it came to
}

ZERO_AT = 3.0
"""Times par from which on a part has no points. Twice par is half of them."""

_ENDINGS = {
    "aborted": "it was broken off",
    "halted": "it was halted",
    "incident": "it was stopped by what looked like a real incident",
    "interrupted": "its process was stopped",
}


@dataclass(frozen=True, slots=True)
class _Mark:
    """One time within a part: `what` it is about, and how long it took; None: never."""

    what: str
    took: float | None


def score(record: Record) -> Scorecard:
    """The scorecard of a drill. One that did not run to its end has verdicts, and no points."""
    troubles = troubles_of(record)
    verdicts, alerting = decisions(record, troubles), alerts(record, troubles)
    if record.ending in _ENDINGS:
        return Scorecard(False, _ENDINGS[record.ending], decisions=verdicts, alerts=alerting)
    found = tuple(_parts(record, troubles))
    scale = 100 / (sum(part.of for part in found) or 100)
    parts = tuple(replace(part, points=part.points * scale, of=part.of * scale) for part in found)
    return Scorecard(True, "", parts, penalties(record, troubles, verdicts), verdicts, alerting)


def worth(measured: float, par: float) -> float:
    """The share of a part's points for a time, or for a share of budget, against par.

    >>> worth(60, 60), worth(120, 60), worth(180, 60), worth(0.02, 0.01)
    (1.0, 0.5, 0.0, 0.5)
    """
    if measured <= par:
        return 1.0
    return 0.0 if par <= 0 else max(0.0, (ZERO_AT - measured / par) / (ZERO_AT - 1))


def _parts(record: Record, troubles: tuple[Trouble, ...]) -> Iterator[Part]:
    """The parts that apply, in points of their weight."""
    par, scenario = record.scenario.par, record.scenario
    if par.detect is not None:
        yield _timed("detect", [_Mark(one.name, _detected(record, one)) for one in troubles], par.detect, "noticed")
    if par.acknowledge is not None:
        marks = [_Mark(one.name, _acknowledged(record, one)) for one in troubles]
        yield _timed("acknowledge", marks, par.acknowledge, "acknowledged")
    if scenario.hypotheses:
        marks = [_Mark(one.cause, _named(record, one, troubles)) for one in scenario.hypotheses]
        yield _timed("hypothesis", marks, par.hypothesis, "correctly named")
    if scenario.decisions:
        marks = [_Mark(f"{one.choice} {one.slo}", _decided(record, one, troubles)) for one in scenario.decisions]
        yield _timed("decision", marks, par.decision, "correctly decided")
    curable = [one for one in troubles if one.ended_by]
    if par.mitigate is not None and curable:
        marks = [_Mark(one.name, _mitigated(record, one)) for one in curable]
        yield _timed("mitigation", marks, par.mitigate, "recovered")
    if (part := _budget(record, troubles)) is not None:
        yield part


def _timed(name: PartName, marks: list[_Mark], par: float, did: str) -> Part:
    took = [mark.took for mark in marks if mark.took is not None]
    of = WEIGHTS[name]
    points = of * sum(worth(one, par) for one in took) / len(marks)
    measured = sum(took) / len(took) if len(took) == len(marks) else None
    return Part(name, points, of, measured, par, f"{_told(marks, did)}, par {rough(par)}")


def _told(marks: list[_Mark], did: str) -> str:
    """How long it took; of several, each by its name.

    >>> _told([_Mark("a", 130.0)], "noticed"), _told([_Mark("a", None)], "noticed")
    ('noticed after 2m10s', 'never noticed')
    >>> _told([_Mark("a", 130.0), _Mark("b", None)], "noticed")
    'noticed: a after 2m10s, b never'
    """
    if len(marks) == 1:
        took = marks[0].took
        return f"never {did}" if took is None else f"{did} after {rough(took)}"
    each = (f"{mark.what} {'never' if mark.took is None else f'after {rough(mark.took)}'}" for mark in marks)
    return f"{did}: {', '.join(each)}"


def _detected(record: Record, trouble: Trouble) -> float | None:
    """The first alert of an SLO that shows it, or what the player first does about one. Where nothing is broken an
    alert detects nothing: it is what was to be looked into."""
    kinds = {"acknowledge", "hypothesis", "decision"} | ({"alert"} if trouble.real else set())
    return _first(record, trouble.began, kinds, lambda event: trouble.shows(event.slo))


def _acknowledged(record: Record, trouble: Trouble) -> float | None:
    return _first(record, trouble.began, {"acknowledge"}, lambda event: trouble.shows(event.slo))


def _named(record: Record, right: RightHypothesis, troubles: tuple[Trouble, ...]) -> float | None:
    return _first(record, began_of(right, troubles), {"hypothesis"}, lambda event: names(event, right))


def _decided(record: Record, right: RightDecision, troubles: tuple[Trouble, ...]) -> float | None:
    return _first(record, opens(right, troubles), {"decision"}, lambda event: is_right(event, right, troubles))


def _mitigated(record: Record, trouble: Trouble) -> float | None:
    """Until the SLI that buyers feel first met its objective again, after a remedy had ended the trouble. Where no
    metric shows the trouble, none can prove its end: then the remedy's own counts."""
    cured = next((event.at for event in record.events if _cures(event, trouble)), None)
    if cured is None or trouble.began is None:
        return None
    if not trouble.hurts:
        return cured - trouble.began
    healed = (trouble.name, trouble.hurts[0])
    took = _first(record, cured, {"recovered"}, lambda event: (event.choice, event.slo) == healed)
    return None if took is None else cured + took - trouble.began


def _cures(event: Event, trouble: Trouble) -> bool:
    return event.kind in ("fault-off", "blind-off") and event.choice == trouble.name and event.text in trouble.ended_by


def _first(record: Record, since: float | None, kinds: Collection[str], fits: Callable[[Event], bool]) -> float | None:
    """Seconds from `since` to the first fitting event of those kinds, or None; what came before does not count."""
    if since is None:
        return None
    ats = (event.at for event in record.events if event.kind in kinds and event.at >= since and fits(event))
    return min((at - since for at in ats), default=None)


def _budget(record: Record, troubles: tuple[Trouble, ...]) -> Part | None:
    """The dearest of the budgets that were hurt. It is for those who did something about it: what nobody decided or
    mended was cheap by luck. None where nothing was broken, where par is nothing, or where it was not counted."""
    par = record.scenario.par.budget
    hurt = {slo for one in troubles if one.real for slo in one.slos}
    burned = [line.burned for line in record.bill if line.slo in hurt and line.burned is not None]
    if par <= 0 or not burned:
        return None
    dearest, of = max(burned), WEIGHTS["budget"]
    sentence = f"{cost(dearest)} burned, par {cost(par)}"
    decided = any(_decided(record, right, troubles) is not None for right in record.scenario.decisions)
    if not decided and all(_mitigated(record, one) is None for one in troubles):
        return Part("budget", 0.0, of, dearest, par, f"{sentence}, and nobody did anything about it")
    return Part("budget", of * worth(dearest, par), of, dearest, par, sentence)
