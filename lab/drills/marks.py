"""A tape as entries of a ledger: what the charts and the ledger page of a drill show of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from lab.drills.tape import Event
from slotui.core.entry import Entry

_DECISIVE = frozenset({"acknowledge", "hypothesis", "decision", "mitigation"})


def marks_of(events: Iterable[Event], starts: float, *, acts: bool) -> tuple[Entry, ...]:
    """The releases of a drill that began at `starts` (UTC seconds), with `acts` what its player did too."""
    return tuple(sorted(_marks(events, starts, acts=acts), key=lambda entry: entry.started))


def _marks(events: Iterable[Event], starts: float, *, acts: bool) -> Iterator[Entry]:
    for event in events:
        at = starts + event.at
        name = hashlib.sha256(f"{event.kind}/{event.at}/{event.slo}/{event.choice}".encode()).hexdigest()[:8]
        about = (event.slo,) if event.slo else ()
        if event.kind == "deploy":
            yield Entry(name, "deploy", about, event.by, event.choice, "", at, ended=at, ending="noted")
        elif acts and event.kind in _DECISIVE:
            what = " ".join(word for word in (event.kind, event.choice) if word)
            yield Entry(name, "note", about, event.by, what, "", at, ended=at, ending="noted")
