"""The JSON that scripts depend on."""

from __future__ import annotations

import json
from dataclasses import replace

from slotui.core.assemble import aged, nothing_yet
from slotui.core.board import Verdict
from slotui.core.states import SloState
from slotui.view.board_json import to_json

TOP = ["schema", "at", "verdict", "source", "slos", "chaos", "ledger"]
SLO = [
    "name", "service", "target", "window", "state", "eligible", "bad", "allowed",
    "remaining_ratio", "coverage", "exhausts_in_seconds", "tier", "burn", "alerts",
]  # fmt: skip


def strict(board):
    """As a script reads it; NaN and Infinity are no JSON."""
    return json.loads(json.dumps(to_json(board), allow_nan=False))


def test_keys_and_their_order_are_those_of_the_contract(board):
    found = strict(board)
    assert list(found)[: len(TOP)] == TOP
    assert list(found["source"]) == ["kind", "url", "state", "age_seconds", "error"]
    for slo in found["slos"]:
        assert list(slo)[: len(SLO)] == SLO
    assert list(found["slos"][0]["alerts"][0]) == ["tier", "long", "short", "factor", "firing", "since"]
    assert list(found["ledger"])[:3] == ["planned", "incident", "unexplained"]


def test_the_numbers_are_those_of_the_board(board):
    found = strict(board)
    slo, same = found["slos"][0], board.slos[0]
    assert found["schema"] == "slotui/board/1"
    assert found["at"] == "2025-11-22T14:02:31Z"
    assert found["verdict"] == board.verdict.sentence
    assert slo["name"] == "availability"
    assert slo["state"] == "page"
    assert slo["eligible"] == same.counts.eligible
    assert isinstance(slo["eligible"], int)
    assert slo["remaining_ratio"] == same.remaining
    assert slo["burn"]["1h"] == same.burns[3600]
    assert slo["burn"]["30d"] == same.burns[30 * 86400]
    assert slo["alerts"][0] == {
        "tier": "page", "long": "1h", "short": "5m", "factor": 14.4, "firing": True, "since": slo["alerts"][0]["since"],
    }  # fmt: skip
    assert slo["alerts"][0]["since"].endswith("Z")
    assert found["ledger"]["planned"] == same.split.planned
    assert [fault["id"] for fault in found["chaos"]] == ["e1", "stray"]


def test_what_is_not_known_is_null(board):
    missing = next(slo for slo in strict(board)["slos"] if slo["name"] == "missing")
    for key in ("eligible", "bad", "allowed", "remaining_ratio", "exhausts_in_seconds", "seen_at"):
        assert missing[key] is None, key
    assert set(missing["burn"].values()) == {None}
    assert missing["state"] == "no-data"
    assert missing["tier"] == "hold"


def test_nan_and_infinity_become_null(board):
    odd = replace(board.slos[0], remaining=float("nan"), exhausts_in=float("inf"))
    found = strict(replace(board, slos=(odd,)))["slos"][0]
    assert found["remaining_ratio"] is None
    assert found["exhausts_in_seconds"] is None


def test_stale_and_down_say_so(board):
    stale = strict(aged(board, board.at + 130, "refused", 10.0))
    assert stale["source"]["state"] == "stale"
    assert stale["source"]["age_seconds"] >= 130
    assert stale["source"]["error"] == "refused"
    assert stale["slos"][0]["remaining_ratio"] == board.slos[0].remaining
    down = strict(nothing_yet([slo.slo for slo in board.slos], "prometheus", "http://x", board.at, "refused", None))
    assert down["source"] == {
        "kind": "prometheus", "url": "http://x", "state": "down", "age_seconds": None, "error": "refused",
    }  # fmt: skip
    assert down["ledger"]["planned"] is None


def test_a_board_without_slos_is_a_board(board):
    empty = replace(board, slos=(), verdict=Verdict(SloState.NO_DATA, "no SLO to watch", ""))
    assert strict(empty)["ledger"] == {"planned": None, "incident": None, "unexplained": None, "slo": None}
