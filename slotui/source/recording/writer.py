"""Writing a recording: a gzip file that grows by a refresh at a time, and can be read whenever it ends."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Any, BinaryIO, Self

from slotui.errors import StoreError, UsageError
from slotui.source.recording.difference import difference
from slotui.source.recording.form import Frame, Head, change_line, head_line, tree_of, whole_line

_WHOLE_EVERY = 240
"""Refreshes from one that is written whole to the next: so many at most are put together to look at an instant."""


class Recorder:
    """A new file at `path`. Raises `UsageError` where there is one and `force` is not set, `StoreError` for the disk.

    After each `add` the refresh is with the system: killing the process loses nothing that was added.
    """

    def __init__(self, path: Path, head: Head, *, force: bool = False) -> None:
        self.path = path
        self.refreshes = 0
        self.size = 0
        self._tree: dict[str, Any] = {}
        self._file = self._opened(force=force)
        self._gzip = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        self._write(head_line(head))

    def add(self, frame: Frame) -> None:
        """Write a refresh down."""
        tree, at = tree_of(frame), frame.snapshot.at
        if self.refreshes % _WHOLE_EVERY:
            self._write(change_line(at, difference(self._tree, tree)))
        else:
            self._write(whole_line(at, tree))
        self._tree = tree
        self.refreshes += 1

    def close(self) -> None:
        """End the file."""
        if self._file.closed:
            return
        try:
            self._put(self._gzip.flush(zlib.Z_FINISH))
        finally:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _opened(self, *, force: bool) -> BinaryIO:
        try:
            return self.path.open("wb" if force else "xb", buffering=0)
        except FileExistsError as error:
            raise UsageError(
                f"{self.path} is there already", fix="name another with --out, or write over it with --force"
            ) from error
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror}", fix="name another file with --out") from error

    def _write(self, line: bytes) -> None:
        # A sync flush ends on a byte: what is on the disk unpacks up to here, whatever happens next.
        self._put(self._gzip.compress(line) + self._gzip.flush(zlib.Z_SYNC_FLUSH))

    def _put(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._file.fileno(), rest) :]
        except OSError as error:
            self._file.close()
            raise StoreError(
                f"{self.path}: {error.strerror}; {self.refreshes} refreshes are in it and can be read",
                fix="make room, or name another file with --out",
            ) from error
        self.size += len(data)
