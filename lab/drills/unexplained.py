"""Whether something burns in the lab that the drill did not start. Pure: counts in, a sentence out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from slotui.core.figures import cost

_SIGMAS = 5.0
"""Standard deviations that chance may be off: once in a few million looks."""

_LEAST_SHARE = 0.02
"""Share of the budget below which nothing is worth breaking a drill off: what the fastest page tier spends before it
fires (SRE Workbook, ch. 5)."""


@dataclass(frozen=True, slots=True)
class Burned:
    """One SLO since the drill began, in bad events. `allowed` is its whole budget.

    `injected` is the injector's own count of what the drill did to it; None where nobody counts that. `usual` is what
    nature would have done, known with the standard deviation `usual_sigma`.
    """

    slo: str
    allowed: float
    observed: float
    injected: float | None
    usual: float
    usual_sigma: float = 0.0

    @property
    def beyond(self) -> float | None:
        """Bad events that neither the drill nor nature account for."""
        return None if self.injected is None else self.observed - self.injected - self.usual

    @property
    def chance(self) -> float:
        """The most that `beyond` can be by chance."""
        return _SIGMAS * sqrt(max(1.0, self.usual) + self.usual_sigma**2)


def incident(burned: Iterable[Burned], paging: frozenset[str], hurt: frozenset[str]) -> str:
    """Why what burns is no part of the drill, in a sentence about the first such SLO; empty where all is explained.

    `paging` are the SLOs that page now, `hurt` those that a fault of the drill was made to hurt. What was injected has
    to be counted after what was observed: metrics lag behind the injector, and so never show more than it did.

    >>> shop = frozenset({"shop"})
    >>> incident([Burned("shop", allowed=1000, observed=110, injected=100, usual=4)], shop, shop)
    ''
    >>> incident([Burned("shop", allowed=1000, observed=180, injected=100, usual=4)], shop, shop)
    'shop: 76 bad events (7.6% of its budget) are neither of the drill (100 injected) nor usual (4)'
    """
    for one in burned:
        beyond = one.beyond
        if beyond is None or beyond <= one.chance:
            continue
        pages_of_itself = one.slo in paging - hurt
        if pages_of_itself or beyond > _LEAST_SHARE * one.allowed:
            paged = ", and it pages" if pages_of_itself else ""
            return (
                f"{one.slo}: {beyond:.0f} bad events ({cost(beyond / one.allowed) if one.allowed > 0 else '-'} of its "
                f"budget) are neither of the drill ({one.injected:.0f} injected) nor usual ({one.usual:.0f}){paged}"
            )
    return ""
