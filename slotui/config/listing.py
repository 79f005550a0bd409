"""`slotui config` in text and JSON, and the file that `slotui config init` writes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from slotui.config.keys import KEYS, Key, Kind
from slotui.config.settings import Settings
from slotui.core.plain import clean
from slotui.duration import compact
from slotui.errors import Location

SCHEMA = "slotui/config/1"
_PASSWORD = re.compile(r"(?<=://)[^@/]*@")


def rows(found: Settings) -> list[str]:
    """A line a key: what it is, its value, and who says so."""
    table = [("KEY", "VALUE", "ORIGIN"), *((key.name, _text(key, found), _origin(key, found)) for key in KEYS)]
    first = max(len(row[0]) for row in table)
    # One long value must not push the origins of all others out of sight.
    second = min(36, max(len(row[1]) for row in table))
    return [f"{name:<{first}}  {value:<{second}}  {origin}" for name, value, origin in table]


def to_json(found: Settings, file: Path) -> dict[str, Any]:
    """The same as a value, of `slotui/config/1`; additions only."""
    return {
        "schema": SCHEMA,
        "file": str(file) if file.is_file() else None,
        "keys": [
            {"key": key.name, "value": _plain(key, found), "origin": _origin_json(key, found), "help": key.help}
            for key in KEYS
        ],
    }


def commented() -> str:
    """A config file with every key, all of them commented out."""
    lines = ["# What slotui need not be told again. `slotui config` shows what holds, and who says so.", ""]
    table = ""
    for key in KEYS:
        if key.table != table:
            table = key.table
            lines += ["", f"[{table}]"]
        lines += _commented(key)
    return "\n".join(lines) + "\n"


def _commented(key: Key) -> Iterator[str]:
    variable = f"; {key.variable} comes before it" if key.variable else ""
    yield f"# {key.help} (unset: {key.otherwise}){variable}"
    yield f"# {key.last} = {key.example}"


def _text(key: Key, found: Settings) -> str:
    value = _plain(key, found)
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    return clean(" ".join(value) if isinstance(value, list) else value)


def _plain(key: Key, found: Settings) -> str | bool | list[str] | None:
    """The value as it is written; what may be a secret is left out."""
    value = getattr(found, key.field)
    if value is None or value == ():
        return None
    match key.kind:
        case Kind.PATHS:
            return [_short(path) for path in value]
        case Kind.PATH:
            return _short(value)
        case Kind.HEADERS:
            return [f"{name}: …" for name, _ in value]
        case Kind.DURATION:
            return compact(value)
        case Kind.URL:
            return _PASSWORD.sub("…@", value)
        case _:
            return value  # type: ignore[no-any-return]


def _origin(key: Key, found: Settings) -> str:
    origin = found.origins.get(key.name)
    if origin is None:
        return f"default: {key.otherwise}"
    return f"{_short(Path(origin.file))}:{origin.line}" if isinstance(origin, Location) else f"environment {origin}"


def _origin_json(key: Key, found: Settings) -> dict[str, Any]:
    origin = found.origins.get(key.name)
    if origin is None:
        return {"kind": "default", "default": key.otherwise}
    if isinstance(origin, Location):
        return {"kind": "file", "file": origin.file, "line": origin.line}
    return {"kind": "environment", "name": origin}


def _short(path: Path) -> str:
    home = os.environ.get("HOME")
    if home and home != "/" and path.is_relative_to(home):
        return f"~/{path.relative_to(home)}"
    return str(path)
