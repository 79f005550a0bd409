"""Accounts and entries as JSON and CSV; additions only. What is not known is null, in CSV an empty field."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from slotui.clock import to_iso
from slotui.core.account import Account, Posting, Spending
from slotui.core.board import Board
from slotui.core.entry import Entry, reconcile
from slotui.core.plain import clean
from slotui.view.board_json import source_json

ACCOUNT_SCHEMA = "slotui/account/1"
LEDGER_SCHEMA = "slotui/ledger/1"
_FORMULA = ("=", "+", "-", "@")
"""How a formula begins: a spreadsheet would run it."""


def accounts_json(board: Board, accounts: Iterable[Account]) -> dict[str, Any]:
    """The document that `slotui ledger list --output json` prints; amounts are bad events."""
    return {
        "schema": ACCOUNT_SCHEMA,
        "at": to_iso(board.at),
        "source": source_json(board.source),
        "accounts": [_account(account) for account in accounts],
    }


def _account(account: Account) -> dict[str, Any]:
    return {
        "slo": account.slo.name,
        "from": to_iso(account.start),
        "to": to_iso(account.at),
        "coverage": account.slo.coverage,
        "allowed": account.allowed,
        "opening": account.opening,
        "granted": account.granted,
        "rolled_off": account.rolled_off,
        "postings": [_posting(posting, account.allowed) for posting in account.postings],
        "rest": account.rest,
        "spent": _spending(account.spent),
        "left": account.left,
        "remaining_ratio": account.left / account.allowed,
        "without_excluded": {
            "spent": _spending(account.kept),
            "left": account.left_without,
            "remaining_ratio": account.left_without / account.allowed,
        },
        "ahead": [
            {
                "from": to_iso(ahead.start),
                "to": to_iso(ahead.end),
                "leaves_by": to_iso(ahead.leaves_by),
                "share": ahead.share,
            }
            for ahead in account.ahead
        ],
    }


def _posting(posting: Posting, allowed: float) -> dict[str, Any]:
    return {
        "kind": posting.kind,
        "from": to_iso(posting.start),
        "to": to_iso(posting.end),
        "bad": posting.bad,
        "share": posting.bad / allowed,
        "excluded": posting.excluded,
        "measured": posting.measured,
        "entry": None if posting.entry is None else entry_json(posting.entry),
    }


def _spending(spending: Spending) -> dict[str, float]:
    return {
        "planned": spending.planned,
        "incident": spending.incident,
        "unexplained": spending.unexplained,
        "total": spending.total,
    }


def ledger_json(entries: Iterable[Entry]) -> dict[str, Any]:
    """The document that `slotui ledger export --format json` prints."""
    return {"schema": LEDGER_SCHEMA, "entries": [entry_json(entry) for entry in entries]}


def entry_json(entry: Entry) -> dict[str, Any]:
    """One entry, and its bill for each SLO; the text as it was written, control characters and all."""
    return {
        "id": entry.id,
        "kind": entry.kind,
        "slos": list(entry.slos),
        "operator": entry.operator,
        "reason": entry.reason,
        "fault": entry.fault,
        "about": entry.about,
        "started": to_iso(entry.started),
        "planned_end": _iso(entry.planned_end),
        "ended": _iso(entry.ended),
        "ending": entry.ending,
        "injected": entry.injected,
        "costs": [
            {
                "slo": bill.slo,
                "predicted": None
                if bill.predicted is None
                else {"low": bill.predicted.low, "mid": bill.predicted.mid, "high": bill.predicted.high},
                "observed": bill.observed,
                "unexplained": bill.unexplained,
                "suspicious": bill.suspicious,
            }
            for bill in reconcile(entry)
        ],
    }


_COLUMNS = (
    "id", "kind", "operator", "reason", "fault", "about", "started", "planned_end", "ended", "ending", "injected",
    "slo", "predicted_low", "predicted_mid", "predicted_high", "observed", "unexplained",
)  # fmt: skip


def ledger_csv(entries: Iterable[Entry]) -> str:
    """A row for each SLO of an entry, at least one. Text is made harmless for terminals and for spreadsheets."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    for entry in entries:
        said = [_cell(part) for part in (entry.id, entry.kind, entry.operator, entry.reason, entry.fault, entry.about)]
        when = [to_iso(entry.started), _iso(entry.planned_end), _iso(entry.ended), _cell(entry.ending), entry.injected]
        for bill in reconcile(entry):
            predicted = bill.predicted
            price = [predicted.low, predicted.mid, predicted.high] if predicted is not None else [None] * 3
            table.writerow([*said, *when, _cell(bill.slo), *price, bill.observed, bill.unexplained])
        if not reconcile(entry):
            table.writerow([*said, *when, *[None] * 6])
    return text.getvalue()


def _cell(text: str | None) -> str | None:
    if text is None:
        return None
    harmless = clean(text)
    return f"'{harmless}" if harmless.lstrip().startswith(_FORMULA) else harmless


def _iso(at: float | None) -> str | None:
    return None if at is None else to_iso(at)
