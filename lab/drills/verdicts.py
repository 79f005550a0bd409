"""Decisions against the policy, and alerts against what was expected: verdicts, before anybody counts points."""

from __future__ import annotations

from collections.abc import Iterator

from lab.drills.record import Record
from lab.drills.scenario import RightDecision, RightHypothesis
from lab.drills.scorecard import AlertOutcome, AlertVerdict, DecisionVerdict, Verdict
from lab.drills.tape import Event
from lab.drills.trouble import Trouble, began_for
from slotui.duration import rough

FROZEN = "freeze"
"""The tier of `lab/policy.yaml` in which deploys stand still."""


def opens(right: RightDecision, troubles: tuple[Trouble, ...]) -> float | None:
    """From when on a decision is right: not before its trouble began, and not before anybody could know."""
    began = began_for(right.slo, troubles)
    return None if began is None else max(began, right.after)


def is_right(event: Event, right: RightDecision, troubles: tuple[Trouble, ...]) -> bool:
    """Whether a decision is the one that was asked for, at a time and in a policy tier where it is."""
    since = opens(right, troubles)
    if (event.choice, event.slo) != (right.choice, right.slo) or since is None or event.at < since:
        return False
    return {"freeze": event.policy == FROZEN, "lift": event.policy not in ("", FROZEN)}.get(event.choice, True)


def names(event: Event, right: RightHypothesis) -> bool:
    """Whether a hypothesis is that right one: its cause, and any of its SLOs."""
    return event.choice == right.cause and event.slo in right.slos


def decisions(record: Record, troubles: tuple[Trouble, ...]) -> tuple[DecisionVerdict, ...]:
    """A verdict on each decision, in order, and on those that were never taken."""
    taken = [event for event in record.events if event.kind == "decision"]
    found = [_decision(event, record, troubles) for event in taken]
    for right in record.scenario.decisions:
        if not any(is_right(event, right, troubles) for event in taken):
            sentence = f"{right.choice} for {right.slo} was right from {_since(opens(right, troubles))}"
            found.append(DecisionVerdict(None, right.choice, right.slo, "", "never", sentence))
    return tuple(found)


def _decision(event: Event, record: Record, troubles: tuple[Trouble, ...]) -> DecisionVerdict:
    verdict, sentence = _verdict(event, record, troubles)
    return DecisionVerdict(event.at, event.choice, event.slo or "", event.policy, verdict, sentence)


def _verdict(event: Event, record: Record, troubles: tuple[Trouble, ...]) -> tuple[Verdict, str]:
    rights = record.scenario.decisions
    if any(is_right(event, right, troubles) for right in rights):
        return "right", "what was asked for"
    asked = any((event.choice, event.slo) == (right.choice, right.slo) for right in rights)
    if asked and event.choice not in ("freeze", "lift"):
        return "early", "right, but not yet"
    tier = f"the policy stood at {event.policy}" if event.policy else "nobody knew where the policy stood"
    match event.choice:
        case "freeze":
            return ("not asked for", tier) if event.policy == FROZEN else ("needless", f"{tier}, which freezes nothing")
        case "lift" if event.policy in ("", FROZEN):
            return "wrong", f"{tier}: deploys stay where they are"
        case "page" if not _pages(event, record, troubles):
            return "wrong", "no page fired for it, and nobody needed to be woken"
        case "ignore" if any(one.real and one.shows(event.slo) for one in troubles):
            return "wrong", "it was broken"
        case "roll-back":
            return "wrong", "the release was not to blame"
    return ("early", "right, but not yet") if asked else ("not asked for", "nothing asked for it")


def _pages(event: Event, record: Record, troubles: tuple[Trouble, ...]) -> bool:
    """Whether a page is no wrong one: it fired for the SLO, or is right for it or for what the same fault hurts."""
    if any(one.kind == "alert" and one.slo == event.slo and one.choice.startswith("page") for one in record.events):
        return True
    kin = {slo for one in troubles if one.real and one.shows(event.slo) for slo in one.slos} | {event.slo}
    return any(right.choice == "page" and right.slo in kin for right in record.scenario.decisions)


def alerts(record: Record, troubles: tuple[Trouble, ...]) -> tuple[AlertVerdict, ...]:
    """A verdict on each expected alert, then the pages that nobody expected: of an SLO that nothing had hurt. More
    tiers of one that is hurt come by themselves."""
    return tuple(_alerts(record, troubles))


def _alerts(record: Record, troubles: tuple[Trouble, ...]) -> Iterator[AlertVerdict]:
    fired: dict[tuple[str, str], float] = {}
    for event in record.events:
        if event.kind == "alert":
            fired.setdefault((event.slo or "", event.choice), event.at)
    expected = set()
    for one in record.scenario.alerts:
        expected.add((one.slo, one.tier))
        at = fired.get((one.slo, one.tier))
        name, due = f"{alert_name(one.tier)} of {one.slo}", f"by {rough(one.by)}"
        if at is not None:
            outcome: AlertOutcome = "fired" if at <= one.by else "late"
            yield AlertVerdict(one.slo, one.tier, outcome, at, one.by, f"{name} at {rough(at)}, expected {due}")
        elif (over := _over(record, one.slo, troubles)) is not None and over < one.by:
            sentence = f"{name}, expected {due}: all was over at {rough(over)}"
            yield AlertVerdict(one.slo, one.tier, "spared", None, one.by, sentence)
        else:
            yield AlertVerdict(one.slo, one.tier, "missing", None, one.by, f"{name} never fired, expected {due}")
    for (slo, tier), at in fired.items():
        hurt = any(one.real and one.shows(slo) and one.began is not None and one.began <= at for one in troubles)
        if tier.startswith("page") and (slo, tier) not in expected and not hurt:
            yield AlertVerdict(slo, tier, "unexpected", at, None, f"{alert_name(tier)} of {slo} at {rough(at)}")


def alert_name(tier: str) -> str:
    """An alert tier by its key.

    >>> alert_name("page_1h_5m"), alert_name("strange")
    ('page 1h/5m', 'strange')
    """
    severity, _, windows = tier.partition("_")
    return f"{severity} {windows.replace('_', '/')}".strip()


def _over(record: Record, slo: str, troubles: tuple[Trouble, ...]) -> float | None:
    """When the last trouble of an SLO was over, or the drill; None for an SLO that shows none."""
    names = {one.name for one in troubles if one.real and one.shows(slo)}
    if not names:
        return None
    ends = [event.at for event in record.events if event.kind.endswith("-off") and event.choice in names]
    return max(ends) if len(ends) >= len(names) else record.lasted


def _since(at: float | None) -> str:
    return "a moment that never came" if at is None else f"{rough(at)} on"
