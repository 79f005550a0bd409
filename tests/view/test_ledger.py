"""An account and an entry in words, and what hostile text in them cannot do."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from slotui.core.account import Account, Posting, Spending
from slotui.core.board import Board
from slotui.core.entry import Entry, Estimate
from slotui.core.forecast import RollOff
from slotui.duration import DAY, HOUR
from slotui.view.ledger import account_text, entry_text
from slotui.view.ledger_json import accounts_json, ledger_csv, ledger_json

HOSTILE = "\x1b[2J=cmd|' /C calc'!A0\n\u202eroot\x07"
DRILL = Entry(
    "e0f1a2b3", "experiment", ("availability",), "ben", "practice", "5% 500", 1763733600.0, 1763734200.0,
    {"availability": Estimate(400, 432, 460)}, 1763734200.0, 430, {"availability": 610.0}, "expired",
)  # fmt: skip


@pytest.fixture
def account(board: Board) -> Account:
    slo = board.find("availability")
    assert slo is not None
    incident = replace(DRILL, id="c0c0c0c0", kind="incident", reason="payments", fault="", ending="claimed")
    at, start = board.at, slo.period.start
    return Account(
        slo=slo,
        start=start,
        at=at,
        allowed=1000.0,
        opening=1000.0,
        granted=0.0,
        rolled_off=0.0,
        postings=(
            Posting("incident", start + DAY, start + DAY + HOUR, 200, 200, incident),
            Posting("planned", DRILL.started, DRILL.started + 600, 100, 0, DRILL),
            Posting("unclaimed", at - HOUR, at - 600, 50),
        ),
        rest=25.0,
        spent=Spending(100, 200, 75),
        kept=Spending(100, 0, 75),
        ahead=(RollOff(start + DAY, start + DAY + HOUR, at + DAY, at + DAY + HOUR, 0.2),),
    )


def test_an_account_reads_like_a_bank_account(account: Account) -> None:
    rows = [line.split() for line in account_text(account).splitlines() if line]
    assert rows[2][2:] == ["opening", "balance", "100.0%"]
    assert rows[3][4:] == ["incident", "c0c0c0c0", "-200", "-20.0%", "80.0%", "payments", "[excluded]"]
    assert rows[4][4:] == ["experiment", "e0f1a2b3", "-100", "-10.0%", "70.0%", "5%", "500:", "practice", "(expired)"]
    assert rows[5][4:8] == ["unclaimed", "-50", "-5.0%", "65.0%"]
    assert rows[6][:6] == ["the", "rest,", "unexplained", "-25", "-2.5%", "62.5%"]
    assert rows[7][2:] == ["balance", "62.5%"]
    sums = {row[0]: row[1:] for row in rows[9:14]}
    assert sums["planned"] == ["100", "10.0%", "100", "10.0%"]
    assert sums["incidents"] == ["200", "20.0%", "0", "0.0%"]
    assert sums["spent"] == ["375", "37.5%", "175", "17.5%"]
    assert sums["left"] == ["625", "62.5%", "825", "82.5%"]
    assert rows[14][:3] == ["rolls", "off", "by"]
    assert "slotui ledger claim 2025-11-22T13:02:31Z 2025-11-22T13:52:31Z --slo availability" in account_text(account)


def test_an_alert_is_a_mark_from_when_to_when_and_costs_nothing(account: Account) -> None:
    on = Entry(
        "0fdb9cd61184", "alert", ("availability",), "alertmanager", "it burns", "page over 1h and 5m", 1763733660.0
    )
    over = replace(on, ended=1763733960.0, ending="resolved")

    def told(entry: Entry) -> str:
        posting = Posting("mark", entry.started, 1763733960.0, entry=entry)
        lines = account_text(replace(account, postings=(posting,))).splitlines()
        return next(line.strip() for line in lines if entry.id in line)

    assert told(over).startswith("11-21 14:01 to 14:06       alert       0fdb9cd61184  ")
    assert told(over).endswith("  page over 1h and 5m: it burns")
    assert told(on) == f"{told(over)}; still on"


def test_without_exclusions_nothing_is_told_twice(account: Account) -> None:
    assert "without the excluded" not in account_text(replace(account, kept=account.spent))


def test_the_json_adds_up(account: Account, board: Board) -> None:
    (found,) = json.loads(json.dumps(accounts_json(board, [account]), allow_nan=False))["accounts"]
    spent = sum(posting["bad"] for posting in found["postings"]) + found["rest"]
    assert found["opening"] + found["granted"] + found["rolled_off"] - spent == found["left"] == 625
    assert (found["remaining_ratio"], found["without_excluded"]["remaining_ratio"]) == (0.625, 0.825)


def test_a_bill_that_does_not_add_up_is_told() -> None:
    text = entry_text(DRILL, [replace(DRILL, id="x1", kind="provider", about=DRILL.id)])
    row = next(line for line in text.splitlines() if line.startswith("availability"))
    assert row.split()[:6] == ["availability", "432", "(400-460)", "430", "610", "180"]
    assert "something else burned too" in row
    assert "excluded by  x1 (provider)" in text
    assert "something else" not in entry_text(replace(DRILL, observed={"availability": 450.0}))


@pytest.mark.parametrize("field", ["id", "operator", "reason", "fault", "ending", "slos", "about"])
def test_hostile_text_draws_nothing_and_is_no_formula(field: str, account: Account) -> None:
    bad = replace(DRILL, **{field: (HOSTILE,) if field == "slos" else HOSTILE})
    posting = Posting("planned", bad.started, bad.started + 600, 1, 0, bad)
    texts = [entry_text(bad), account_text(replace(account, postings=(posting,)))]
    exported = ledger_csv([bad])
    for text in [*texts, exported]:
        assert not set(text) & {"\x1b", "\x07", "\u202e"}
    for row in csv.reader(io.StringIO(exported)):
        assert not any(cell.startswith(("=", "+", "@")) for cell in row)


@pytest.mark.parametrize("reason", ["=1+1", " =1+1", "@SUM(A1)", "-2+3", "+1"])
def test_a_formula_is_text_in_a_spreadsheet(reason: str) -> None:
    (row,) = csv.DictReader(io.StringIO(ledger_csv([replace(DRILL, reason=reason)])))
    assert row["reason"] == f"'{reason}"


def test_an_export_has_every_figure() -> None:
    (row,) = csv.DictReader(io.StringIO(ledger_csv([DRILL])))
    assert (row["slo"], row["predicted_mid"], row["injected"], row["observed"]) == (
        "availability",
        "432",
        "430",
        "610.0",
    )
    note = Entry("n1", "note", (), "kim", HOSTILE, "", 0.0, ended=0.0)
    assert ledger_json([DRILL, note])["entries"][1]["reason"] == HOSTILE
    assert len(list(csv.DictReader(io.StringIO(ledger_csv([note]))))) == 1
