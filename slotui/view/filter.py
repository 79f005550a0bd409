"""The filter language of the list: `state:page tier:freeze team=pay budget<50 pay !x`. Every term must hold."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from slotui.core.states import SloState
from slotui.duration import HOUR

if TYPE_CHECKING:
    from slotui.core.board import SloBoard

Test = Callable[["SloBoard"], bool]

_TERM = re.compile(r"(?P<field>[^:=<>]*)(?P<sign>[:=<>])(?P<value>.*)")

_TEXTS: Mapping[str, Callable[[SloBoard], str]] = {
    "name": lambda slo: slo.name,
    "service": lambda slo: slo.slo.service,
    "state": lambda slo: slo.state.value,
    "tier": lambda slo: slo.tier_name,
}
_NUMBERS: Mapping[str, Callable[[SloBoard], float | None]] = {
    "budget": lambda slo: None if slo.remaining is None else 100 * slo.remaining,
    "burn": lambda slo: slo.burns.get(HOUR),
}
FIELDS = (*_TEXTS, *_NUMBERS)


@dataclass(frozen=True, slots=True)
class Filter:
    """What was typed, the tests that an SLO must pass, and what is wrong with it in a sentence.

    A filter with a problem lets everything through: what was misspelt hides nothing.
    """

    text: str = ""
    tests: tuple[Test, ...] = ()
    problem: str | None = None

    @property
    def active(self) -> bool:
        """Whether it can leave anything out."""
        return bool(self.tests) and self.problem is None

    def chosen(self, slos: Sequence[SloBoard]) -> Sequence[SloBoard]:
        """The SLOs that are to be shown, in their order."""
        if not self.active:
            return slos
        left = slos
        for test in self.tests:
            left = [slo for slo in left if test(slo)]
        return left


class _Misspelt(Exception):
    """A term that means nothing; its sentence says what is meant instead."""


def parse_filter(text: str, labels: Collection[str] = ()) -> Filter:
    """A filter from what a person types, never an error: `labels` are the names that `label=value` may have.

    A word is looked for in name and service; `!` turns a term around; a comma stands between choices. What is
    only half typed (`state:`) asks for nothing yet.

    >>> parse_filter("sate:page").problem
    'no field sate: did you mean state?'
    >>> parse_filter("state:pgae").problem
    'no state pgae: did you mean page?'
    >>> parse_filter("budget<half").problem
    'budget<half: write a number, as in budget<50'
    """
    tests = []
    for term in text.split():
        try:
            test = _test(term.removeprefix("!"), labels)
        except _Misspelt as error:
            return Filter(text, (), str(error))
        if test is not None:
            tests.append(_turned(test) if term.startswith("!") else test)
    return Filter(text, tuple(tests))


def _test(term: str, labels: Collection[str]) -> Test | None:
    found = _TERM.fullmatch(term)
    if found is None:
        return _holds(term) if term else None
    field, sign, value = found["field"].lower(), found["sign"], found["value"].lower()
    match sign:
        case ":":
            return _of_field(field, value)
        case "=":
            return _of_label(found["field"], value, labels)
        case _:
            return _compared(field, sign, value)


def _turned(test: Test) -> Test:
    return lambda slo: not test(slo)


def _holds(word: str) -> Test:
    sought = word.lower()
    return lambda slo: sought in slo.name.lower() or sought in slo.slo.service.lower()


def _of_field(field: str, value: str) -> Test | None:
    if field not in _TEXTS:
        raise _Misspelt(_unknown("field", field, _TEXTS))
    choices = [choice for choice in value.split(",") if choice]
    if field == "state":
        choices = [_state(choice) for choice in choices]
    read = _TEXTS[field]
    return (lambda slo: any(choice in read(slo).lower() for choice in choices)) if choices else None


def _state(typed: str) -> str:
    """The state that begins so, while it is still being typed."""
    known = [state.value for state in SloState]
    found = next((name for name in known if name.startswith(typed.replace("_", "-"))), None)
    if found is None:
        raise _Misspelt(_unknown("state", typed, known))
    return found


def _of_label(name: str, value: str, labels: Collection[str]) -> Test | None:
    known = {label.lower(): label for label in labels}
    if name.lower() not in known:
        raise _Misspelt(_unknown("label", name, labels) if labels else f"no SLO has a label {name}")
    label = known[name.lower()]
    return (lambda slo: value in slo.slo.labels.get(label, "").lower()) if value else None


def _compared(field: str, sign: str, value: str) -> Test | None:
    if field not in _NUMBERS:
        raise _Misspelt(_unknown("number", field, _NUMBERS))
    if not value:
        return None
    try:
        bound = float(value.rstrip("%x"))
        if math.isnan(bound):
            raise ValueError
    except ValueError:
        raise _Misspelt(f"{field}{sign}{value}: write a number, as in {field}{sign}50") from None
    read = _NUMBERS[field]

    def holds(slo: SloBoard) -> bool:
        number = read(slo)
        return number is not None and (number < bound if sign == "<" else number > bound)

    return holds


def _unknown(what: str, typed: str, known: Collection[str]) -> str:
    near = get_close_matches(typed, known, n=1, cutoff=0.5)
    choices = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
    return f"no {what} {typed or '(empty)'}: {choices}"
