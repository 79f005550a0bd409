"""Counts on disk: one SQLite file, appended to by one collector, read by any number of screens.

A look at the service is one transaction: the new counts and the counter values they were computed from
are stored together or not at all, so a kill -9 between two looks neither loses nor doubles an event.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any

from slotui.core.reading import FaultSeen
from slotui.core.slo import Slo
from slotui.core.timeline import Span
from slotui.duration import HOUR, MINUTE
from slotui.errors import StoreError
from slotui.source.scrape.increments import Memory, Slice

_SCHEMA = """
CREATE TABLE IF NOT EXISTS spans (
    sli TEXT NOT NULL, start REAL NOT NULL, "end" REAL NOT NULL,
    eligible REAL NOT NULL, bad REAL NOT NULL, measured REAL NOT NULL,
    PRIMARY KEY (sli, "end")
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS histograms (
    sli TEXT NOT NULL, at REAL NOT NULL, counts TEXT NOT NULL, PRIMARY KEY (sli, at)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_HISTOGRAM_EVERY = 15.0
_KEEP_HISTOGRAMS = 3 * HOUR
"""Seconds: they are asked for the latest time without a spend, which nobody looks for farther back."""
_FINE = 6 * HOUR
"""Spans older than this are merged to whole minutes: a month then loads in a blink."""


def sli_key(slo: Slo) -> str:
    """Names the counts of an SLI: a new target keeps the history, a new predicate begins another one."""
    sli = slo.sli if slo.events is None else replace(slo.events, cause=None)  # who is to blame changes no count
    return f"{slo.name}:{hashlib.sha256(repr(sli).encode()).hexdigest()[:12]}"


def cause_key(slo: Slo, cause: str = "") -> str:
    """Names the counts of one cause beside the SLI's own; without a cause, how the names of all of them begin."""
    return f"{sli_key(slo)}:{slo.events and slo.events.cause}={cause}"


def _in_order(spans: Iterable[Span]) -> Iterator[Span]:
    """Cut what overlaps where a loaded history meets live counts; of the same second the earlier count holds."""
    last = float("-inf")
    for span in spans:
        if span.end <= last:
            continue
        yield span if span.start >= last else span._replace(start=last)
        last = span.end


class CountStore:
    """The file at `path`, made when missing unless `create` is off."""

    def __init__(self, path: Path | str, *, create: bool = True) -> None:
        self.path = Path(path)
        with self._explained():
            if create:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            mode = "rwc" if create else "rw"
            # Opened beside a screen that is drawn meanwhile, then read by it: in two threads, never at the same time.
            self._db = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={mode}",
                uri=True,
                timeout=5.0,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
                # A power cut may cost the last seconds, never consistency; a kill -9 costs nothing.
                self._db.execute("PRAGMA synchronous=NORMAL")
                self._db.executescript(_SCHEMA)
            except sqlite3.Error:
                self._db.close()
                raise

    def close(self) -> None:
        self._db.close()

    def remember(
        self, memory: Memory, spans: Mapping[str, Span], faults: Sequence[FaultSeen], missing: Mapping[str, str]
    ) -> None:
        """One look, in one transaction: what it counted (by `sli_key`) and what the next look compares with.

        `missing` says, by SLO name, why nothing could be counted.
        """
        state = {
            "at": memory.at,
            "started": memory.started,
            "counters": memory.counters,
            "slices": {key: astuple(slice_) for key, slice_ in memory.slices.items()},
        }
        with self._transaction():
            self._put("memory", state)
            self._put("faults", [astuple(fault) for fault in faults])
            self._put("problem", None)
            self._put("missing", missing)
            self._db.executemany(
                "INSERT OR REPLACE INTO spans VALUES (?, ?, ?, ?, ?, ?)",
                [(key, *span) for key, span in spans.items()],
            )

    def remember_problem(self, problem: str) -> None:
        """Why the last look failed; the next good one clears it."""
        with self._transaction():
            self._put("problem", problem)
            self._put("faults", [])

    def memory(self) -> Memory:
        """What the last look left behind."""
        state = self._get("memory")
        if not state:
            return Memory()
        slices = {key: Slice(*values) for key, values in state["slices"].items()}
        return Memory(state["at"], state["started"], state["counters"], slices)

    def faults(self) -> tuple[FaultSeen, ...]:
        """Faults that were on at the last look."""
        return tuple(FaultSeen(*values) for values in self._get("faults") or ())

    def problem(self) -> str | None:
        """Why the last look failed, or None if it did not."""
        found = self._get("problem")
        return found if isinstance(found, str) else None

    def missing(self) -> dict[str, str]:
        """By SLO name, why the last look could not count for it."""
        return dict(self._get("missing") or {})

    def spans(self, key: str, *, after: float = 0.0) -> list[Span]:
        """Spans of one SLI that end after `after`, oldest first."""
        with self._explained():
            rows = self._db.execute(
                'SELECT start, "end", eligible, bad, measured FROM spans WHERE sli = ? AND "end" > ? ORDER BY "end"',
                (key, after),
            )
            return list(_in_order(Span(*row) for row in rows))

    def causes(self, slo: Slo, *, after: float = 0.0) -> dict[str, list[Span]]:
        """The bad events of an SLO by cause, in spans that end after `after`, oldest first."""
        begin = cause_key(slo)
        with self._explained():
            rows = self._db.execute(
                'SELECT sli, start, "end", eligible, bad, measured FROM spans'
                ' WHERE sli >= ? AND sli < ? AND "end" > ? ORDER BY sli, "end"',
                (begin, begin + chr(sys.maxunicode), after),
            ).fetchall()
        return {
            key.removeprefix(begin): list(_in_order(Span(*row[1:]) for row in found))
            for key, found in groupby(rows, key=itemgetter(0))
        }

    def remember_histograms(self, at: float, counts: Mapping[str, Mapping[float, float]]) -> None:
        """What whole histograms say `at`, by `sli_key`: a few a minute, for some hours."""
        last = float(self._get("histograms") or 0.0)
        if not counts or at < last + _HISTOGRAM_EVERY:
            return
        rows = [(key, at, json.dumps([*found.items()])) for key, found in counts.items()]
        with self._transaction():
            self._put("histograms", at)
            self._db.executemany("INSERT OR REPLACE INTO histograms VALUES (?, ?, ?)", rows)
            self._db.execute("DELETE FROM histograms WHERE at < ?", (at - _KEEP_HISTOGRAMS,))

    def histograms(self, key: str, start: float, end: float) -> list[dict[float, float]]:
        """What one histogram said from `start` to `end`, oldest first."""
        with self._explained():
            rows = self._db.execute(
                "SELECT counts FROM histograms WHERE sli = ? AND at BETWEEN ? AND ? ORDER BY at", (key, start, end)
            ).fetchall()
        return [dict(map(tuple, json.loads(counts))) for (counts,) in rows]

    def last_end(self) -> float | None:
        """Where the newest span of any SLI ends."""
        with self._explained():
            found = self._db.execute('SELECT max("end") FROM spans').fetchone()[0]
            return float(found) if found is not None else None

    def load_history(
        self, slo: Slo, spans: Iterable[Span], causes: Mapping[str, Iterable[Span]] = MappingProxyType({})
    ) -> None:
        """Put a record that was made elsewhere under an SLO's SLI, and its bad events by cause, in one transaction."""
        lines = {sli_key(slo): spans, **{cause_key(slo, cause): line for cause, line in causes.items()}}
        with self._transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO spans VALUES (?, ?, ?, ?, ?, ?)",
                ((key, *span) for key, line in lines.items() for span in line),
            )

    def tidy(self, now: float, keep: float) -> None:
        """Merge what is older than six hours into minutes, and drop what is older than `keep` seconds."""
        border = (now - _FINE) // MINUTE * MINUTE
        with self._transaction():
            self._db.execute('DELETE FROM spans WHERE "end" < ?', (now - keep,))
            done = float(self._get("tidied") or 0.0)
            merged = self._db.execute(
                """SELECT sli, min(start), max("end"), sum(eligible), sum(bad), sum(measured) FROM spans
                   WHERE "end" > ? AND "end" <= ? AND "end" - start < 60
                   GROUP BY sli, CAST(("end" - 0.000001) / 60 AS INTEGER)""",
                (done, border),
            ).fetchall()
            self._db.execute('DELETE FROM spans WHERE "end" > ? AND "end" <= ? AND "end" - start < 60', (done, border))
            self._db.executemany("INSERT OR REPLACE INTO spans VALUES (?, ?, ?, ?, ?, ?)", merged)
            self._put("tidied", border)

    def _put(self, key: str, value: object) -> None:
        self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (key, json.dumps(value)))

    def _get(self, key: str) -> Any:
        with self._explained():
            row = self._db.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
            return json.loads(row[0]) if row else None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._db.in_transaction:  # a full disk has rolled back already
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            text = str(error)
            fix = {
                "database is locked": "another process has held it for 5s; is a second lab or a backup at work?",
                "database or disk is full": "free some space; nothing counted so far is lost",
            }.get(text, "check that the path exists and that you may write to it")
            raise StoreError(f"{self.path}: {text}", fix=fix) from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{self.path}: {error}", fix="this is no count store; move the file away, or name another with --store"
            ) from error
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror}", fix="name a folder you may write to") from error
