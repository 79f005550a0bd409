"""Who spent the budget, as JSON; additions only. What is not known is null."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slotui.clock import to_iso
from slotui.core.attribution import CauseSpend
from slotui.core.board import Board
from slotui.view.attribution import Spent
from slotui.view.board_json import source_json

SCHEMA = "slotui/attribution/1"


def to_json(board: Board, spent: Iterable[Spent]) -> dict[str, Any]:
    """The document that `slotui attribution --output json` prints; `bad` is the sum of the causes and the rest."""
    return {
        "schema": SCHEMA,
        "at": to_iso(board.at),
        "source": source_json(board.source),
        "slos": [_slo(one) for one in spent],
    }


def _slo(one: Spent) -> dict[str, Any]:
    found, events = one.by_cause, one.slo.slo.events
    return {
        "name": one.slo.name,
        "label": events.cause if events else None,
        "from": to_iso(one.start),
        "to": to_iso(one.end),
        "bad": found.bad if found else None,
        "allowed": one.slo.allowed,
        "causes": [{"cause": spend.cause, **_shares(spend)} for spend in found.causes] if found else None,
        "rest": _shares(found.rest) if found and found.rest else None,
    }


def _shares(spend: CauseSpend) -> dict[str, Any]:
    return {"bad": spend.bad, "share_of_bad": spend.of_bad, "share_of_budget": spend.of_budget}
