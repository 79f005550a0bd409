"""What the commands of `chaos` print as JSON, as values.

Every reading raises ValueError, KeyError, TypeError, AttributeError or OverflowError for what nobody understands.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from slotui.core.entry import Estimate
from slotui.core.quote import FaultOn, Quote, QuotedAlert, QuotedPrice, Started


def quote_of(data: Mapping[str, Any]) -> Quote:
    """What `chaos plan` prints."""
    prices = data["prices"]
    return Quote(
        fault=str(data["fault"]),
        seconds=_number(data["seconds"]),
        target=_text(data["target"]),
        service=_text(data["service"]),
        environment=_text(data["environment"]),
        prices=None if prices is None else tuple(map(_price, prices)),
        against=tuple(map(str, data["against"])),
        ways_out=tuple(map(str, data["ways_out"])),
        why=_text(data["why"]) or "",
    )


def _price(data: Mapping[str, Any]) -> QuotedPrice:
    alerts = (
        QuotedAlert(str(one["tier"]), str(one["long"]), _number(one["factor"]), _number(one["fires_after_seconds"]))
        for one in data["alerts"]
    )
    return QuotedPrice(
        slo=str(data["slo"]),
        window=_number(data["window"]),
        bad=_estimate(data["bad"]),
        share=_estimate(data["share"]) if data["share"] else None,
        share_so_far=_number_if_any(data["share_so_far"]),
        burn=_number_if_any(data["burn"]),
        left=_number_if_any(data["left"]),
        left_after=_number_if_any(data["left_after"]),
        tier=_text(data["tier"]),
        tier_after=_text(data["tier_after"]),
        tier_at_worst=_text(data["tier_at_worst"]),
        alerts=tuple(alerts),
        assumed=tuple(map(str, data["assumed"])),
    )


def started_of(data: Mapping[str, Any]) -> Started:
    """What `chaos inject --detach` prints."""
    return Started(data["entry"], int(data["pid"]), data["log"])


def faults_on(found: Iterable[Mapping[str, Any]]) -> tuple[FaultOn, ...]:
    """What `chaos status` and `chaos halt` list."""
    return tuple(map(_on, found))


def _on(data: Mapping[str, Any]) -> FaultOn:
    hits = [
        f"{fault['kind']} on {' '.join(filter(None, (fault['method'], fault['route'])))}" for fault in data["faults"]
    ]
    return FaultOn(
        id=str(data["id"]),
        target=str(data["target"]),
        operator=str(data["operator"]),
        what=" and ".join(hits),
        matched=int(data["matched"]),
        injected=int(data["injected"]),
        seconds_left=_number(data["seconds_left"]),
    )


def _estimate(data: Mapping[str, Any]) -> Estimate:
    return Estimate(_number(data["low"]), _number(data["mid"]), _number(data["high"]))


def _number_if_any(value: Any) -> float | None:
    return None if value is None else _number(value)


def _number(value: Any) -> float:
    """Raises ValueError for what JSON lets through and no screen can show."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{number} is no figure")
    return number


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
