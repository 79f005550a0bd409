"""Counts in a SQLite file: they survive a restart and a `kill -9`, and several processes may add to them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from slotui.errors import StoreError
from slotui.inprocess.store import Batch, Bucket

_APPLICATION = 1397509955
"""`SLOC` in the header of the file, for programs that look there."""

_BUSY_SECONDS = 5.0

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS counts (
  objective TEXT NOT NULL, start INTEGER NOT NULL, eligible INTEGER NOT NULL, bad INTEGER NOT NULL,
  PRIMARY KEY (objective, start)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batches (
  objective TEXT NOT NULL, writer TEXT NOT NULL, number INTEGER NOT NULL, newest INTEGER NOT NULL,
  PRIMARY KEY (objective, writer)
) WITHOUT ROWID;
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = 1;
"""

_ADD = """
INSERT INTO counts VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET eligible = eligible + excluded.eligible, bad = bad + excluded.bad
"""


class SqliteStore:
    """The file at `path`, made when missing; it has to be on a local disk.

    A batch is on the disk when `exchange` returns: a kill costs nothing that was handed in. A power cut may cost
    the last batches, never the file.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def exchange(self, objective: str, batch: Batch, *, since: int, until: int, oldest: int) -> Sequence[Bucket]:
        """Add a batch, answer the buckets from `since` to `until`, drop those before `oldest`. Raises `StoreError`."""
        with self._open() as database:
            if batch.counts:
                database.execute("BEGIN IMMEDIATE")
                self._add(database, objective, batch)
                database.execute("DELETE FROM counts WHERE objective = ? AND start < ?", (objective, oldest))
                database.execute("DELETE FROM batches WHERE objective = ? AND newest < ?", (objective, oldest))
                database.execute("COMMIT")
            rows = database.execute(
                "SELECT start, eligible, bad FROM counts WHERE objective = ? AND start >= ? AND start < ?",
                (objective, since, until),
            )
            return [Bucket(*row) for row in rows]

    @staticmethod
    def _add(database: sqlite3.Connection, objective: str, batch: Batch) -> None:
        known = "SELECT number FROM batches WHERE objective = ? AND writer = ?"
        last = database.execute(known, (objective, batch.writer)).fetchone()
        if last is not None and last[0] >= batch.number:
            return
        database.executemany(_ADD, [(objective, start, *tally) for start, tally in batch.counts.items()])
        database.execute(
            "INSERT OR REPLACE INTO batches VALUES (?, ?, ?, ?)",
            (objective, batch.writer, batch.number, max(batch.counts)),
        )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection for one exchange: none is carried over a fork. What was begun and not committed is undone."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)) as database:
                self._prepare(database)
                database.execute("PRAGMA synchronous = NORMAL")
                yield database
        except sqlite3.Error as error:
            cause = getattr(error, "sqlite_errorname", "SQLITE_").split("_")[1]
            fix = _FIXES.get(cause, "copy the file away before anything else")
            raise StoreError(f"{self.path}: {error}", fix=fix) from error
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror}", fix="name a file that you may write to") from error

    def _prepare(self, database: sqlite3.Connection) -> None:
        if self._ours(database):
            return
        if database.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            raise StoreError(f"{self.path}: this file system cannot hold counts (no WAL)", fix="use a local disk")
        database.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")

    def _ours(self, database: sqlite3.Connection) -> bool:
        """True for a file of counts, False for an empty one. Raises `StoreError` for anything else."""
        if not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return False
        if database.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
            raise StoreError(f"{self.path}: is a database, but not one of counts", fix="name another file")
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version != 1:
            raise StoreError(f"{self.path}: was written by a later slotui (format {version})", fix="upgrade slotui")
        return True


_FIXES = {
    "BUSY": "another process has been writing it for too long; see which: fuser -v FILE",
    "FULL": "make room; what was recorded waits in memory meanwhile",
    "IOERR": "is the disk full, or gone? see: df, dmesg",
    "READONLY": "the file, or its folder, cannot be written: name another",
    "CANTOPEN": "check the folder and its rights, or name another file",
    "NOTADB": "name another file",
    "CORRUPT": "copy it away, then recover what is left: sqlite3 FILE .recover",
}
