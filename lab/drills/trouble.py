"""What was to be noticed in a drill: each thing that was wrong, from the tape; or that nothing was, and still called.

A score measures from here: every fault has a begin of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from lab.drills.record import Record
from lab.drills.scenario import Blindness, Fault, RightHypothesis, Scenario


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something to notice. `began` is when it did, by the tape; None: the drill was over before.

    `slos` are those to look at, `hurts` those that it makes worse, the one that buyers feel first in front. `cause` is
    the right hypothesis' word, `ended_by` the remedies. Where it is not `real` nothing is broken: it looked as if.
    """

    name: str
    began: float | None
    slos: tuple[str, ...]
    hurts: tuple[str, ...]
    cause: str
    ended_by: tuple[str, ...]
    real: bool = True

    def shows(self, slo: str | None) -> bool:
        """Whether the SLO is one of those that show it."""
        return slo in self.slos


def troubles_of(record: Record) -> tuple[Trouble, ...]:
    """All that was to be noticed, in the scenario's order; at least one."""
    scenario = record.scenario
    begins = {event.choice: event.at for event in record.events if event.kind in ("fault-on", "blind-on")}
    found = [
        Trouble(one.name, begins.get(one.name), _slos(scenario, one), one.hurts, _cause(one), one.ended_by)
        for one in scenario.faults
    ]
    found += [
        Trouble(one.name, begins.get(one.name), _slos(scenario, one), (), "metrics", one.ended_by)
        for one in scenario.blindness
        if one.ended_by or not scenario.faults  # a gap beside a fault that passes by itself is scenery
    ]
    if found:
        return tuple(found)
    calls = (event.at for event in record.events if event.kind in ("alert", "message"))
    return (Trouble("nothing", min(calls, default=0.0), _right(scenario), (), "noise", (), real=False),)


def began_of(right: RightHypothesis, troubles: tuple[Trouble, ...]) -> float | None:
    """When what a hypothesis is about began: the trouble of its cause that its SLOs show, as far as there is one."""
    same = [one for one in troubles if one.cause == right.cause]
    shown = [one for one in same or troubles if any(one.shows(slo) for slo in right.slos)]
    return _first(shown or same or list(troubles))


def began_for(slo: str, troubles: tuple[Trouble, ...]) -> float | None:
    """When the first trouble began that an SLO shows; of one that shows none, the first of all."""
    return _first([one for one in troubles if one.shows(slo)] or list(troubles))


def _first(troubles: list[Trouble]) -> float | None:
    return min((one.began for one in troubles if one.began is not None), default=None)


def _cause(fault: Fault) -> str:
    return "metrics" if fault.unseen else fault.cause


def _slos(scenario: Scenario, trouble: Fault | Blindness) -> tuple[str, ...]:
    """What it hurts, and what was expected to fire without any fault's blame; of what no metric sees, what is right."""
    hurts = trouble.hurts if isinstance(trouble, Fault) else ()
    if not hurts:
        named = dict.fromkeys(slo for one in scenario.hypotheses if one.cause == "metrics" for slo in one.slos)
        return tuple(named) or _right(scenario)
    blamed = {slo for fault in scenario.faults for slo in fault.hurts}
    return hurts + tuple(dict.fromkeys(alert.slo for alert in scenario.alerts if alert.slo not in blamed))


def _right(scenario: Scenario) -> tuple[str, ...]:
    """The SLOs of everything that would have been right, and of what was expected to fire."""
    named = [slo for one in scenario.hypotheses for slo in one.slos]
    named += [one.slo for one in scenario.decisions] + [alert.slo for alert in scenario.alerts]
    return tuple(dict.fromkeys(named))
