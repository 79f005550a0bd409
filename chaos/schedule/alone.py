"""One process a timetable: the kernel knows, it holds a lock for as long as the process lives."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from slotui.errors import RefusedError, StoreError
from slotui.state import state_dir


@contextmanager
def alone(timetable: Path) -> Iterator[None]:
    """Be the one who carries out the timetable of that file. Raises `RefusedError` where another process is."""
    digest = hashlib.sha256(str(timetable.resolve()).encode()).hexdigest()[:16]
    path = state_dir() / f"schedule-{digest}.lock"
    try:
        handle = path.open("a")
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}", fix="point SLOTUI_STATE at a folder of yours") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RefusedError(
                f"refused: another process carries out {timetable} already", fix="stop that one first, with Ctrl-C"
            ) from error
        yield
