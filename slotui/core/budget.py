"""How much unreliability is left to spend, and how fast it goes.

Symbols as in the SRE Workbook: W window, t target, N eligible, B bad, b burn rate.
Everything is event-weighted: counts are summed, then divided. Averaging ratios hides what happens at peak.
"""

from __future__ import annotations

from dataclasses import dataclass

from slotui.core.timeline import Counts

_FULLY_MEASURED = 0.999
"""Coverage from which a window counts as full: one missed scrape in a thousand is no hole."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The budget of one SLO over its window, from what was measured of it.

    `counts` are those of the window; `window` is in seconds. A calendar period has `elapsed` seconds of it
    behind it, None says that the window rolls; its budget is granted for the whole period on the first day.
    """

    target: float
    window: float
    counts: Counts
    elapsed: float | None = None

    @property
    def allowed(self) -> float:
        """Bad events that the target permits: (1−t)·N of those seen so far.

        In a calendar period: among as many as the whole period will see at the traffic so far.

        >>> month = Budget(0.999, 30 * 86400, Counts(1_000_000, 200, 3 * 86400), elapsed=3 * 86400)
        >>> round(month.allowed), round(month.remaining_ratio, 6)
        (10000, 0.98)
        """
        seen = (1 - self.target) * self.counts.eligible
        if self.elapsed is None or self.counts.measured <= 0:
            return seen
        return seen * max(1.0, self.window / self.counts.measured)

    @property
    def remaining_ratio(self) -> float | None:
        """1 − B/allowed: 1 untouched, 0 spent, negative overspent; None without eligible events.

        >>> round(Budget(0.999, 28 * 86400, Counts(722_137_084, 455_533, 28 * 86400)).remaining_ratio, 6)
        0.369188
        """
        return 1 - self.counts.bad / self.allowed if self.counts.eligible > 0 else None

    @property
    def spent_ratio(self) -> float | None:
        """B/allowed, or None without eligible events."""
        remaining = self.remaining_ratio
        return None if remaining is None else 1 - remaining

    @property
    def coverage(self) -> float:
        """Measured share of the window (of a calendar period: so far), 0 to 1. A hole is not availability."""
        length = self.window if self.elapsed is None else self.elapsed
        return min(1.0, max(0.0, self.counts.measured / length)) if length > 0 else 0.0

    @property
    def full(self) -> bool:
        """Whether the whole window was measured."""
        return self.coverage >= _FULLY_MEASURED

    @property
    def projected_remaining_ratio(self) -> float | None:
        """What would be left if the unmeasured rest of the window had this traffic and no bad event.

        A young service's budget "so far" is small: 5 % errors for 10 minutes cost 1.157 % of a full
        30 d budget, and 833 % of a one-hour-old one. None without eligible events.
        """
        spent = self.spent_ratio
        if spent is None or self.elapsed is not None:
            return self.remaining_ratio
        return 1 - spent * self.coverage


def burn_rate(counts: Counts, target: float) -> float | None:
    """b = e/(1−t): 1 spends the budget exactly by the end of the window. None without eligible events.

    >>> round(burn_rate(Counts(1000, 50), 0.999), 6)
    50.0
    """
    ratio = counts.error_ratio
    return None if ratio is None else ratio / (1 - target)


def largest_burn(target: float) -> float:
    """The burn of a total failure, 1/(1−t): no alert factor from there on can ever be exceeded.

    >>> largest_burn(0.999), largest_burn(0.95)
    (1000.0, 20.0)
    """
    # 1/(1−0.999) is 999.9999999999991 in binary; what a target says has far fewer digits than that.
    return float(f"{1 / (1 - target):.12g}")


def share_spent(burn: float, seconds: float, window: float) -> float:
    """Share of a full window's budget that `burn` spends in `seconds`: p = b·L/W, at even traffic.

    >>> round(share_spent(50, 600, 30 * 86400), 5)
    0.01157
    """
    return burn * seconds / window


def exhausts_in(remaining_ratio: float | None, burn: float | None, window: float) -> float | None:
    """Seconds until nothing is left at the present burn: remaining·W/b; what rolls off is not counted.

    0.0 when the budget is already spent; None when it is not being spent or nothing is known.

    >>> round(exhausts_in(0.312, 16.2, 30 * 86400))
    49920
    """
    if remaining_ratio is None:
        return None
    if remaining_ratio <= 0:
        return 0.0
    if burn is None or burn <= 0:
        return None
    return remaining_ratio * window / burn


def outage_time(target: float, window: float) -> float:
    """The budget read as seconds of total failure at even traffic: (1−t)·W.

    >>> round(outage_time(0.999, 30 * 86400))  # 43 min 12 s
    2592
    """
    return (1 - target) * window
