"""What is new in a JSON object since the one before it: most of an answer repeats from refresh to refresh."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Tree = Mapping[str, Any]
"""A JSON object. It is never changed in place, so that trees may share their branches."""

_PUT, _GONE, _INSIDE, _ROWS = "put", "gone", "inside", "rows"
_LONG = 8
"""Lists of so many items are compared row by row; shorter ones are written anew."""


def difference(before: Tree, after: Tree) -> dict[str, Any]:
    """What makes `after` out of `before`.

    `put`: fields that are new or other; `gone`: fields to leave out; `inside`: the difference of a field's object;
    `rows`: of a long list, how many rows to drop in front, how many to keep, and those that follow.

    >>> difference({"a": 1, "b": {"c": 2}}, {"a": 1, "b": {"c": 3}, "d": 4})
    {'put': {'d': 4}, 'inside': {'b': {'put': {'c': 3}}}}
    """
    put: dict[str, Any] = {}
    inside: dict[str, Any] = {}
    rows: dict[str, Any] = {}
    for name, value in after.items():
        old = before.get(name)
        if name in before and old == value:
            continue
        if isinstance(value, dict) and isinstance(old, dict):
            inside[name] = difference(old, value)
        elif isinstance(value, list) and isinstance(old, list) and (kept := _kept(old, value)) is not None:
            rows[name] = kept
        else:
            put[name] = value
    gone = [name for name in before if name not in after]
    parts = {_PUT: put, _GONE: gone, _INSIDE: inside, _ROWS: rows}
    return {name: part for name, part in parts.items() if part}


def patched(before: Tree, change: Tree) -> dict[str, Any]:
    """The tree after a `difference`. Raises KeyError, TypeError or ValueError where that is of another tree."""
    gone = set(change.get(_GONE, ()))
    after = {name: value for name, value in before.items() if name not in gone}
    for name, inner in change.get(_INSIDE, {}).items():
        after[name] = patched(before[name], inner)
    for name, (drop, keep, added) in change.get(_ROWS, {}).items():
        if not 0 <= drop <= drop + keep <= len(before[name]):
            raise ValueError(f"{name} has not so many rows")
        after[name] = [*before[name][drop : drop + keep], *added]
    after.update(change.get(_PUT, {}))
    return after


def _kept(before: list[Any], after: list[Any]) -> list[Any] | None:
    """`[drop, keep, added]`, or None where writing the list anew is as short."""
    if len(after) < _LONG or after[0] not in before:
        return None
    drop = before.index(after[0])
    keep = 0
    while keep < len(after) and drop + keep < len(before) and before[drop + keep] == after[keep]:
        keep += 1
    return [drop, keep, after[keep:]]
