"""Under the chart: the time axis, and what the ledger knows: spends, incidents, deploys, notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from slotui.core.entry import INCIDENTS, PLANNED, Entry
from slotui.duration import DAY, compact
from slotui.view.chart.zoom import Frame
from slotui.view.ink import Piece, Role
from slotui.view.words import Glyphs

_NARROW = 40

Kind = Literal["chaos", "incident", "deploy", "note"]

_MOMENTS = frozenset({"deploy", "note"})
"""Marks of one cell: what follows them is worth seeing."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something the ledger knows of, from `start` to `end` in UTC seconds."""

    kind: Kind
    start: float
    end: float


def marks_of(slo: str, entries: Iterable[Entry], frame: Frame) -> list[Mark]:
    """What the ledger holds about an SLO in the stretch shown, moments last: they are the shortest."""
    found = [mark for mark in _known(slo, entries, frame) if mark.end > frame.start and mark.start <= frame.end]
    return sorted(found, key=lambda mark: mark.kind in _MOMENTS)


def _known(slo: str, entries: Iterable[Entry], frame: Frame) -> Iterator[Mark]:
    for entry in entries:
        if not entry.concerns(slo):
            continue
        if entry.kind == "deploy":
            yield Mark("deploy", entry.started, entry.started)
        elif entry.kind == "note":
            yield Mark("note", entry.started, entry.started)
        elif entry.spends and entry.kind in PLANNED | INCIDENTS:
            end = entry.ended if entry.ended is not None else frame.now
            yield Mark("chaos" if entry.kind in PLANNED else "incident", entry.started, end)


def drawn(kind: Kind, glyphs: Glyphs) -> Piece:
    """One cell of a mark."""
    match kind:
        case "chaos":
            return Piece(glyphs.planned, Role.CHAOS)
        case "incident":
            return Piece(glyphs.incident, Role.PAGE)
        case "deploy":
            return Piece(glyphs.deploy, Role.STRONG)
        case "note":
            return Piece(glyphs.note, Role.LOW)


def marks_row(marks: Sequence[Mark], frame: Frame, columns: int, glyphs: Glyphs) -> list[Piece]:
    """A cell a column: what is over there in time."""
    cells = [Piece(" ")] * columns
    for mark in marks:
        first = max(0, min(columns - 1, frame.column(mark.start, columns)))
        last = max(first, min(columns - 1, frame.column(mark.end, columns)))
        if mark.kind in _MOMENTS and first and cells[first].text != " " and cells[first - 1].text == " ":
            first = last = first - 1  # beside what it would hide
        cells[first : last + 1] = [drawn(mark.kind, glyphs)] * (last - first + 1)
    return cells


def axis(frame: Frame, columns: int, glyphs: Glyphs, *, resets: bool = False) -> str:
    """Times at even distances along the past, each where its time is; where now is; and how far the future goes."""
    cells = [glyphs.dash] * columns
    now = frame.column(frame.now, columns)
    right = "end" if resets else f"+{compact(round((frame.end - frame.now) / 60) * 60)}"
    if frame.now >= frame.end:
        _put(cells, columns - 4, " now")
    else:
        _put(cells, columns - 1 - len(right), f" {right}")
        _put(cells, now, f"{'┴' if glyphs.dots else '+'}now ")
    pattern = "%m-%d" if frame.now - frame.start > DAY else "%H:%M"
    parts = 2 if columns < _NARROW else 4
    for part in range(parts):
        moment = frame.start + (frame.now - frame.start) * part / parts
        text = f"{datetime.fromtimestamp(moment, UTC):{pattern}} "
        column = frame.column(moment, columns)
        _put(cells, max(0, column - 1), f" {text}" if column else text)
    return "".join(cells)


def _put(cells: list[str], at: int, text: str) -> None:
    """Write a label unless there is another one, or no room."""
    last = at + len(text)
    if at >= 0 and last <= len(cells) and len(set(cells[at:last])) == 1:
        cells[at:last] = text
