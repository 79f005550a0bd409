"""The balance since a marked moment: what was spent after an incident began, or after its fix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from slotui.core.timeline import Counts


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment (UTC seconds), and what each SLO counted since then; one that nobody measured since is missing."""

    at: float
    counts: Mapping[str, Counts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Balance:
    """Counts since `start` (UTC seconds), and the share of the present budget that their bad events are.

    `share` is None without a budget, as without eligible events.
    """

    start: float
    counts: Counts
    share: float | None


def balance(mark: Mark | None, slo: str, allowed: float) -> Balance | None:
    """The balance of an SLO whose budget is `allowed` bad events; None where nothing is marked, or was measured.

    >>> balance(Mark(0, {"shop": Counts(1000, 5, 60)}), "shop", 50)
    Balance(start=0, counts=Counts(eligible=1000, bad=5, measured=60), share=0.1)
    """
    if mark is None or slo not in mark.counts:
        return None
    counts = mark.counts[slo]
    return Balance(mark.at, counts, counts.bad / allowed if allowed > 0 else None)
