"""Objectives that other tools write in percent."""

from __future__ import annotations


def target_of(percent: float) -> float | None:
    """The fraction that a percentage stands for, or None for what cannot be an objective: below 1, 100 or more.

    99.9/100 is 0.9990000000000001 in binary; the decimal that was written is meant.

    >>> target_of(99.9), target_of(100), target_of(0.999)
    (0.999, None, None)
    """
    target = round(percent / 100, 12)
    return target if percent >= 1 and target < 1 else None


def hint(percent: float) -> str:
    """What to write instead of a percentage that cannot be an objective.

    >>> hint(0.999), hint(100)
    ('write 99.9, in percent', 'write 99.9; 100 leaves no budget at all')
    """
    if 0.5 <= percent < 1:
        return f"write {100 * percent:.12g}, in percent"
    return "write 99.9; 100 leaves no budget at all" if 99 < percent <= 100 else "write a percentage, as in 99.9"
