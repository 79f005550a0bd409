"""Tolerances of a steady-state hypothesis: what a probe's value has to be. What was not measured is not tolerated."""

from __future__ import annotations

from typing import Any

__all__ = ["budget_above", "burn_below", "no_fault_on", "tier_is"]


def budget_above(share: float, value: float | None = None) -> bool:
    """Of `budget_remaining`: more than this share of the budget is left.

    >>> budget_above(0.2, 0.31), budget_above(0.2, 0.2), budget_above(0.2)
    (True, False, False)
    """
    return value is not None and value > share


def burn_below(times: float, value: float | None = None) -> bool:
    """Of `burn_rate`: the budget burns slower than so many times as fast as allowed.

    >>> burn_below(14.4, 1.0), burn_below(14.4)
    (True, False)
    """
    return value is not None and value < times


def tier_is(tier: str, value: str = "") -> bool:
    """Of `policy_tier`: it is one of these, with commas between them.

    >>> tier_is("healthy, caution", "caution"), tier_is("healthy", "hold")
    (True, False)
    """
    return value in [name.strip() for name in tier.split(",")]


def no_fault_on(value: list[Any] | None = None) -> bool:
    """Of `active_faults`: none.

    >>> no_fault_on([]), no_fault_on()
    (True, False)
    """
    return value == []
