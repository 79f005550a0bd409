"""Reading a recording, whole or cut off: every instant of it, from the nearest refresh that was written whole."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from slotui.errors import Location, Problem, SpecError, UsageError
from slotui.source.recording.difference import patched
from slotui.source.recording.form import FORMAT, SCHEMA, Frame, Head, frame_of, head_of

_MOST = 512 * 1024 * 1024
"""Bytes that a file may unpack to: days of recording, and no bomb."""
_BROKEN = "leave the broken line out, or record again"
_SCHEMA = re.compile(re.escape(SCHEMA) + r"(\d{1,9})")


def unpacked(path: Path) -> bytes:
    """The contents of a file, gzip or plain; of one that was cut off, what is left. Raises `UsageError`."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such file", fix="name a recording, or a CSV of timestamp,total,bad") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}", fix="name a file that you may read") from error
    return _gunzipped(path, data) if data[:2] == b"\x1f\x8b" else data


def is_recording(text: bytes) -> bool:
    """Whether unpacked contents begin as a recording does; a file of counts begins with its header."""
    return text.lstrip()[:1] == b"{"


def _gunzipped(path: Path, data: bytes) -> bytes:
    unzip = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        text = unzip.decompress(data, _MOST)
    except zlib.error as error:
        raise UsageError(f"{path}: is damaged: {error}", fix="what can be saved of it shows: zcat FILE") from error
    if unzip.unconsumed_tail:
        raise UsageError(f"{path}: unpacks to more than {_MOST >> 20} MiB", fix="record in shorter files: --for 12h")
    return text


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the file, by its number: kept as text, for its tree may be large."""

    number: int
    text: bytes
    whole: bool


class Tape:
    """The refreshes of one recording in order; `instants` are theirs, in UTC seconds.

    `head` says what it is of. Raises `UsageError` for what is none, `SpecError` with file and line for a broken one.
    """

    def __init__(self, path: Path, text: bytes) -> None:
        self._path = path
        # The last line of a file that was cut off may lack its end, or be part of one: it is no refresh yet.
        first, *rest = text.split(b"\n")[:-1] or [b""]
        self.head = self._read_head(first)
        self.instants: list[float] = []
        self._rows: list[_Row] = []
        for number, line in enumerate(rest, start=2):
            self._take(number, line)
        if not self.instants:
            raise UsageError(f"{path}: no refresh was recorded", fix="record longer: slotui record --for 10m")
        if not self._rows[0].whole:
            self._broken(self._rows[0].number, "the first refresh is not whole")
        self._last: tuple[int, Mapping[str, Any]] | None = None

    def frame(self, index: int) -> Frame:
        """The refresh of that number from 0 on. Raises `SpecError` where its line means nothing."""
        tree = self._tree(index)
        try:
            frame = frame_of(tree)
        except ValueError as error:
            self._broken(self._rows[index].number, f"is no refresh: {_first_line(error)}", error)
        return frame

    def _tree(self, index: int) -> Mapping[str, Any]:
        start = next(at for at in range(index, -1, -1) if self._rows[at].whole)
        tree: Mapping[str, Any] = {}
        if self._last is not None and start <= self._last[0] <= index:
            start, tree = self._last[0] + 1, self._last[1]
        for row in self._rows[start : index + 1]:
            body = self._parsed(row.number, row.text)
            try:
                tree = body["whole"] if row.whole else patched(tree, body["change"])
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                self._broken(row.number, f"does not follow the refresh before it: {error}", error)
        self._last = index, tree
        return tree

    def _take(self, number: int, line: bytes) -> None:
        body = self._parsed(number, line)
        if "whole" not in body and "change" not in body:
            return  # a kind of line that a later version writes
        at = body.get("at")
        if isinstance(at, bool) or not isinstance(at, int | float) or not abs(at) < 1e12:
            self._broken(number, "has no time")
        if self.instants and at <= self.instants[-1]:
            self._broken(number, "is not later than the refresh before it")
        self.instants.append(float(at))
        self._rows.append(_Row(number, line, "whole" in body))

    def _parsed(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            body = json.loads(line)
        except (ValueError, RecursionError) as error:
            self._broken(number, f"is not JSON: {error}", error)
        if not isinstance(body, dict):
            self._broken(number, "is not a JSON object")
        return body

    def _read_head(self, line: bytes) -> Head:
        try:
            body = json.loads(line)
            schema = _SCHEMA.fullmatch(body["schema"])
        except (ValueError, RecursionError, KeyError, TypeError) as error:
            raise self._not_one() from error
        if schema is None:
            raise self._not_one()
        if int(schema[1]) > FORMAT:
            what = (
                f"{self._path}: was written by a later slotui (recording format {schema[1]}; this one reads {FORMAT})"
            )
            raise UsageError(what, fix="upgrade slotui")
        try:
            return head_of(body)
        except ValueError as error:
            self._broken(1, f"does not say what was recorded: {_first_line(error)}", error)

    def _not_one(self) -> UsageError:
        return UsageError(f"{self._path}: is not a recording of slotui", fix="make one: slotui record --out FILE.slr")

    def _broken(self, number: int, what: str, error: Exception | None = None) -> NoReturn:
        raise SpecError([Problem(Location(str(self._path), number, 1), what, _BROKEN)]) from error


def _first_line(error: Exception) -> str:
    """Of pydantic's report, where and what: `readings.shop.window.bad: Input should be …`."""
    lines = [line.strip() for line in str(error).splitlines()]
    return ": ".join(lines[1:3]).partition(" [type=")[0] if len(lines) > 2 else lines[0]
