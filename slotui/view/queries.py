"""The questions behind a number, in PromQL."""

from __future__ import annotations

import re

from slotui.core.counting import slice_bad_expr, windowed
from slotui.core.sli import CompositeSli, EventSli, RawRatio, Threshold
from slotui.core.slo import Slo
from slotui.duration import compact
from slotui.view.ink import Line, Role, fit, line

_AFTER_CONDITION = re.compile(r'(?<=[^\\]",)')


def promql(slo: Slo, window: str | None = None) -> dict[str, str]:
    """Names and queries that answer for the SLI over `window` (a Prometheus duration; default the SLO's own)."""
    span = window or compact(slo.window)
    sli = slo.sli
    if isinstance(sli, EventSli):
        found = {"eligible": f"sum(increase({sli.eligible}[{span}]))"}
        if sli.good is not None:
            found["good"] = f"sum(increase({sli.good}[{span}]))"
        if sli.bad is not None:
            found["bad"] = f"sum(increase({sli.bad}[{span}]))"
        return found
    if isinstance(sli, CompositeSli):
        return {}
    match sli.measure:
        case EventSli():
            return {"bad slice": slice_bad_expr(sli)}
        case Threshold(query=query) as threshold:
            return {"good": f"{windowed(query, sli.seconds)} {threshold}"}
        case RawRatio(query=query, failure=failure):
            return {"bad" if failure else "good": windowed(query, sli.seconds)}


def queries(slo: Slo, columns: int) -> list[Line]:
    """The queries over the SLO's window, each broken over as many lines as it needs."""
    return [
        line((f" {fit(name if first else '', 9)} ", Role.DIM), part)
        for name, query in promql(slo).items()
        for first, part in broken(query, columns - 12)
    ]


def broken(query: str, columns: int) -> list[tuple[bool, str]]:
    """A query cut between its label conditions, where PromQL allows a line break, so that it can be copied whole.

    Each part with whether it is the first.

    >>> broken('sum(x{a="1",b="2",c="3"})', 16)
    [(True, 'sum(x{a="1",'), (False, '  b="2",c="3"})')]
    """
    parts: list[str] = []
    for piece in _AFTER_CONDITION.split(query):
        if parts and len(parts[-1]) + len(piece) <= columns:
            parts[-1] += piece
        else:
            parts.append(f"  {piece}" if parts else piece)
    return [(index == 0, part) for index, part in enumerate(parts)]
