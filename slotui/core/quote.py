"""What a fault will cost, and what is on, as the one who prices and injects says it. Values only: chaos finds them.

Shares are of the budget, burns are multiples (×), lengths are seconds. What nobody can tell is None.
"""

from __future__ import annotations

from dataclasses import dataclass

from slotui.core.entry import Estimate


@dataclass(frozen=True, slots=True)
class QuotedAlert:
    """A tier that will fire, `after` so many seconds of the fault: `long` is its window, `2h`."""

    severity: str
    long: str
    factor: float
    after: float


@dataclass(frozen=True, slots=True)
class QuotedPrice:
    """What one SLO pays, in `bad` events and as a `share` of the budget, and where that leaves it."""

    slo: str
    window: float
    bad: Estimate
    share: Estimate | None
    share_so_far: float | None
    burn: float | None
    left: float | None
    left_after: float | None
    tier: str | None
    tier_after: str | None
    tier_at_worst: str | None
    alerts: tuple[QuotedAlert, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """A fault and its price. `prices` is None when nobody can tell, and `why` says why.

    `against` are the guards' sentences, word for word, and `ways_out` what to change instead.
    """

    fault: str
    seconds: float
    target: str | None
    service: str | None
    environment: str | None
    prices: tuple[QuotedPrice, ...] | None
    against: tuple[str, ...] = ()
    ways_out: tuple[str, ...] = ()
    why: str = ""

    @property
    def dearest(self) -> QuotedPrice | None:
        """The price of the SLO that pays the largest share of its budget."""
        return max(self.prices or (), key=_weight, default=None)


def _weight(price: QuotedPrice) -> tuple[float, float]:
    return (price.share.mid if price.share else 0.0), price.bad.mid


@dataclass(frozen=True, slots=True)
class Started:
    """A spend that is on: its entry in the ledger, the process that guards it, and where that writes."""

    entry: str
    pid: int
    log: str


@dataclass(frozen=True, slots=True)
class FaultOn:
    """A fault that a service says is on: what it hits, and how much of it so far."""

    id: str
    target: str
    operator: str
    what: str
    matched: int
    injected: int
    seconds_left: float
