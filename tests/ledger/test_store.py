"""The ledger file: nothing acknowledged is lost, nothing written is changed, every trouble is a sentence."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slotui.core.entry import Entry, Estimate
from slotui.errors import StoreError, UsageError
from slotui.ledger.store import AlreadyClosed, Ledger


def entry(name: str = "a1b2c3d4", started: float = 1000.0) -> Entry:
    return Entry(
        id=name,
        kind="experiment",
        slos=("checkout-availability",),
        operator="grace",
        reason="does the pager work?",
        fault="5% 500 on POST /checkout",
        started=started,
        planned_end=started + 600,
        predicted={"checkout-availability": Estimate(266, 300, 334)},
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite", clock=lambda: 1234.5, busy_seconds=0.05)


def close(ledger: Ledger, name: str = "a1b2c3d4", ending: str = "expired") -> None:
    ledger.close_entry(name, ended=1600.0, injected=301, observed={"checkout-availability": 299.5}, ending=ending)


def test_an_entry_comes_back_as_it_was_written(ledger: Ledger) -> None:
    ledger.open_entry(entry())
    assert ledger.entries() == (entry(),)
    close(ledger)
    closed = replace(entry(), ended=1600.0, injected=301, observed={"checkout-availability": 299.5}, ending="expired")
    assert Ledger(ledger.path).entries() == (closed,)
    assert ledger.entries() == (closed,)


@given(reason=st.text(), mid=st.floats(allow_nan=False, allow_infinity=False))
def test_any_reason_survives_and_the_chain_holds(
    tmp_path_factory: pytest.TempPathFactory, reason: str, mid: float
) -> None:
    written = replace(entry(), reason=reason, predicted={"s": Estimate(0, mid, mid)})
    ledger = Ledger(tmp_path_factory.mktemp("ledger") / "l.sqlite")
    try:
        reason.encode()
    except UnicodeEncodeError:
        return
    ledger.open_entry(written)
    assert ledger.entries() == (written,)
    assert ledger.verify() == 1


def test_entries_are_told_oldest_first_and_open_ones_apart(ledger: Ledger) -> None:
    ledger.open_entry(entry("later000", 2000))
    ledger.open_entry(entry("early000", 1000))
    close(ledger, "early000")
    assert [e.id for e in ledger.entries()] == ["early000", "later000"]
    assert [e.id for e in ledger.open_entries()] == ["later000"]


def test_an_entry_whose_end_is_known_is_complete_at_once(ledger: Ledger) -> None:
    claimed = replace(
        entry(), kind="incident", ended=1700.0, observed={"checkout-availability": 12.0}, about="b2c3d4e5"
    )
    ledger.open_entry(claimed)
    assert (ledger.entries(), ledger.open_entries()) == ((claimed,), ())


def test_an_unknown_id_names_the_nearest(ledger: Ledger) -> None:
    ledger.open_entry(entry())
    assert ledger.find("a1b2c3d4") == entry()
    with pytest.raises(UsageError, match="no entry 'a1b2c3d5'") as caught:
        ledger.find("a1b2c3d5")
    assert caught.value.fix == "did you mean a1b2c3d4?"


def test_a_missing_file_reads_as_empty_and_is_not_made(ledger: Ledger) -> None:
    assert ledger.entries() == ()
    assert ledger.verify() == 0
    assert not ledger.path.exists()


def test_a_reader_sees_what_another_process_appends(ledger: Ledger) -> None:
    ledger.open_entry(entry("first000"))
    reader = Ledger(ledger.path)
    assert len(reader.entries()) == 1
    ledger.open_entry(entry("second00", 1001))
    close(ledger, "first000")
    assert [e.open for e in reader.entries()] == [False, True]


def test_a_file_that_was_replaced_is_read_anew(ledger: Ledger, tmp_path: Path) -> None:
    ledger.open_entry(entry("old00000"))
    assert ledger.entries()[0].id == "old00000"
    other = Ledger(tmp_path / "other.sqlite")
    other.open_entry(entry("new00000"))
    other.path.replace(ledger.path)
    assert [e.id for e in ledger.entries()] == ["new00000"]


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda ledger: ledger.open_entry(entry()), id="the same id opened twice"),
        pytest.param(lambda ledger: close(ledger, "nobody00"), id="an entry closed that never was"),
    ],
)
def test_nonsense_is_refused_and_leaves_no_record(ledger: Ledger, act: Callable[[Ledger], None]) -> None:
    ledger.open_entry(entry())
    with pytest.raises(StoreError):
        act(ledger)
    assert ledger.verify() == 1


def test_an_end_is_written_once(ledger: Ledger) -> None:
    ledger.open_entry(entry())
    close(ledger)
    with pytest.raises(AlreadyClosed):
        close(ledger, ending="orphaned")
    assert ledger.entries()[0].ending == "expired"


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE records SET body = '{}'", id="a record changed"),
        pytest.param("DELETE FROM records", id="a record deleted"),
        pytest.param("INSERT OR REPLACE INTO records SELECT * FROM records WHERE seq = 1", id="a record replaced"),
    ],
)
def test_the_file_itself_refuses_edits(ledger: Ledger, statement: str) -> None:
    ledger.open_entry(entry())
    with closing(sqlite3.connect(ledger.path)) as database, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute(statement)


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        pytest.param("UPDATE records SET body = replace(body, '301', '3') WHERE seq = 2", 2, id="a count made smaller"),
        pytest.param("DELETE FROM records WHERE seq = 2", 2, id="a record taken out of the middle"),
        pytest.param("DELETE FROM records WHERE seq = 3", 3, id="a record cut off at the end"),
        pytest.param("UPDATE records SET previous = hash WHERE seq = 3", 3, id="a link bent"),
        pytest.param("UPDATE records SET at = 0 WHERE seq = 1", 1, id="a time changed in the first"),
    ],
)
def test_verify_names_the_first_broken_record(ledger: Ledger, statement: str, broken: int) -> None:
    ledger.open_entry(entry("one00000"))
    close(ledger, "one00000")
    ledger.open_entry(entry("two00000"))
    assert ledger.verify() == 3
    with closing(sqlite3.connect(ledger.path)) as database, database:
        database.execute("DROP TRIGGER never_changed")
        database.execute("DROP TRIGGER never_deleted")
        database.execute(statement)
    with pytest.raises(StoreError, match=f"breaks at record {broken}:"):
        ledger.verify()


def test_a_locked_ledger_is_a_sentence_and_can_still_be_read(ledger: Ledger) -> None:
    ledger.open_entry(entry())
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process"):
            close(ledger)
        assert len(ledger.entries()) == 1
        other.execute("ROLLBACK")
    close(ledger)


def test_what_is_no_ledger_is_not_touched(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("a shopping list, not a database\n" * 100)
    with pytest.raises(StoreError, match="not a database"):
        Ledger(text).entries()
    with pytest.raises(StoreError, match="not a database"):
        Ledger(text).open_entry(entry())
    assert text.read_text().startswith("a shopping list")
    foreign = tmp_path / "photos.sqlite"
    with closing(sqlite3.connect(foreign)) as database, database:
        database.execute("CREATE TABLE photos (name TEXT)")
    with pytest.raises(StoreError, match="not a ledger"):
        Ledger(foreign).open_entry(entry())


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as caught:
        Ledger(tmp_path / "file" / "ledger.sqlite").open_entry(entry())
    assert "--ledger" in caught.value.fix


_WRITER = """
import sys
from slotui.core.entry import Entry
from slotui.ledger.store import Ledger
ledger = Ledger(sys.argv[1])
for n in range(int(sys.argv[3])):
    name = f"{sys.argv[2]}-{n}"
    ledger.open_entry(Entry(name, "experiment", (), "", "", "", float(n)))
    print(name, flush=True)
"""


KILLS = int(os.environ.get("SLOTUI_KILLS", "10"))
"""Writers that are killed, one after another, on one ledger; `SLOTUI_KILLS=50` takes half a minute."""


@pytest.mark.slow
def test_writers_killed_amid_a_thousand_writes_lose_no_acknowledged_entry(ledger: Ledger) -> None:
    moments = random.Random(9)
    acknowledged: set[str] = set()
    for life in range(KILLS):
        command = [sys.executable, "-c", _WRITER, str(ledger.path), f"w{life}", "1000"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            for _ in range(moments.randrange(1, 120)):
                acknowledged.add(writer.stdout.readline().strip())
            os.kill(writer.pid, signal.SIGKILL)
            # What it had said before it died; a last line that it did not finish was no word.
            acknowledged |= {line.strip() for line in writer.stdout if line.endswith("\n")}
            assert writer.wait(timeout=30) == -signal.SIGKILL
        known = {e.id for e in Ledger(ledger.path).entries()}
        assert acknowledged <= known
        assert ledger.verify() == len(known)
    ledger.open_entry(entry())  # and the next one goes on from there
    assert ledger.verify() == len(known) + 1


@pytest.mark.slow
def test_two_writers_take_turns_and_make_one_chain(ledger: Ledger) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(ledger.path), name, "25"], stdout=subprocess.DEVNULL)
        for name in ("a", "b")
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert ledger.verify() == 50


@pytest.mark.slow
def test_a_disk_that_takes_no_more_is_a_sentence(ledger: Ledger) -> None:
    ledger.open_entry(entry())
    limited = """
import resource, signal, sys
from slotui.core.entry import Entry
from slotui.errors import StoreError, UsageError
from slotui.ledger.store import Ledger
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
try:
    Ledger(sys.argv[1]).open_entry(Entry("big00000", "note", (), "", "x" * 100_000, "", 0.0))
except StoreError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", limited, str(ledger.path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert str(ledger.path) in done.stdout
    assert "disk" in done.stdout
    assert ledger.verify() == 1
