"""Addresses as they may be shown."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from slotui.errors import UsageError

_PASSWORD = re.compile(r"[^/@\s]*:[^/@\s]*@")


def address_of(url: str) -> str:
    """An address without the credentials in it, which are never shown. Raises `UsageError` for what is none."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{_PASSWORD.sub('…@', url)!r} is not an address", fix="write it as http://127.0.0.1:9090")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = f"{host}:{parts.port}" if parts.port else host
    return urlunsplit((parts.scheme, place, parts.path.rstrip("/"), "", ""))
