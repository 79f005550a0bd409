"""What somebody asked for, on the command line or in a timetable, before anything is known of the world."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chaos.spend.tripwire import Limits


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line asked for. `faults` are fields for `parse_fault`, without route and method.

    `override` is the reason to spend in spite of a guard, empty for none; `target_name` is the name that makes
    a target which is no lab a meant one; `entry` is the ledger's id for it, where somebody has chosen one already.
    """

    faults: tuple[dict[str, Any], ...]
    seconds: float
    route: str | None
    method: str | None
    reason: str = ""
    yes: bool = False
    as_json: bool = False
    limits: Limits = field(default_factory=Limits)
    override: str = ""
    target_name: str | None = None
    token_file: str = ""
    entry: str | None = None
