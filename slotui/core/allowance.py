"""What a target allows over a window, read as time and as requests, before anything was measured."""

from __future__ import annotations

from dataclasses import dataclass

from slotui.core.budget import largest_burn, share_spent
from slotui.duration import DAY, MINUTE

STANDARD_TARGETS = (0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99999)
STANDARD_WINDOWS = (7 * DAY, 28 * DAY, 30 * DAY, 90 * DAY)
"""Seconds."""


@dataclass(frozen=True, slots=True)
class RequestAllowance:
    """The budget of `eligible` requests in a window: how many may fail, and how many a minute of outage fails."""

    eligible: float
    allowed: float
    per_minute: float

    @property
    def one_failure_share(self) -> float:
        """Share of the budget that a single failed request spends."""
        return 1 / self.allowed


@dataclass(frozen=True, slots=True)
class Allowance:
    """The budget of a target (a fraction) over a window (seconds): `outage` is seconds of total failure.

    `minute_share` is what one minute of it spends, both at even traffic; `largest_burn` is its burn rate.
    """

    target: float
    window: float
    outage: float
    minute_share: float
    largest_burn: float
    requests: RequestAllowance | None


def allowance(target: float, window: float, eligible: float | None = None) -> Allowance:
    """What `target` allows over `window` seconds, and of `eligible` requests in it where they are known.

    >>> found = allowance(0.999, 30 * DAY, 432_000_000)
    >>> found.outage, found.requests.allowed, round(found.minute_share, 5)
    (2592.0, 432000.0, 0.02315)
    """
    burn = largest_burn(target)
    # 1 − 0.9995 is 0.0005000000000000004 in binary: of 121 G requests that makes a difference to be seen.
    share = round(1 - target, 12)
    return Allowance(
        target=target,
        window=window,
        outage=share * window,
        minute_share=share_spent(burn, MINUTE, window),
        largest_burn=burn,
        requests=None if eligible is None else RequestAllowance(eligible, share * eligible, eligible * MINUTE / window),
    )
