"""The ledger file: what was meant, what happened, in the order it was written down, never changed again.

One SQLite file in WAL mode. Each record carries the SHA-256 of the one before it, so a changed, missing
or inserted record breaks the chain. A record is on the disk before the method that writes it returns.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from slotui.clock import Clock, now
from slotui.core.entry import Entry, Estimate
from slotui.errors import StoreError, UsageError

_APPLICATION = 1397509972  # "SLOT" in the header of the file, for programs that look there
_FIRST = "0" * 64
"""What the first record carries in place of a predecessor's hash."""

_BUSY_SECONDS = 5.0

_SCHEMA = """
CREATE TABLE records (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at REAL NOT NULL,
  kind TEXT NOT NULL,
  entry TEXT NOT NULL,
  body TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE
);
CREATE INDEX records_of_entry ON records (entry);
CREATE TRIGGER never_changed BEFORE UPDATE ON records
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER never_deleted BEFORE DELETE ON records
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER never_replaced BEFORE INSERT ON records WHEN NEW.seq <= (SELECT max(seq) FROM records)
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
PRAGMA application_id = 1397509972;
PRAGMA user_version = 1;
"""


class AlreadyClosed(StoreError):
    """Somebody else wrote the entry's end first."""


class Ledger:
    """Entries in the file `path`, which is made by the first write. Every method may raise StoreError."""

    def __init__(self, path: Path | str, *, clock: Clock = now, busy_seconds: float = _BUSY_SECONDS) -> None:
        self.path = Path(path)
        self._clock = clock
        self._busy = busy_seconds
        self._folded: dict[str, Entry] = {}
        self._upto = 0
        self._file: tuple[int, int] | None = None

    def open_entry(self, entry: Entry) -> None:
        """Write an entry down; when this returns it survives a kill and a power cut.

        One whose end is known already (a note, an incident claimed afterwards) is complete with this.
        """
        body = {key: value for key, value in asdict(entry).items() if key != "id"}
        with self._writing() as database:
            if _has(database, entry.id, "open"):
                raise StoreError(f"{self.path}: entry {entry.id} exists already")
            self._append(database, "open", entry.id, body)

    def close_entry(
        self,
        entry_id: str,
        *,
        ended: float,
        injected: int | None,
        observed: Mapping[str, float],
        ending: str,
    ) -> None:
        """Write down how an entry ended (UTC seconds). Raises AlreadyClosed: an end is written once."""
        body = {"ended": ended, "injected": injected, "observed": dict(observed), "ending": ending}
        with self._writing() as database:
            if not _has(database, entry_id, "open"):
                raise StoreError(f"{self.path}: there is no entry {entry_id}")
            if _has(database, entry_id, "close"):
                raise AlreadyClosed(f"{self.path}: entry {entry_id} is closed already")
            self._append(database, "close", entry_id, body)

    def entries(self) -> tuple[Entry, ...]:
        """Every entry as it stands now, oldest first. A missing file reads as empty, and is not made.

        Only what was appended since the last call is read, so a screen may ask at each refresh.
        """
        with self._reading() as database:
            if database is None:
                self._forget(None)
            else:
                self._forget(self._identity())
                rows = database.execute(
                    "SELECT seq, kind, entry, body FROM records WHERE seq > ? ORDER BY seq", (self._upto,)
                )
                for seq, kind, entry_id, body in rows:
                    self._fold(kind, entry_id, _decode(body, self.path, seq))
                    self._upto = seq
        return tuple(sorted(self._folded.values(), key=lambda entry: entry.started))

    def open_entries(self) -> tuple[Entry, ...]:
        """The entries without an end, oldest first."""
        return tuple(entry for entry in self.entries() if entry.open)

    def find(self, entry_id: str) -> Entry:
        """The entry of that id. Raises UsageError that names the nearest one."""
        known = {entry.id: entry for entry in self.entries()}
        if entry_id not in known:
            near = get_close_matches(entry_id, known, n=1)
            fix = f"did you mean {near[0]}?" if near else "see what there is: slotui ledger export --format csv"
            raise UsageError(f"{self.path}: there is no entry {entry_id!r}", fix=fix)
        return known[entry_id]

    def verify(self) -> int:
        """The number of records, if the chain holds. Raises StoreError that names the first broken one."""
        count = 0
        with self._reading() as database:
            if database is None:
                return 0
            previous = _FIRST
            rows = database.execute("SELECT seq, at, kind, entry, body, previous, hash FROM records ORDER BY seq")
            for seq, at, kind, entry_id, body, before, digest in rows:
                count += 1
                if seq != count:
                    raise self._broken(count, "it is missing")
                if before != previous:
                    raise self._broken(seq, "it does not follow the record before it")
                if digest != _digest(seq, at, kind, entry_id, body, before):
                    raise self._broken(seq, "it was changed after it was written")
                previous = digest
            # SQLite remembers the highest number it ever gave: records cut off at the end leave that trace.
            given = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'records'").fetchone()
            if given and given[0] != count:
                raise self._broken(count + 1, "it is missing")
        return count

    def _broken(self, seq: int, how: str) -> StoreError:
        return StoreError(
            f"{self.path}: the chain breaks at record {seq}: {how}",
            fix="somebody edited the file; what comes before that record can still be trusted",
        )

    def _append(self, database: sqlite3.Connection, kind: str, entry_id: str, body: Mapping[str, Any]) -> None:
        last = database.execute("SELECT seq, hash FROM records ORDER BY seq DESC LIMIT 1").fetchone() or (0, _FIRST)
        seq, previous = last[0] + 1, last[1]
        at = self._clock()
        text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        database.execute(
            "INSERT INTO records (seq, at, kind, entry, body, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (seq, at, kind, entry_id, text, previous, _digest(seq, at, kind, entry_id, text, previous)),
        )

    def _fold(self, kind: str, entry_id: str, body: Mapping[str, Any]) -> None:
        if kind == "open":
            self._folded[entry_id] = _entry(entry_id, body)
        elif kind == "close" and entry_id in self._folded:
            self._folded[entry_id] = replace(
                self._folded[entry_id],
                ended=body["ended"],
                injected=body["injected"],
                observed=body["observed"],
                ending=body["ending"],
            )
        # Kinds that a later version writes stay in the chain, and mean nothing here.

    def _identity(self) -> tuple[int, int]:
        status = self.path.stat()
        return status.st_dev, status.st_ino

    def _forget(self, identity: tuple[int, int] | None) -> None:
        """Start over when the path leads to another file than at the last look."""
        if identity != self._file:
            self._folded, self._upto, self._file = {}, 0, identity

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._sentences():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=self._busy, isolation_level=None)) as database:
                database.execute("PRAGMA synchronous = FULL")
                self._prepare(database)
                # IMMEDIATE: what is checked inside the block is still true when it is written.
                database.execute("BEGIN IMMEDIATE")
                try:
                    yield database
                    database.execute("COMMIT")
                finally:
                    if database.in_transaction:
                        database.execute("ROLLBACK")

    def _prepare(self, database: sqlite3.Connection) -> None:
        if self._ours(database):
            return
        if database.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            raise StoreError(f"{self.path}: this file system cannot hold a ledger (no WAL)", fix="use a local disk")
        database.execute("BEGIN IMMEDIATE")
        try:
            if not self._ours(database):  # another process may have been quicker
                for statement in _statements(_SCHEMA):
                    database.execute(statement)
            database.execute("COMMIT")
        finally:
            if database.in_transaction:
                database.execute("ROLLBACK")

    def _ours(self, database: sqlite3.Connection) -> bool:
        """True for a ledger, False for an empty file. Raises StoreError for anything else."""
        tables = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not tables:
            return False
        if database.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
            raise StoreError(f"{self.path}: is a database, but not a ledger", fix="name another file with --ledger")
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version != 1:
            raise StoreError(f"{self.path}: was written by a later slotui (format {version})", fix="upgrade slotui")
        return True

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        with self._sentences():
            if not self.path.exists() or not self.path.stat().st_size:
                yield None
                return
            address = self.path.absolute().as_uri() + "?mode=ro"
            with closing(sqlite3.connect(address, uri=True, timeout=self._busy)) as database:
                yield database if self._ours(database) else None

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        """SQLite's and the system's errors as sentences, each with what to do."""
        try:
            yield
        except sqlite3.Error as error:
            what, fix = _EXPLAINED.get(error.sqlite_errorname.split("_")[1] if error.sqlite_errorname else "", _OTHER)
            raise StoreError(f"{self.path}: {what.format(error=error)}", fix=fix) from error
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror}", fix="name another file with --ledger") from error


_OTHER = ("{error}", "copy the file away before anything else")
_EXPLAINED = {
    "BUSY": ("another process has been writing the ledger for too long", "see which: fuser -v FILE"),
    "LOCKED": ("another process has been writing the ledger for too long", "see which: fuser -v FILE"),
    "FULL": ("the disk is full; nothing was written", "make room, then try again"),
    "IOERR": ("the disk cannot be read or written: {error}", "is it full, or gone? see: df, dmesg"),
    "READONLY": ("the file, or its folder, cannot be written", "name another file with --ledger"),
    "CANTOPEN": ("the file cannot be opened", "check its folder and rights, or name another with --ledger"),
    "PERM": ("the file cannot be opened", "check its rights, or name another with --ledger"),
    "NOTADB": ("is not a database", "name another file with --ledger"),
    "CORRUPT": ("the database is broken", "copy it away, then recover what is left: sqlite3 FILE .recover"),
}


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would commit our transaction first."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def _has(database: sqlite3.Connection, entry_id: str, kind: str) -> bool:
    found = database.execute("SELECT 1 FROM records WHERE entry = ? AND kind = ?", (entry_id, kind)).fetchone()
    return found is not None


def _digest(seq: int, at: float, kind: str, entry_id: str, body: str, previous: str) -> str:
    # As a JSON list, so that no two different records are the same text.
    text = json.dumps([seq, at, kind, entry_id, body, previous], separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _decode(body: str, path: Path, seq: int) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except ValueError as error:
        raise StoreError(f"{path}: record {seq} is not JSON", fix="the file was edited by hand") from error
    return dict(data)


def _entry(entry_id: str, body: Mapping[str, Any]) -> Entry:
    fields = dict(body)
    fields["slos"] = tuple(fields["slos"])
    fields["predicted"] = {slo: Estimate(**estimate) for slo, estimate in fields["predicted"].items()}
    return Entry(id=entry_id, **fields)
