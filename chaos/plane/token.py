"""A secret in a file that only its owner may read: what a controller shows to the control plane, a browser to ours."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from slotui.errors import StoreError, UsageError

_LARGEST = 4096
"""Bytes; a file with more in it is something else."""


def load_or_create(path: Path, what: str = "chaos token") -> str:
    """The token in `path`; a new one is written there, mode 0600, when the file is missing. `what` errors call it.

    Raises StoreError when it can neither be read nor made, UsageError as `load` does.
    """
    try:
        return load(path, what)
    except FileNotFoundError:
        pass
    token = secrets.token_urlsafe(32)
    # No process id: in two containers that share a folder, both may be number 1.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(token + "\n")
        # Linked, not renamed: whoever comes second keeps the first one's token.
        os.link(draft, path)
    except FileExistsError:
        return _load_existing(path, what)
    except OSError as error:
        raise StoreError(f"{path}: cannot write the {what}: {error.strerror}", fix="name another file") from error
    finally:
        draft.unlink(missing_ok=True)
    return token


def load(path: Path, what: str = "chaos token") -> str:
    """The token in `path`, for the service and for its clients alike; a link is followed.

    Raises FileNotFoundError when there is none, StoreError when the file cannot be read, UsageError when others than
    its owner may read or write it, or when what it holds is no token.
    """
    try:
        # Without O_NONBLOCK a named pipe would wait for its writer for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            _check_private(path, os.fstat(handle).st_mode, what)
            held = os.read(handle, _LARGEST + 1)
        finally:
            os.close(handle)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StoreError(f"{path}: cannot read the {what}: {error.strerror}", fix="is the file yours?") from error
    # Bytes beyond ASCII become signs that no token has.
    token = held.decode("ascii", "replace").strip()
    if len(held) > _LARGEST or not is_token(token):
        raise UsageError(
            f"{path}: holds no {what}", fix="delete the file and start the service again: it makes a new one"
        )
    return token


def is_token(text: str) -> bool:
    """Whether a header can carry it: one line of letters, digits and signs, without spaces.

    >>> [is_token(text) for text in ("s3same", "", "open sesame", "sésame")]
    [True, False, False, False]
    """
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def _check_private(path: Path, mode: int, what: str) -> None:
    if not stat.S_ISREG(mode):
        raise UsageError(f"{path}: not a file, so no {what}", fix="name the file with the token")
    if mode & 0o077:
        raise UsageError(
            f"{path}: others may read or change this {what} (mode {mode & 0o777:04o})",
            fix=f"chmod 600 {path}; if anybody may have seen it, delete it, and the next start makes a new one",
        )


def _load_existing(path: Path, what: str) -> str:
    try:
        return load(path, what)
    except FileNotFoundError as error:
        raise StoreError(f"{path}: a link that leads nowhere, so no {what}", fix="delete the link") from error
