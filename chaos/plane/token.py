"""The secret that a controller shows to the control plane: one line in a file that only its owner may read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from slotui.errors import StoreError, UsageError


def load_or_create(path: Path) -> str:
    """The token in `path`; a new one is written there, mode 0600, when the file is missing.

    Raises StoreError when it can neither be read nor made.
    """
    try:
        return load(path)
    except FileNotFoundError:
        pass
    token = secrets.token_urlsafe(32)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(token + "\n")
        # Linked, not renamed: whoever comes second keeps the first one's token.
        os.link(draft, path)
    except FileExistsError:
        return load(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot write the chaos token: {error.strerror}", fix="name another file") from error
    finally:
        draft.unlink(missing_ok=True)
    return token


def load(path: Path) -> str:
    """The token in `path`. Raises FileNotFoundError when there is none, StoreError when it cannot be used."""
    try:
        token = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: cannot read the chaos token: {error}", fix="is the file yours?") from error
    if not token or not token.isascii():
        raise UsageError(f"{path}: holds no chaos token", fix="delete the file and start the lab again")
    return token
