"""Who spent the budget: the bad events of a stretch by what their cause label says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

UNKNOWN_CAUSE = "unknown"
"""The cause of a bad event whose label says nothing."""
_ROUNDING = 1e-6
"""Share of the bad events below which a difference of two sums is none."""


@dataclass(frozen=True, slots=True)
class CauseSpend:
    """The bad events of one cause: their number, their share of all bad ones, and of the allowed ones.

    `of_budget` is None without a budget, as without eligible events.
    """

    cause: str
    bad: float
    of_bad: float
    of_budget: float | None


@dataclass(frozen=True, slots=True)
class Attribution:
    """`bad` events in all, which the causes and `rest` add up to: what nobody told the cause of.

    The rest is negative where causes claim more than went bad, as when good events carry no cause label.
    """

    bad: float
    causes: tuple[CauseSpend, ...]
    rest: CauseSpend | None


def attribute(by_cause: Mapping[str, float], bad: float, allowed: float) -> Attribution:
    """Shares of `bad` events, `allowed` of which are the budget: the largest first, `unknown` last.

    >>> found = attribute({"payment": 6, "unknown": 3, "none": 0}, bad=10, allowed=40)
    >>> [(one.cause, one.of_bad, one.of_budget) for one in found.causes]
    [('payment', 0.6, 0.15), ('unknown', 0.3, 0.075)]
    >>> found.rest.bad
    1
    """

    def spend(cause: str, events: float) -> CauseSpend:
        return CauseSpend(cause, events, events / bad if bad > 0 else 0.0, events / allowed if allowed > 0 else None)

    kept = {cause: events for cause, events in by_cause.items() if events > _ROUNDING * max(1.0, bad)}
    ranked = sorted(kept, key=lambda cause: (cause == UNKNOWN_CAUSE, -kept[cause], cause))
    rest = bad - sum(kept.values())
    close = abs(rest) <= _ROUNDING * max(1.0, bad)
    return Attribution(bad, tuple(spend(cause, kept[cause]) for cause in ranked), None if close else spend("", rest))
