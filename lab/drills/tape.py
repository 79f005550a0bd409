"""What happened in a drill, event by event: the only thing that scores, debriefs, facilitators and replays read.

One JSON object a line, appended and with the disk before anything else happens: a drill that is killed has a tape up
to its last event.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal, get_args

from slotui.errors import StoreError

EventKind = Literal[
    # of the machine; the player sees of these: message, deploy, alert, quiet, done-remedy, paused, resumed, ended
    "started", "fault-on", "fault-off", "blind-on", "blind-off", "message", "deploy", "alert", "quiet",
    "remedy-done", "recovered", "paused", "resumed", "ended",
    # of the player
    "acknowledge", "hypothesis", "decision", "mitigation", "communication", "done",
    # of the facilitator
    "hint",
]  # fmt: skip

Ending = Literal["time", "done", "aborted", "halted", "incident", "interrupted"]
"""Of the event `ended`, in `choice`: how. `time`: it ran to its end; `done`: the player said so. The others score
nothing: `incident` is a real one, `interrupted` a drill whose process was stopped."""

_KINDS = frozenset(get_args(EventKind))


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened `at` seconds of the drill's clock, by `by`: `machine`, a player, `facilitator`, a sender.

    What a kind needs is set: `slo` (alert, quiet, recovered, and acts about one), `choice` (a tier's key, a fault's
    name, a cause, a decision, a remedy, an ending, a version), `text`, `cost` (points of a hint), `policy` (the policy
    tier of `slo` when a decision was taken), `value` (bad events that a fault injected, or seconds a recovery took).
    """

    at: float
    kind: EventKind
    by: str
    slo: str | None = None
    choice: str = ""
    text: str = ""
    cost: int = 0
    policy: str = ""
    value: float | None = None


def to_line(event: Event) -> str:
    """The event as one line of JSON, without what is at its default."""
    usual = {one.name: one.default for one in fields(Event)}
    return json.dumps({name: value for name, value in asdict(event).items() if value != usual[name]})


def from_line(line: str) -> Event:
    """The event of a line. Raises ValueError; a later version may have added fields, which are passed over."""
    found = json.loads(line)
    known = {one.name for one in fields(Event)}
    try:
        event = Event(**{name: value for name, value in found.items() if name in known})
    except (TypeError, AttributeError) as error:
        raise ValueError(f"no event: {line.strip()[:80]}") from error
    if event.kind not in _KINDS:
        raise ValueError(f"no kind of event: {event.kind}")
    return event


class TapeWriter:
    """Appends events to a new file. Raises `StoreError` where the disk does not take them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("x", encoding="utf-8")
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror}", fix="point SLOTUI_STATE at another folder") from error

    def write(self, event: Event) -> None:
        """One event; it is with the disk when this returns."""
        try:
            self._file.write(to_line(event) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise StoreError(f"{self._path}: {error.strerror}", fix="make room, and start the drill again") from error

    def close(self) -> None:
        """Nothing more happens."""
        self._file.close()


def read_tape(path: Path) -> tuple[Event, ...]:
    """Every event of a file, in order; a last line that was cut off is left out. Raises `StoreError`."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}", fix="see `slotui drill history`") from error
    return tuple(_whole(path, lines))


def _whole(path: Path, lines: list[str]) -> Iterable[Event]:
    for number, text in enumerate(lines, start=1):
        if not text.endswith("\n"):
            return
        try:
            yield from_line(text)
        except ValueError as error:
            raise StoreError(f"{path}:{number}: {error}", fix="leave the line out, or the drill") from error
