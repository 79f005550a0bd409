"""`slotui ledger` on the lab's past: the account, what people write into it, and the sentences in the way."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from functools import cache, partial
from pathlib import Path

import pytest

from lab.history import History, make_history
from lab.past import fill_store
from slotui.cli.lazy import run
from slotui.cli.main import group
from slotui.clock import now, to_iso
from slotui.core.entry import Entry
from slotui.duration import DAY, HOUR, MINUTE
from slotui.ledger.store import Ledger
from slotui.spec.load import load_slos

SLOS = Path(__file__).parents[2] / "lab" / "slos"
SLO = "checkout-availability"
END = now() // MINUTE * MINUTE - HOUR
Say = Callable[..., tuple[int, str, str]]


@cache
def history() -> History:
    """Ten days of the lab's past."""
    return make_history(END, 10 * DAY, 20, seed=1)


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten days of the lab's past in a count store."""
    store = tmp_path_factory.mktemp("counts") / "counts.sqlite"
    fill_store(history(), load_slos([SLOS]), store)
    return store


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], book: Path) -> Say:
    """Run `slotui ledger` on one ledger: its exit code, stdout and stderr."""

    def call(*argv: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["slotui", "ledger", *argv, "--ledger", str(book)])
        return run(group, "slotui"), *capsys.readouterr()

    return call


@pytest.fixture
def ask(say: Say, counts: Path) -> Say:
    """The same, with the lab's past to count in."""
    source = ("--slos", str(SLOS), "--scrape", "http://127.0.0.1:1/metrics", "--store", str(counts))
    return lambda *argv: say(*argv, *source)


@pytest.fixture
def accounts(ask: Say) -> Callable[..., dict[str, object]]:
    """The account of the availability SLO as it was at the end of the past."""

    def read(*argv: str) -> dict[str, object]:
        code, out, _ = ask("list", SLO, "--at", str(END), "--output", "json", *argv)
        assert code == 0
        (found,) = json.loads(out)["accounts"]
        return dict(found)

    return read


def failed(start: float, end: float) -> int:
    return sum(minute.failed for minute in history().minutes if start < minute.end <= end)


def unclaimed(account: dict[str, object]) -> list[dict[str, object]]:
    return [one for one in account["postings"] if one["kind"] == "unclaimed"]  # type: ignore[attr-defined]


def test_the_account_finds_the_labs_incident_and_adds_up(accounts: Callable[..., dict[str, object]]) -> None:
    found = accounts()
    spent = found["spent"]
    assert spent["total"] == failed(END - 30 * DAY, END)  # type: ignore[index]
    assert found["left"] == pytest.approx(found["allowed"] - spent["total"])  # type: ignore[operator, index]
    stretches = unclaimed(found)
    (trouble,) = history().happened.troubles  # a bad release
    assert [(one["from"], one["to"]) for one in stretches] == [(to_iso(trouble.start), to_iso(trouble.end))]


def test_a_claim_turns_an_unclaimed_stretch_into_an_incident(
    ask: Say, say: Say, accounts: Callable[..., dict[str, object]], book: Path
) -> None:
    before = accounts()
    stretch = max(unclaimed(before), key=lambda one: float(str(one["bad"])))
    code, out, err = ask("claim", str(stretch["from"]), str(stretch["to"]), "--slo", SLO, "--reason", "payments failed")
    entry = out.strip()
    assert (code, re.fullmatch("[0-9a-f]{8}", entry) is not None) == (0, True), err
    after = accounts()
    assert after["spent"]["incident"] == pytest.approx(stretch["bad"])  # type: ignore[index]
    assert after["left"] == pytest.approx(before["left"])
    assert len(unclaimed(after)) == len(unclaimed(before)) - 1
    again = ask("claim", str(stretch["from"]), str(stretch["to"]), "--slo", SLO, "--reason", "mine")
    assert (again[0], "in the ledger already" in again[2], entry in again[2]) == (2, True, True)
    assert "reason       payments failed\n" in say("show", entry)[1]

    code, out, _ = ask("exclude", entry, "--kind", "provider", "--reason", "their outage")
    assert code == 0
    excluded = accounts()
    assert excluded["spent"] == after["spent"]
    without = excluded["without_excluded"]
    assert without["spent"]["incident"] == pytest.approx(0, abs=1e-6)  # type: ignore[index]
    assert without["left"] == pytest.approx(after["left"] + stretch["bad"])  # type: ignore[index, operator]
    assert f"excluded by  {out.strip()} (provider)" in say("show", entry)[1]
    assert ask("exclude", entry, "--kind", "provider", "--reason", "twice")[0] == 2
    text = ask("list", SLO, "--at", str(END))[1]
    assert "[excluded]" in text
    assert "without the excluded" in text
    assert say("verify")[:2] == (0, f"{book}: 2 records, the chain holds\n")


def test_a_stretch_is_excluded_with_its_cost(ask: Say, accounts: Callable[..., dict[str, object]], book: Path) -> None:
    start, end = END - 5 * DAY, END - 5 * DAY + HOUR
    code, _, err = ask("exclude", f"{to_iso(start)}..{to_iso(end)}", "--kind", "maintenance", "--reason", "new disks")
    assert code == 0, err
    (entry,) = Ledger(book).entries()
    assert set(entry.slos) == {slo.name for slo in load_slos([SLOS])}
    assert entry.observed[SLO] == failed(start, end)
    found = accounts()
    assert found["spent"]["planned"] == failed(start, end)  # type: ignore[index]
    assert found["without_excluded"]["left"] == found["left"] + failed(start, end)  # type: ignore[index, operator]


def test_since_a_moment_old_spends_roll_off(accounts: Callable[..., dict[str, object]]) -> None:
    found = accounts("--since", to_iso(END - DAY))
    assert found["spent"]["total"] == pytest.approx(failed(END - DAY, END))  # type: ignore[index]
    assert found["left"] == pytest.approx(accounts()["left"])


def test_notes_and_deploys_are_marks_on_the_account(ask: Say, say: Say) -> None:
    moment = to_iso(END - DAY)
    assert say("deploy", "checkout 1.4.2", "--slo", SLO, "--at", moment)[0] == 0
    assert say("note", "\x1b[31mwatch\nthe queue", "--at", moment)[0] == 0
    code, out, _ = ask("list", "--at", str(END))
    assert code == 0
    assert out.count("checkout 1.4.2") == 1
    assert out.count("\ufffd[31mwatch the queue") == len(load_slos([SLOS]))
    rows = list(csv.DictReader(io.StringIO(say("export")[1])))
    assert sorted(row["kind"] for row in rows) == ["deploy", "note"]
    assert json.loads(say("export", "--format", "json")[1])["entries"][0]["started"] == moment


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        pytest.param(["note", "later", "--at", "2999-01-01"], "lies in the future", id="a note about tomorrow"),
        pytest.param(["note", " \n "], "without a word", id="an empty note"),
        pytest.param(["note", "x", "--slo", "checkout-latenzy", "--slos", str(SLOS)],
                     "did you mean checkout-latency?", id="a note on a misspelt SLO"),
        pytest.param(["show", "a1b2c3d5"], "did you mean a1b2c3d4?", id="an unknown id names the nearest"),
    ],
)  # fmt: skip
def test_what_needs_no_source_is_refused_in_a_sentence(argv: list[str], words: str, say: Say, book: Path) -> None:
    Ledger(book).open_entry(Entry("a1b2c3d4", "experiment", (SLO,), "kim", "why", "what", END - DAY))
    code, out, err = say(*argv)
    assert (code, out) == (2, "")
    assert words in err
    assert Ledger(book).verify() == 1


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        pytest.param(["claim", "2026-01-02", "2026-01-01", "--slo", SLO, "--reason", "x"], 2, "not before",
                     id="an end before its beginning"),
        pytest.param(["claim", "2020-01-01", "2020-01-02", "--slo", SLO, "--reason", "x"], 7, "nothing was measured",
                     id="a stretch that nobody counted"),
        pytest.param(["claim", "2026-01-01", "2999-01-01", "--slo", SLO, "--reason", "x"], 2, "lies in the future",
                     id="a stretch that is not over"),
        pytest.param(["claim", to_iso(END - HOUR), to_iso(END), "--slo", "checkout-availabilty", "--reason", "x"], 2,
                     "did you mean checkout-availability?", id="a misspelt SLO"),
        pytest.param(["exclude", "a1b2c3d5", "--kind", "provider", "--reason", "x"], 2, "did you mean a1b2c3d4?",
                     id="an unknown id"),
        pytest.param(["exclude", "a1b2c3d4", "--kind", "provider", "--reason", "x"], 2, "still open",
                     id="a spend that is still on"),
        pytest.param(["exclude", "n0n0n0n0", "--kind", "provider", "--reason", "x"], 2, "spent nothing", id="a note"),
        pytest.param(["exclude", "a1b2c3d4", "--kind", "launch", "--reason", "x"], 2, "launch", id="an unknown kind"),
        pytest.param(["list", "checkout-availabilty"], 2, "did you mean checkout-availability?", id="an unknown account"),
    ],
)  # fmt: skip
def test_what_cannot_be_claimed_or_excluded_is_a_sentence(
    argv: list[str], code: int, words: str, ask: Say, book: Path
) -> None:
    Ledger(book).open_entry(Entry("a1b2c3d4", "experiment", (SLO,), "kim", "why", "what", END - DAY))
    Ledger(book).open_entry(Entry("n0n0n0n0", "note", (), "kim", "hm", "", END - DAY, ended=END - DAY))
    found, out, err = ask(*argv)
    assert (found, out) == (code, "")
    assert words in err
    assert Ledger(book).verify() == 2


def test_a_broken_chain_exits_one_and_names_the_record(say: Say, book: Path) -> None:
    for text in ("one", "two", "three"):
        assert say("note", text)[0] == 0
    with closing(sqlite3.connect(book)) as database, database:
        database.execute("DROP TRIGGER never_changed")
        database.execute("UPDATE records SET body = replace(body, 'two', '2') WHERE seq = 2")
    code, out, err = say("verify")
    assert (code, out) == (1, "")
    assert "breaks at record 2" in err


def test_a_locked_ledger_is_a_sentence(say: Say, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert say("note", "before")[0] == 0
    monkeypatch.setattr("slotui.ledger.store.Ledger", partial(Ledger, busy_seconds=0.05))
    with closing(sqlite3.connect(book, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, out, err = say("note", "meanwhile")
    assert (code, out) == (1, "")
    assert "another process" in err
    assert say("verify")[1].endswith("1 record, the chain holds\n")


def test_a_source_that_is_not_there_exits_seven(say: Say) -> None:
    source = ("--slos", str(SLOS), "--prometheus", "http://127.0.0.1:1")
    assert say("list", *source)[:2] == (7, "")
