"""The tape of a drill in words for its debrief, what the player did not see included."""

from __future__ import annotations

from datetime import UTC, datetime

from lab.drills.scenario import Fault, Scenario
from lab.drills.tape import Event
from lab.drills.verdicts import alert_name
from slotui.core.figures import percent
from slotui.duration import DAY, compact, rough

HIDDEN = frozenset({"fault-on", "fault-off", "blind-on", "blind-off", "recovered"})
"""Kinds of events that a player does not see."""

ENDINGS = {
    "time": "the drill's time was over",
    "done": "the player had finished",
    "aborted": "broken off",
    "halted": "halted: every fault was ended",
    "incident": "stopped: it looked like a real incident",
    "interrupted": "its process was stopped",
}


_TOLD = {
    "started": "the drill begins",
    "blind-on": "{0.choice}: nothing is measured",
    "fault-off": "{0.choice} is over: {0.text}",
    "blind-off": "{0.choice} is over: {0.text}",
    "recovered": "{0.slo} meets its objective again",
    "deploy": "{0.choice} goes out",
    "remedy-done": "done: {0.choice}",
    "hint": "hint {0.choice} for {0.cost} points: {0.text}",
    "paused": "the drill pauses",
    "resumed": "it goes on",
    "done": "finished",
    "acknowledge": "acknowledges {0.slo}",
    "hypothesis": "hypothesis: {0.slo}, because of {0.choice}",
    "decision": "decision: {0.choice}, about {0.slo}",
    "mitigation": "mitigation: {0.choice}",
    "communication": "says: {0.text}",
}


def told(event: Event, scenario: Scenario) -> str:
    """What happened, in a sentence without its time."""
    match event.kind:
        case "fault-on":
            return f"{event.choice} begins: {_does(event.choice, scenario)}"
        case "alert" | "quiet":
            how = "fires" if event.kind == "alert" else "is quiet again"
            return f"{alert_name(event.choice)} of {event.slo} {how}"
        case "ended":
            how = ENDINGS.get(event.choice, event.choice)
            return f"{how}: {event.text}" if event.text else how
        case _:
            return _TOLD.get(event.kind, "{0.text}").format(event)


def _does(name: str, scenario: Scenario) -> str:
    fault = next((one for one in scenario.faults if one.name == name), None)
    return "" if fault is None else does(fault)


def does(fault: Fault) -> str:
    """What a fault does to the shop.

    >>> does(Fault("x", 0, 60, "payment", failing=0.2, from_failing=0.0))
    '0.0% to 20.0% of checkouts fail by payment'
    """
    parts = []
    if fault.failing > 0:
        unseen = ", and no counter sees them" if fault.unseen else ""
        parts.append(f"{_grown(fault.from_failing, fault.failing)} of checkouts fail by {fault.cause}{unseen}")
    if fault.slow > 0:
        parts.append(f"{_grown(fault.from_slow, fault.slow)} of checkouts are too slow")
    if fault.stalls:
        parts.append("the stock is not refreshed")
    return ", ".join(parts)


def _grown(first: float | None, last: float) -> str:
    return percent(last) if first is None else f"{percent(first)} to {percent(last)}"


def clock(at: float, starts: float, lasts: float) -> str:
    """A second of the drill's clock as the player saw it, with the day where it is longer than one.

    >>> clock(90, 0, 600), clock(90, 0, 200000)
    ('00:01:30', '01-01 00:01')
    """
    return datetime.fromtimestamp(int(starts + at), UTC).strftime("%H:%M:%S" if lasts <= DAY else "%m-%d %H:%M")


def after(at: float) -> str:
    """Seconds since the drill began, as people say it: to the second within an hour's drill."""
    return compact(round(at)) if at < 2 * 3600 else rough(at)
