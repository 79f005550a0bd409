"""A file of counts as a source: CSV `timestamp,total,bad`, plain or gzip, one row per even step.

A row's timestamp is the start of its step. The same engine that watches live data plays it.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from slotui.core.entry import Entry
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Span, Timeline
from slotui.errors import Location, Problem, SpecError, UsageError

_COLUMNS = ["timestamp", "total", "bad"]


def read_counts(path: Path) -> Timeline:
    """The timeline of a count file. Raises `SpecError` with file:line:column, `UsageError` for no file."""
    rows = _rows(path)
    if len(rows) < 2:
        raise UsageError(f"{path}: fewer than two rows of counts", fix="a step shows between two rows at least")
    step = min(later[0] - earlier[0] for earlier, later in pairwise(rows))
    if step <= 0:
        index = next(i for i in range(1, len(rows)) if rows[i][0] <= rows[i - 1][0])
        raise SpecError(
            [Problem(Location(str(path), index + 2, 1), "time does not go on here", "sort rows by timestamp")]
        )
    return Timeline(Span(at, at + step, total, bad, step) for at, total, bad in rows)


def _rows(path: Path) -> list[tuple[float, float, float]]:
    lines = csv.reader(io.StringIO(_text(path)))
    header = [name.strip().lower() for name in next(lines, [])]
    if header != _COLUMNS:
        where = Location(str(path), 1, 1)
        raise SpecError([Problem(where, f"columns are {','.join(header) or 'missing'}", "write timestamp,total,bad")])
    rows = []
    for row in lines:
        if not row:
            continue
        try:
            stamp, total, bad = row
            counts = _time(stamp), float(total), float(bad)
        except ValueError as error:
            where = Location(str(path), lines.line_num, 1)
            raise SpecError(
                [Problem(where, f"not a row of counts: {error}", "write 2024-04-01T00:00:00Z,1236,1")]
            ) from error
        if not (math.isfinite(counts[1]) and 0 <= counts[2] <= counts[1]):
            where = Location(str(path), lines.line_num, 1)
            raise SpecError([Problem(where, f"{bad} bad of {total}", "bad lies between 0 and total")])
        rows.append(counts)
    return rows


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode()
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such file", fix="name a CSV of timestamp,total,bad, plain or gzip") from error
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}", fix="is it a whole CSV or gzip file?") from error


def _time(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return float(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def replay_slo(path: Path, target: float, window: int) -> Slo:
    """An SLO for a bare count file: its name is the file's."""
    name = path.name.removesuffix(".gz").removesuffix(".csv")
    return Slo(name, "replay", target, window, EventSli(Selector("total"), bad=Selector("bad")), title=name)


class ReplaySource:
    """The counts of one file, as of its end or of any instant within."""

    kind = "replay"
    every = 1.0
    stale_after = math.inf
    settle = 0.0

    def __init__(self, path: Path, slo: Slo) -> None:
        self.url = str(path)
        self.slos = (slo,)
        self.line = read_counts(path)

    @property
    def instants(self) -> Sequence[float]:
        """The end of each row's step, in UTC seconds."""
        return self.line.ends

    def entries(self, _at: float) -> tuple[Entry, ...]:
        """Nothing: a file of counts has no ledger."""
        return ()

    async def read(self, at: float | None = None) -> Snapshot:
        """The counts up to `at`, or up to the end of the file."""
        moment = at if at is not None else self.line.last or 0.0
        return Snapshot(moment, {self.slos[0].name: read_timeline(self.slos[0], self.line, moment)})

    async def count(self, slo: str, start: float, end: float) -> Counts | None:
        """Counts of `(start, end]` of the one SLO; None outside the file."""
        found = self.line.between(start, end)
        return found if slo == self.slos[0].name and found.measured > 0 else None

    async def by_cause(self, slo: str, start: float, end: float) -> None:
        """Nothing: the rows of a file name no causes."""

    async def latencies(self, slo: str, start: float, end: float) -> None:
        """Nothing: the rows of a file have no histogram."""

    async def record(self, slo: str) -> Timeline:
        """The whole file; nothing of an SLO that it is not about."""
        return self.line if slo == self.slos[0].name else Timeline()

    async def close(self) -> None:
        """Nothing is held open."""
