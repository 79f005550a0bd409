"""Where the spends of this machine run, so that `chaos halt` finds each of them from any terminal."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from chaos.spend import alive
from chaos.spend.client import Place
from slotui.state import state_dir


@dataclass(frozen=True, slots=True)
class Running:
    """A spend whose controller may be alive: its entry, its process, its service, and what opens that."""

    entry: str
    pid: int
    target: str
    token_file: str
    ledger: str

    @property
    def controlled(self) -> bool:
        """Whether its controller lives."""
        return alive.is_held(Path(self.ledger), self.entry)

    @property
    def place(self) -> Place:
        """The service that it fails."""
        return Place(self.target, Path(self.token_file))

    def stop(self) -> bool:
        """Ask the controller to end it; False where there is none any more."""
        if not self.controlled:
            return False
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        return True


@contextmanager
def announced(running: Running) -> Iterator[None]:
    """Let others find the spend for the time of the block. A disk in the way costs that, not the spend."""
    path = _folder() / f"{running.entry}.json"
    draft = path.with_suffix(".new")
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        draft.write_text(json.dumps(asdict(running)))
        draft.replace(path)
    try:
        yield
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
            path.unlink(missing_ok=True)


def all_running() -> tuple[Running, ...]:
    """Every spend that was announced: also one whose controller was killed, as its fault may still be on."""
    found = []
    for path in sorted(_folder().glob("*.json")):
        with suppress(OSError, ValueError, TypeError):
            found.append(Running(**json.loads(path.read_text())))
    return tuple(found)


def place_of(entry: str) -> Place | None:
    """The service that the spend of this entry fails, where it was announced."""
    return next((running.place for running in all_running() if running.entry == entry), None)


def forget(entry: str) -> None:
    """Remove what a dead controller left."""
    with suppress(OSError):
        (_folder() / f"{entry}.json").unlink(missing_ok=True)


def _folder() -> Path:
    return state_dir() / "spends"
