"""Generated text to a file: whole or not at all, and whether what is there is still what would be written."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from difflib import unified_diff
from itertools import islice
from pathlib import Path

from slotui.errors import StoreError, UsageError

_DIFF_LINES = 12


def write(path: Path, text: str) -> None:
    """Replace `path` by `text` in one step; whoever reads it meanwhile sees the old file or the new one.

    Raises `UsageError` for a folder that is not there, `StoreError` for one that cannot be written.
    """
    _require_folder(path.parent)
    place = path.resolve()  # through a link, not over it
    draft = place.with_name(f".{place.name}.{os.getpid()}.new")
    try:
        try:
            with draft.open("w", encoding="utf-8") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            if place.exists():
                shutil.copymode(place, draft)
            draft.replace(place)
        finally:
            with suppress(OSError):
                draft.unlink()
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}; what was there is unchanged", fix=_way_out(path)) from error


def staleness(path: Path, text: str) -> str | None:
    """What differs, as the first lines of a unified diff; None when the file is as it would be written.

    Raises `UsageError` for a folder that is not there, `StoreError` for a file that cannot be read.
    """
    _require_folder(path.parent)
    try:
        there = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return f"{path} is not there"
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}", fix="name a file that you may read") from error
    if there == text:
        return None
    lines = unified_diff(there.splitlines(), text.splitlines(), str(path), "generated", lineterm="", n=1)
    shown = list(islice(lines, _DIFF_LINES + 1))
    more = ["…"] if len(shown) > _DIFF_LINES else []
    return "\n  ".join([f"{path} is out of date", *shown[:_DIFF_LINES], *more])


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder", fix=f"make it: mkdir -p {folder}")


def _way_out(path: Path) -> str:
    return f"see that {path.parent} may be written to and has space left, or name another with --dir"
