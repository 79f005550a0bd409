"""The lines of a recording: JSON, one object a line, the first of them about the whole file.

A later version may add fields and kinds of lines, which are passed over. One that changes what a field means
counts `FORMAT` up, and is refused by what came before it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from slotui.core.balance import Mark
from slotui.core.entry import Entry
from slotui.core.excused import Excused
from slotui.core.policy import Policy
from slotui.core.reading import FaultSeen, Reading, Snapshot
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Span, Timeline
from slotui.duration import HOUR, MINUTE

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FORMAT = 1
SCHEMA = "slotui/recording/"

_COARSE = 5 * MINUTE
_FINE_FOR = HOUR
"""The last hour is kept as finely as it was counted, the day before it in steps of five minutes."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a recording is of. `every` and `stale_after` are seconds, as the source had them."""

    schema: str
    kind: str
    url: str
    every: float
    stale_after: float
    slos: tuple[Slo, ...]
    policy: Policy


@dataclass(frozen=True, slots=True)
class Answer:
    """A Reading as it is written: its recent spans in two lists, of which little changes from one to the next."""

    window: Counts
    windows: Mapping[int, Counts]
    history: tuple[Span, ...] = ()
    seen_at: float | None = None
    firing_since: Mapping[str, float] = field(default_factory=dict)
    problem: str | None = None
    day: tuple[Span, ...] = ()
    hour: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Refresh:
    """A Snapshot as it is written, and the ledger as it stood, by the entries' ids."""

    at: float
    readings: Mapping[str, Answer]
    faults: tuple[FaultSeen, ...] = ()
    problem: str | None = None
    excused: Mapping[str, tuple[Excused, ...]] = field(default_factory=dict)
    mark: Mark | None = None
    entries: Mapping[str, Entry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Frame:
    """One refresh: what the source answered, and the ledger as it stood."""

    snapshot: Snapshot
    entries: tuple[Entry, ...] = ()


def tree_of(frame: Frame) -> dict[str, Any]:
    """A refresh as JSON."""
    snapshot = frame.snapshot
    refresh = Refresh(
        snapshot.at,
        {name: _answer(reading, snapshot.at) for name, reading in snapshot.readings.items()},
        snapshot.faults,
        snapshot.problem,
        {name: tuple(spends) for name, spends in snapshot.excused.items()},
        snapshot.mark,
        {entry.id: entry for entry in frame.entries},
    )
    found: dict[str, Any] = _adapter(Refresh).dump_python(refresh, mode="json")
    return found


def frame_of(tree: Mapping[str, Any]) -> Frame:
    """A refresh from its JSON. Raises ValueError."""
    found: Refresh = _adapter(Refresh).validate_python(tree)
    readings = {name: _reading(answer) for name, answer in found.readings.items()}
    entries = tuple(sorted(found.entries.values(), key=lambda entry: entry.started))
    return Frame(Snapshot(found.at, readings, found.faults, found.problem, found.excused, found.mark), entries)


def head_of(line: Mapping[str, Any]) -> Head:
    """A first line's meaning. Raises ValueError."""
    found: Head = _adapter(Head).validate_python(line)
    return found


def head_line(head: Head) -> bytes:
    """The first line of a file."""
    return _line(_adapter(Head).dump_python(head, mode="json"))


def whole_line(at: float, tree: Mapping[str, Any]) -> bytes:
    """A refresh that needs no other to be read."""
    return _line({"at": at, "whole": tree})


def change_line(at: float, change: Mapping[str, Any]) -> bytes:
    """What is new in a refresh since the one before it."""
    return _line({"at": at, "change": change})


def _answer(reading: Reading, at: float) -> Answer:
    line, border = reading.recent, math.floor((at - _FINE_FOR) / _COARSE) * _COARSE
    begins = math.ceil((at if line.first is None else line.first) / _COARSE) * _COARSE
    return Answer(
        reading.window,
        reading.windows,
        reading.history,
        reading.seen_at,
        reading.firing_since,
        reading.problem,
        tuple(line.steps(begins, border, _COARSE)),
        tuple(_spans(line, max(begins, border))),
    )


def _spans(line: Timeline, since: float) -> list[Span]:
    part = line.part(since, math.inf)
    ends = [(max(start, since), end) for start, end in zip(part.starts, part.ends, strict=True)]
    counts = [(start, end, part.between(start, end)) for start, end in ends if start < end]
    return [Span(start, end, found.eligible, found.bad, found.measured) for start, end, found in counts]


def _reading(answer: Answer) -> Reading:
    Timeline(answer.history)  # raises where it is out of order: no sum of it would mean anything
    return Reading(
        answer.window,
        answer.windows,
        answer.history,
        answer.seen_at,
        answer.firing_since,
        answer.problem,
        recent=Timeline((*answer.day, *answer.hour)),
    )


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # late: a tenth of a second, which `slotui watch` shall not pay

    return TypeAdapter(shape)


def _line(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
