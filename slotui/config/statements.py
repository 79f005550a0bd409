"""Where each key of a TOML file stands. The parser of the standard library does not say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slotui.errors import Location, Problem, SpecError

_PLACE = re.compile(r"^(?P<what>.*?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_VALUE = re.compile(r"\s*[\w.-]+\s*=\s*(?=\S)")


@dataclass(frozen=True, slots=True)
class Statement:
    """One line, or more where a value goes on: what it sets, where its key and its value begin (from 1)."""

    path: tuple[str, ...]
    line: int
    key_column: int
    value_column: int


@dataclass(frozen=True, slots=True)
class Toml:
    """A file as data, and where its parts stand."""

    file: str
    data: dict[str, Any]
    statements: tuple[Statement, ...]

    def locate(self, path: Sequence[str], *, key: bool = False) -> Location:
        """Where the value at `path` stands (with `key`: its key); the nearest part around it, else the first line."""
        wanted = tuple(path)
        around = [
            one for one in self.statements if wanted[: len(one.path)] == one.path or one.path[: len(wanted)] == wanted
        ]
        if not around:
            return Location(self.file, 1, 1)
        one = max(around, key=lambda statement: (len(_shared(statement.path, wanted)), -len(statement.path)))
        return Location(self.file, one.line, one.key_column if key else one.value_column)


def _shared(one: Sequence[str], other: Sequence[str]) -> list[str]:
    return [a for a, b in zip(one, other, strict=False) if a == b]


def read_toml(file: Path) -> Toml:
    """A TOML file. Raises `SpecError` with the place where it cannot be read."""
    name = str(file)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise SpecError([Problem(Location(name, 1, 1), f"cannot be read: {reason}", "check the path")]) from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError([_broken(name, text, error)]) from error
    return Toml(name, data, tuple(_statements(text)))


def _broken(name: str, text: str, error: tomllib.TOMLDecodeError) -> Problem:
    found = _PLACE.match(str(error))
    lines = text.splitlines() or [""]
    line, column = len(lines), len(lines[-1]) + 1
    if found and found["line"]:
        line, column = int(found["line"]), int(found["column"])
    what = found["what"] if found else str(error)
    fix = 'mend the TOML here; text stands in quotes: theme = "slotui"'
    return Problem(Location(name, line, column), f"not TOML: {what[:1].lower()}{what[1:]}", fix)


def _statements(text: str) -> Iterator[Statement]:
    """The statements of sound TOML: lines are put together until they parse."""
    table: tuple[str, ...] = ()
    begun, held = 0, ""
    for number, row in enumerate(text.splitlines(keepends=True), start=1):
        begun, held = (begun, held + row) if held else (number, row)
        try:
            found = tomllib.loads(held)
        except tomllib.TOMLDecodeError:
            continue  # its value goes on in the next line
        if found:
            path = _path_of(found)
            if held.lstrip().startswith("["):
                table, path = path, ()
            indent = len(held) - len(held.lstrip())
            value = _VALUE.match(held)
            yield Statement((*table, *path), begun, indent + 1, value.end() + 1 if value else indent + 1)
        held = ""


def _path_of(found: Any) -> tuple[str, ...]:
    """The keys that a statement names: down to the first value, or the first table with more than one entry."""
    path: list[str] = []
    while isinstance(found, dict) and len(found) == 1:
        [(key, found)] = found.items()
        path.append(key)
        if isinstance(found, list) and found and found == [{}]:
            break
    return tuple(path)
