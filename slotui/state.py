"""Where slotui keeps what must outlive a command, and how one finds the lab, or the drill, that another started."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from slotui.errors import StoreError

Backend = Literal["embedded", "prometheus"]

RUN = Path("lab/run")
"""The folder of a checkout in which a lab in containers tells the host where it is."""

ORDERS = "orders.ndjson"
"""In a drill's folder: what others want of it, a JSON object a line."""

_ACCEPTS_WITHIN = 0.25
"""Seconds that a port on loopback gets to accept; a closed one refuses at once."""


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
    """The token that a chaos control plane asks for: made by the service here, readable by its owner alone."""
    return state_dir() / "chaos.token"


def token_of(target: str | None) -> Path:
    """The token of the service at `target`, None meaning the running lab's; a lab in containers has its own."""
    lab = running_lab()
    return Path(lab.token_file) if lab is not None and target in (None, lab.checkout_url) else token_file()


@dataclass(frozen=True, slots=True)
class RunningLab:
    """What a command needs to know to talk to the lab on this machine. Paths are absolute.

    `pid` is the process that owns a lab; None for one in containers, which belongs to the container engine.
    """

    pid: int | None
    backend: Backend
    checkout_url: str
    prometheus_url: str | None
    store: str | None
    slos: str
    policy: str
    ledger: str
    token_file: str
    started: float

    @property
    def owner(self) -> str:
        """What a person would stop it by."""
        return "in containers" if self.pid is None else f"pid {self.pid}"


def _record() -> Path:
    return state_dir() / "lab.json"


def _lock_path() -> Path:
    return state_dir() / "lab.lock"


def running_lab() -> RunningLab | None:
    """The lab that is up, or None: the one of this user, else the one in containers of the checkout that we are in."""
    lock = _lock_path()
    if not lock.exists() or _lockable(lock):
        return lab_in_containers()
    # The kernel knows: a lab holds its lock for as long as it lives.
    try:
        return RunningLab(**json.loads(_record().read_text()))
    except (OSError, ValueError, TypeError):
        return None  # still starting, or of another version


def lab_in_containers(checkout: Path | None = None) -> RunningLab | None:
    """The lab that `docker compose up` started in a checkout (None: the current folder), or None.

    Its record stays when the containers are gone, so its port must accept. Only an address of this machine is
    believed: a record in a folder from somebody else could otherwise have the chaos token sent to them.
    """
    root = checkout or Path.cwd()
    try:
        found = RunningLab(pid=None, **json.loads((root / RUN / "lab.json").read_text()))
        if not _accepts(found.checkout_url):
            return None
        return replace(
            found,
            slos=str(root / found.slos),
            policy=str(root / found.policy),
            ledger=str(root / found.ledger),
            token_file=str(root / found.token_file),
        )
    except (OSError, ValueError, TypeError, AttributeError):
        return None  # none there, or of another version


def _accepts(url: str) -> bool:
    """Whether something on this machine listens there. Raises ValueError for what is no address on loopback."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    if port is None or not ip_address(host).is_loopback:
        raise ValueError(f"{url} is not on this machine")
    try:
        socket.create_connection((host, port), timeout=_ACCEPTS_WITHIN).close()
    except OSError:
        return False
    return True


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
    with _holding(_lock_path(), _record()) as mine:
        yield mine


def announce_lab(lab: RunningLab) -> None:
    """Tell other commands where the lab is. Call it inside `hold_lab_lock`, when the lab is ready."""
    _announce(_record(), asdict(lab))


@dataclass(frozen=True, slots=True)
class RunningDrill:
    """A drill that is being played here: by which process, in which folder (absolute), for whom, since when (UTC
    seconds). Which one it is, nobody is told: that would be the answer. `real` is one in the lab."""

    pid: int
    folder: str
    clock: Literal["virtual", "real"]
    player: str
    started: float


def running_drill() -> RunningDrill | None:
    """The drill that this user plays now, or None."""
    lock = _drill_lock()
    if not lock.exists() or _lockable(lock):
        return None
    try:
        return RunningDrill(**json.loads(_drill_record().read_text()))
    except (OSError, ValueError, TypeError):
        return None  # still starting, or of another version


@contextmanager
def hold_drill_lock() -> Iterator[bool]:
    """Be the drill for the time of the block; yields False while another one is played."""
    with _holding(_drill_lock(), _drill_record()) as mine:
        yield mine


def announce_drill(drill: RunningDrill) -> None:
    """Tell other commands of the drill. Call it inside `hold_drill_lock`, when its folder is there."""
    _announce(_drill_record(), asdict(drill))


def order_drill(folder: Path, order: Mapping[str, Any]) -> None:
    """Append an order, as `{"do": "halt", "by": "kim"}`, to those that the drill of that folder reads. Raises
    `StoreError`."""
    path = folder / ORDERS
    try:
        # One write of one line: whoever else orders something at the same instant does not get in between.
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, (json.dumps(dict(order)) + "\n").encode())
        finally:
            os.close(handle)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}", fix="is the drill still running?") from error


def _drill_record() -> Path:
    return state_dir() / "drill.json"


def _drill_lock() -> Path:
    return state_dir() / "drill.lock"


@contextmanager
def _holding(lock: Path, record: Path) -> Iterator[bool]:
    """Hold the lock for the time of the block, without a record before and after; yields False where it is taken."""
    with lock.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        # Who was killed left a record: until ours is written, nobody may take it for us.
        record.unlink(missing_ok=True)
        try:
            yield True
        finally:
            record.unlink(missing_ok=True)


def _announce(record: Path, body: Mapping[str, Any]) -> None:
    draft = record.with_suffix(".new")
    draft.write_text(json.dumps(body, indent=1))
    draft.replace(record)
