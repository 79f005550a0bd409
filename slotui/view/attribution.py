"""Who spent the budget, as plain text: a line a cause, the largest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from slotui.core.attribution import Attribution
from slotui.core.board import SloBoard
from slotui.core.figures import cost
from slotui.core.plain import clean
from slotui.view.ink import cells, fit
from slotui.view.words import coverage_note, day_time, measured_share, measured_window, number

_INDENT = "    "
_SHORTEST_NAME, _LONGEST_NAME = 14, 32


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent of an SLO in `(start, end]` (UTC seconds); `by_cause` is None where nothing was measured."""

    slo: SloBoard
    start: float
    end: float
    by_cause: Attribution | None


def render(spent: Iterable[Spent]) -> str:
    """A table for each SLO, in their order."""
    return "\n\n".join("\n".join(_rows(one)) for one in spent)


def _rows(one: Spent) -> Iterator[str]:
    stretch = f"{one.slo.name}, {day_time(one.start)} to {day_time(one.end)} UTC"
    found = one.by_cause
    if found is None:
        yield f"{stretch}: {one.slo.problem or 'nothing was measured'}"
        return
    if found.bad <= 0 and not found.causes:
        yield f"{stretch}: nothing went bad"
        return
    allowed = one.slo.allowed
    whole = f", {cost(found.bad / allowed)} of the budget" if allowed > 0 else ""
    yield f"{stretch}: {number(found.bad)} bad{whole}{_note(one)}"
    lines = [(clean(spend.cause), spend) for spend in found.causes]
    if found.rest is not None:
        lines.append(("not told apart" if found.rest.bad > 0 else "claimed twice", found.rest))
    width = min(_LONGEST_NAME, max([_SHORTEST_NAME, *(cells(name) for name, _ in lines)]))
    yield f"{_INDENT}{fit('cause', width)} {'bad':>12}  {'of the bad':>10}  {'of the budget':>13}"
    for name, spend in lines:
        shares = f"{cost(spend.of_bad):>10}  {cost(spend.of_budget):>13}"
        yield f"{_INDENT}{fit(name, width)} {number(spend.bad):>12}  {shares}"


def _note(one: Spent) -> str:
    """What must be known of a period that was measured in part."""
    if one.start != one.slo.period.start or coverage_note(one.slo) is None:
        return ""
    return f" ({measured_share(one.slo.coverage)} of {measured_window(one.slo)} measured)"
