"""The orders that the list can take. In each, what is worst stands first, and what is not known last."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from slotui.duration import HOUR

if TYPE_CHECKING:
    from slotui.core.board import SloBoard

_Key = Callable[["SloBoard"], float | str]


class Order(StrEnum):
    """What the list is sorted by; ties stay in the order of the board, which is severity, then time left."""

    SEVERITY = "severity"
    NAME = "name"
    BUDGET = "budget"
    BURN = "burn"
    TIME_LEFT = "time-left"
    TIER = "tier"

    def turned(self, step: int) -> Order:
        """The order `step` further, round and round.

        >>> Order.SEVERITY.turned(1), Order.SEVERITY.turned(-1)
        (<Order.NAME: 'name'>, <Order.TIER: 'tier'>)
        """
        every = list(Order)
        return every[(every.index(self) + step) % len(every)]


def ordered(slos: Sequence[SloBoard], order: Order, tiers: Sequence[str] = ()) -> Sequence[SloBoard]:
    """The SLOs of a board in another order; `tiers` are the policy's, laxest first."""
    if order is Order.SEVERITY:
        return slos
    if order is Order.TIER:
        strictness = {name: -index for index, name in enumerate(tiers)}
        return sorted(slos, key=lambda slo: strictness.get(slo.tier_name, 1))
    return sorted(slos, key=_KEYS[order])


def _budget(slo: SloBoard) -> float:
    return math.inf if slo.remaining is None else slo.remaining


def _burn(slo: SloBoard) -> float:
    found = slo.burns.get(HOUR)
    return math.inf if found is None else -found


def _time_left(slo: SloBoard) -> float:
    if slo.remaining is not None and slo.remaining <= 0:
        return -1.0  # gone already
    return math.inf if slo.exhausts_in is None else slo.exhausts_in


_KEYS: Mapping[Order, _Key] = {
    Order.NAME: lambda slo: slo.name.lower(),
    Order.BUDGET: _budget,
    Order.BURN: _burn,
    Order.TIME_LEFT: _time_left,
}
