"""What to ask a Prometheus to get an SLO's numbers again: one expression each, so that it can be pasted and run."""

from __future__ import annotations

import re
from dataclasses import dataclass

from slotui.core.board import SloBoard
from slotui.core.counting import bad_expr, eligible_expr, error_ratio_expr
from slotui.core.sli import CompositeSli, EventSli, Selector, Sli
from slotui.duration import compact
from slotui.view.queries import promql

_FILE = EventSli(Selector("total"), bad=Selector("bad"))
"""The SLI of a bare file of counts: the names of its columns, which no Prometheus knows."""

_BREAKS = re.compile(r'(?<=[^\\]",)|(?= (?:/|-|or|unless) )')


@dataclass(frozen=True, slots=True)
class Question:
    """`about` says in words what the expression gives."""

    about: str
    promql: str


def questions(slo: SloBoard) -> tuple[Question, ...]:
    """The bad share over the whole window, then over each window that is watched; then the counts.

    A burn is such a share over `1 - target`. Empty where nothing can be asked: see `without`.
    """
    objective = slo.slo
    if isinstance(objective.sli, CompositeSli) or objective.sli == _FILE:
        return ()
    windows = [objective.window, *sorted(window for window in slo.burns if window != objective.window)]
    shares = [Question(f"bad share over {compact(window)}", _bad_share(objective.sli, window)) for window in windows]
    counts = [Question(f"{name} over {compact(objective.window)}", query) for name, query in promql(objective).items()]
    return (*shares, *(counts if isinstance(objective.sli, EventSli) else ()))


def without(slo: SloBoard) -> str:
    """Why an SLO has no question."""
    if isinstance(slo.slo.sli, CompositeSli):
        return f"{slo.name} has no PromQL of its own: it is made of its objectives, ask for those"
    return f"{slo.name} has no PromQL: it was counted in a file"


def _bad_share(sli: Sli, window: float) -> str:
    eligible = eligible_expr(sli, window)
    if isinstance(sli, EventSli):
        return error_ratio_expr(sli, window, eligible)
    return f"{bad_expr(sli, window)} / {eligible}"


def laid_out(promql: str, columns: int) -> list[str]:
    """An expression over as many lines as it needs, broken where PromQL lets it: copied whole, it runs.

    >>> laid_out('sum(x{a="1",b="2"}) / (sum(y) > 0)', 22)
    ['sum(x{a="1",b="2"})', '  / (sum(y) > 0)']
    """
    rows: list[str] = []
    for piece in _BREAKS.split(promql):
        if rows and len(rows[-1]) + len(piece) <= columns:
            rows[-1] += piece
        else:
            rows.append(f"  {piece.lstrip()}" if rows else piece)
    return rows
