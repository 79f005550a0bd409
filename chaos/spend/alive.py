"""Whether the controller of an open entry still lives. The kernel knows: it holds a lock for as long as it does."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from slotui.errors import StoreError


@contextmanager
def holding(ledger: Path, entry_id: str) -> Iterator[None]:
    """Be the controller of an entry for the time of the block."""
    path = _lock(ledger, entry_id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("w")
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}", fix="name another file with --ledger") from error
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def is_held(ledger: Path, entry_id: str) -> bool:
    """Whether some process is the controller of the entry now."""
    try:
        handle = _lock(ledger, entry_id).open("r")
    except OSError:
        return False
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def forget(ledger: Path, entry_id: str) -> None:
    """Remove what a dead controller left."""
    _lock(ledger, entry_id).unlink(missing_ok=True)


def _lock(ledger: Path, entry_id: str) -> Path:
    return ledger.with_name(f"{ledger.name}.{entry_id}.lock")
