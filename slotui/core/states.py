"""The words for how things stand: of one SLO, of a source, of a burn. They are known before there is any board."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

SourceState = Literal["live", "stale", "down"]
Trend = Literal["up", "down", "flat"]


class SloState(StrEnum):
    """The state word of one SLO."""

    PAGE = "page"
    SPENT = "spent"
    TICKET = "ticket"
    NO_DATA = "no-data"
    QUIET = "quiet"
    OK = "ok"


SEVERITY = tuple(SloState)
"""Worst first: the order of the overview."""
