"""What an SLI counts, in sentences made from its selectors: good, eligible, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slotui.core.counting import windowed
from slotui.core.sli import CompositeSli, EventSli, Matcher, RawRatio, Selector, Sli, SliceSli, Threshold
from slotui.core.slo import Slo
from slotui.generate.markdown import code, joined, length
from slotui.view.words import target

_IS = {"=": "is", "!=": "is not", "=~": "matches", "!~": "does not match"}
_OPPOSITE = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}


def unit(sli: Sli) -> str:
    """What the objective is a share of: `requests`, `slices of one minute`."""
    return f"slices of {length(sli.seconds)}" if isinstance(sli, SliceSli) else sli.unit


def counted(slo: Slo) -> Iterator[str]:
    """One sentence each for eligible, good, excluded, and for what else changes a count."""
    match slo.sli:
        case EventSli() as events:
            yield from _events(events)
        case SliceSli() as slices:
            yield from _slices(slices)
        case CompositeSli():
            yield "**Counted** are the events of its members, each by its own rules."


def _events(sli: EventSli) -> Iterator[str]:
    yield f"**Eligible** is every event of {code(sli.eligible.metric)}{_where(sli.eligible.matchers)}."
    if sli.good is not None:
        yield f"**Good** is one {_narrowed(sli.good, sli.eligible)}; every other eligible one is bad."
    if sli.bad is not None:
        yield f"**Bad** is one {_narrowed(sli.bad, sli.eligible)}; every other eligible one is good."
    if sli.eligible.matchers:
        opposite = [Matcher(one.label, _OPPOSITE[one.op], one.value) for one in sli.eligible.matchers]
        yield f"**Excluded**, neither good nor bad, are those whose {joined(map(_condition, opposite), 'or')}."
    else:
        yield f"**Excluded** is nothing: all of {code(sli.eligible.metric)} counts."
    if sli.weights is not None:
        values = [
            f"{weight:g} where {code(sli.weights.label)} is {code(value)}" for value, weight in sli.weights.by_value
        ]
        yield f"**Weight**: an event counts {joined([*values, f'{sli.weights.otherwise:g} otherwise'], 'and')}."
    if sli.cause is not None:
        yield f"**Cause**: a bad event is put down to what its label {code(sli.cause)} says."


def _narrowed(chosen: Selector, eligible: Selector) -> str:
    """A good or bad selector by what it asks beyond the eligible one."""
    if chosen.metric == eligible.metric:
        return (
            f"whose {joined(map(_condition, _beyond(chosen, eligible)), 'and')}"
            if _beyond(chosen, eligible)
            else "of them"
        )
    if set(eligible.matchers) <= set(chosen.matchers):
        more = _beyond(chosen, eligible)
        return f"that {code(chosen.metric)} counts too" + (f", {_where(more).strip()}" if more else "")
    return f"that {code(chosen.metric)} counts{_where(chosen.matchers)}"


def _beyond(chosen: Selector, eligible: Selector) -> list[Matcher]:
    return [matcher for matcher in chosen.matchers if matcher not in eligible.matchers]


def _where(matchers: Sequence[Matcher]) -> str:
    return f" whose {joined(map(_condition, matchers), 'and')}" if matchers else ""


def _condition(matcher: Matcher) -> str:
    return f"{code(matcher.label)} {_IS[matcher.op]} {code(matcher.value) if matcher.value else 'empty'}"


def _slices(sli: SliceSli) -> Iterator[str]:
    yield f"**Eligible** is every slice of {length(sli.seconds)} in which anything was measured."
    if sli.target is None:
        yield f"**Bad** is, of each slice, {_bad_part(sli)}; a slice may count in part."
    else:
        yield f"**Good** is a slice in which {_good_enough(sli, sli.target)}."
    if isinstance(sli.measure, EventSli):
        yield from (f"In a slice: {sentence}" for sentence in _events(sli.measure))
    yield "**Excluded**, neither good nor bad, is a slice that nobody measured."


def _good_enough(sli: SliceSli, least: float) -> str:
    match sli.measure:
        case EventSli():
            return f"{'all' if least >= 1 else f'at least {target(least)}'} of its events were good"
        case Threshold(query=query) as threshold:
            looks = "every look" if least >= 1 else f"{target(least)} of the looks or more"
            return f"{code(windowed(query, sli.seconds))} was {code(str(threshold))} at {looks}"
        case RawRatio(query=query, failure=failure):
            bound = f"at most {target(round(1 - least, 12))}" if failure else f"at least {target(least)}"
            return f"{code(windowed(query, sli.seconds))} was {bound}"


def _bad_part(sli: SliceSli) -> str:
    match sli.measure:
        case EventSli():
            return "the share of its events that were bad"
        case Threshold(query=query) as threshold:
            return f"the share of looks at which {code(windowed(query, sli.seconds))} was not {code(str(threshold))}"
        case RawRatio(query=query, failure=failure):
            return f"{'' if failure else 'what is missing to 1 of '}{code(windowed(query, sli.seconds))}"
