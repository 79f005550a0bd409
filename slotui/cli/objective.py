"""What a person types about an objective: targets, and alert factors to try instead of the derived ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from slotui.duration import parse
from slotui.errors import UsageError

if TYPE_CHECKING:
    from slotui.core.alerts import AlertTier


def fraction(text: str) -> float:
    """The share of good events that a target means. Raises `UsageError` for what is none, or leaves no budget.

    >>> fraction("99.9"), fraction("99.95%"), fraction("0.999"), fraction("0")
    (0.999, 0.9995, 0.999, 0.0)
    """
    percents = text.strip().endswith("%")
    try:
        number = float(text.strip().removesuffix("%"))
    except ValueError as error:
        raise UsageError(f"{text!r} is not a target", fix="write a percentage below 100, as in 99.9") from error
    share = round(number / 100, 12) if percents or number >= 1 else number
    if math.isnan(share) or share < 0:
        raise UsageError(f"{text!r} is not a target", fix="write a percentage below 100, as in 99.9")
    if share >= 1:
        raise UsageError(f"a target of {number:g} % leaves no budget", fix="write a percentage below 100, as in 99.9")
    return share


def whole_seconds(text: str) -> int:
    """The length of an SLO window. Raises `UsageError` for what is no duration, or shorter than a second.

    >>> whole_seconds("30d")
    2592000
    """
    seconds = round(parse(text))
    if seconds < 1:
        raise UsageError(f"a window of {text} is shorter than a second", fix="write it as 7d, 28d or 30d")
    return seconds


def tiers_by_hand(factors: str, window: int) -> tuple[AlertTier, ...]:
    """The standard windows with the factors of `14.4,6,3,1`. Raises `UsageError` where they are not four."""
    from slotui.core.alerts import tiers_at_factors

    fix = "write four numbers above 0, as in 14.4,6,3,1"
    try:
        numbers = tuple(float(factor) for factor in factors.split(","))
        if not all(math.isfinite(number) and number > 0 for number in numbers):
            raise UsageError(f"--factors {factors}: a factor is a number above 0", fix=fix)
        return tiers_at_factors(numbers, window)
    except ValueError as error:
        raise UsageError(f"--factors {factors}: {error}", fix=fix) from error
