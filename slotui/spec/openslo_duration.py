"""Durations as OpenSLO v1 writes them: a number and one of m h d w M Q Y, where M is a month."""

from __future__ import annotations

import re
from typing import NamedTuple, cast

from slotui.core.window import NOMINAL, Unit

_DURATION = re.compile(r"([1-9]\d{0,4})([mhdwMQY])")


class Duration(NamedTuple):
    """So many of a unit."""

    number: int
    unit: Unit

    @property
    def seconds(self) -> int:
        """Its length; months, quarters and years by their nominal length."""
        return self.number * NOMINAL[self.unit]

    @property
    def fixed(self) -> bool:
        """Whether it is as long whenever it begins."""
        return self.unit not in "MQY"


def duration_of(text: str) -> Duration | None:
    """The duration, or None for what is none.

    >>> duration_of("28d"), duration_of("1 month")
    (Duration(number=28, unit='d'), None)
    """
    found = _DURATION.fullmatch(text.strip())
    return Duration(int(found[1]), cast("Unit", found[2])) if found else None
