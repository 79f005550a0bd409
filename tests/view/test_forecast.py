"""What lies ahead, in sentences and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from slotui.core.balance import Balance
from slotui.core.board import Board
from slotui.core.forecast import Expected, Forecast, RollOff
from slotui.core.timeline import Counts
from slotui.duration import DAY, HOUR
from slotui.view import forecast as view
from slotui.view.board_json import to_json
from slotui.view.explain import explain

NOW = 1763820151.0  # 2025-11-22T14:02:31Z
OUTAGE = RollOff(NOW - 20 * DAY, NOW - 20 * DAY + HOUR, NOW + 10 * DAY, NOW + 10 * DAY + HOUR, 0.312)
CURVE = (Expected(NOW, 0.4), Expected(NOW + 30 * DAY, 0.25))


@pytest.mark.parametrize(
    ("found", "remaining", "sentence"),
    [
        pytest.param(Forecast(NOW, 16.2, gone_at=NOW + 49920), 0.312,
                     "At 16.2x nothing is left in 13h52m, what rolls off counted: at 11-23 03:54 UTC", id="when it is gone"),
        pytest.param(Forecast(NOW, 0.5, curve=CURVE), 0.4,
                     "At 0.5x the budget is not exhausted within the next 30d: 25.0% left at its end", id="that it lasts"),
        pytest.param(Forecast(NOW, 0.5, back_at=NOW + 2 * DAY), -0.1,
                     "At 0.5x something is left again in 2d: at 11-24 14:02 UTC", id="when it is back"),
        pytest.param(Forecast(NOW, 3.0, curve=CURVE), -0.1,
                     "At 3.0x nothing is left again within the next 30d", id="that it does not come back"),
        pytest.param(Forecast(NOW, None), 0.4,
                     "Without traffic in the last hour nothing is being spent, and no burn is known to go on", id="no traffic"),
        pytest.param(None, None, "unknown: without eligible events there is nothing to foretell", id="nothing at all"),
    ],
)  # fmt: skip
def test_the_outlook(found: Forecast | None, remaining: float | None, sentence: str, board: Board) -> None:
    slo = replace(board.slos[0], forecast=found, remaining=remaining)
    assert next(iter(view.ahead(slo))) == sentence


def test_the_outage_and_the_day_it_leaves(board: Board) -> None:
    slo = replace(board.slos[0], forecast=Forecast(NOW, 0.5, roll_offs=(OUTAGE,), curve=CURVE))
    assert list(view.ahead(slo))[1] == (
        "What went bad from 11-02 14:02 to 11-02 15:02 leaves the window by 12-02 15:02 UTC: +31.2%"
    )
    assert all(len(row) <= 80 for row in explain(slo, now=NOW).split("\n"))


def test_a_calendar_budget_says_when_it_starts_over(board: Board) -> None:
    slo = replace(board.slos[0], forecast=Forecast(NOW, 0.5, resets_at=NOW + 8 * DAY, curve=CURVE))
    assert list(view.ahead(slo))[-1] == "The budget starts over at 11-30 14:02 UTC, in 8d"


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        pytest.param(Balance(NOW, Counts(70_800, 1_800, 7080), 0.069), "Since 11-22 14:02 UTC: 1,800 bad of 70,800, 6.9% of the budget", id="spent"),
        pytest.param(Balance(NOW, Counts(100, 0, 60), None), "Since 11-22 14:02 UTC: 0 bad of 100", id="without a budget"),
        pytest.param(Balance(NOW, Counts(0, 0, 60), None), "Since 11-22 14:02 UTC: no eligible event", id="without traffic"),
    ],
)  # fmt: skip
def test_the_balance(found: Balance, sentence: str) -> None:
    assert view.since(found) == sentence


def test_json(board: Board) -> None:
    made = Forecast(NOW, 0.5, NOW + DAY, None, None, (OUTAGE,), CURVE)
    slo = replace(board.slos[0], forecast=made, balance=Balance(NOW, Counts(100, 1, 60), 0.5))
    (found,) = json.loads(json.dumps(to_json(replace(board, slos=(slo,))), allow_nan=False))["slos"]
    assert found["forecast"] == {
        "burn": 0.5,
        "gone_at": "2025-11-23T14:02:31Z",
        "back_at": None,
        "resets_at": None,
        "roll_offs": [
            {
                "from": "2025-11-02T14:02:31Z",
                "to": "2025-11-02T15:02:31Z",
                "leaves_from": "2025-12-02T14:02:31Z",
                "leaves_by": "2025-12-02T15:02:31Z",
                "share": 0.312,
            }
        ],
        "curve": [
            {"at": "2025-11-22T14:02:31Z", "remaining_ratio": 0.4},
            {"at": "2025-12-22T14:02:31Z", "remaining_ratio": 0.25},
        ],
    }
    assert found["balance"] == {
        "since": "2025-11-22T14:02:31Z", "eligible": 100, "bad": 1, "measured_seconds": 60, "share": 0.5,
    }  # fmt: skip
