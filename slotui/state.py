"""Where slotui keeps what must outlive a command, and how one command finds the lab that another started."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from slotui.errors import StoreError

Backend = Literal["embedded", "prometheus"]


def state_dir() -> Path:
    """`$SLOTUI_STATE`, else `$XDG_STATE_HOME/slotui`, else `~/.local/state/slotui`; made when missing, mode 0700."""
    named = os.environ.get("SLOTUI_STATE")
    base = Path(named) if named else Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "slotui"
    try:
        base.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(
            f"{base}: {error.strerror}", fix="point SLOTUI_STATE at a folder that you may write to"
        ) from error
    return base


def default_ledger() -> Path:
    """The ledger that every command uses unless it is told another."""
    return state_dir() / "ledger.sqlite"


def token_file() -> Path:
    """The token that the chaos control plane asks for: made by the lab, readable by its owner alone."""
    return state_dir() / "chaos.token"


@dataclass(frozen=True, slots=True)
class RunningLab:
    """What a command needs to know to talk to the lab on this machine. Paths are absolute."""

    pid: int
    backend: Backend
    checkout_url: str
    prometheus_url: str | None
    store: str | None
    slos: str
    policy: str
    ledger: str
    started: float


def _record() -> Path:
    return state_dir() / "lab.json"


def _lock_path() -> Path:
    return state_dir() / "lab.lock"


def running_lab() -> RunningLab | None:
    """The lab that is up, or None. The kernel knows: a lab holds its lock for as long as it lives."""
    lock = _lock_path()
    if not lock.exists() or _lockable(lock):
        return None
    try:
        return RunningLab(**json.loads(_record().read_text()))
    except (OSError, ValueError, TypeError):
        return None  # still starting, or of another version


def _lockable(path: Path) -> bool:
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


@contextmanager
def hold_lab_lock() -> Iterator[bool]:
    """Be the lab for the time of the block; yields False when another lab is up."""
    with _lock_path().open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        # A lab that was killed left its record: until ours is written, nobody may take it for us.
        _record().unlink(missing_ok=True)
        try:
            yield True
        finally:
            _record().unlink(missing_ok=True)


def announce_lab(lab: RunningLab) -> None:
    """Tell other commands where the lab is. Call it inside `hold_lab_lock`, when the lab is ready."""
    draft = _record().with_suffix(".new")
    draft.write_text(json.dumps(asdict(lab), indent=1))
    draft.replace(_record())
