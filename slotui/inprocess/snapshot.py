"""What an objective has to say at one instant, as a frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slotui.core.alerts import AlertStatus, AlertTier
from slotui.core.budget import Budget


@dataclass(frozen=True, slots=True)
class ObjectiveSnapshot:
    """Counts, budget, burn and alerts at `at` (UTC seconds). What is not known is None, never 100 % or NaN.

    `burn` is by window (`"1h"`), as a multiple of the rate that spends the budget by the window's end.
    `problem` says why the store could not be asked: counts of other processes may then be older.
    """

    name: str
    service: str
    at: float
    budget: Budget
    burn: Mapping[str, float | None]
    alerts: tuple[AlertStatus, ...]
    problem: str | None = None

    @property
    def target(self) -> float:
        return self.budget.target

    @property
    def eligible(self) -> int:
        """Events in the window."""
        return int(self.budget.counts.eligible)

    @property
    def bad(self) -> int:
        """Bad events in the window."""
        return int(self.budget.counts.bad)

    @property
    def good(self) -> int:
        """Good events in the window."""
        return self.eligible - self.bad

    @property
    def success_ratio(self) -> float | None:
        """Good share of the events, or None without any."""
        return self.good / self.eligible if self.eligible else None

    @property
    def budget_remaining(self) -> float | None:
        """Share of the budget that is left: 1 untouched, 0 spent, negative overspent; None without events."""
        return self.budget.remaining_ratio

    @property
    def coverage(self) -> float:
        """Share of the window that lies behind the first start of the service, 0 to 1."""
        return self.budget.coverage

    @property
    def firing(self) -> tuple[AlertTier, ...]:
        """The alert tiers that fire, most urgent first."""
        return tuple(status.tier for status in self.alerts if status.firing)

    @property
    def breached(self) -> bool | None:
        """Whether the success ratio is below the target; None without events."""
        return None if self.success_ratio is None else self.success_ratio < self.target
