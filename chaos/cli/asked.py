"""The options of `chaos plan` and `chaos inject`, as the fields of faults: what goes with what, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slotui.errors import UsageError

FAILING = ("error", "hang", "reset", "bad_payload", "dependency")
"""Kinds whose rate is `--error-rate`."""

KINDS = (*FAILING, "slow_body", "stale")
"""What `--fault` can name; a plain delay is `--latency` alone."""

_DETAIL = {"dependency": "cause", "bad_payload": "payload", "stale": "what"}
"""The field that stands behind a colon: `dependency:payment`, `bad_payload:empty`, `stale:inventory`."""


def fault_fields(asked: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """The faults that the options name, as fields for `parse_fault`. Raises UsageError where they do not fit.

    >>> fault_fields({"error_rate": 0.05, "fault": "dependency:payment"})
    ({'kind': 'dependency', 'cause': 'payment', 'rate': 0.05},)
    """
    options = {name: value for name, value in asked.items() if value is not None}
    named = _named(options["fault"]) if "fault" in options else {"kind": "error"}
    course = _picked(options, "mode", "seed")
    if shapes := tuple(_shapes(options)):
        course["shape"] = _only(shapes)
    match = _picked(options, "tier")
    if "request_header" in options:
        match["header"] = options["request_header"]
    # The delay comes first, as it does in the service: a request can be slow, then fail.
    hitting = (*_delaying(options, named), *_failing(options, named))
    faults = [{**fault, **course, **match} for fault in hitting]
    if named["kind"] == "stale":
        faults.append({**named, **course})
    if not faults:
        raise UsageError("no fault named", fix="give --error-rate 0.05, or --latency 300ms, or both")
    return tuple(faults)


def _shapes(options: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """Each course that the rate is to take over time."""
    if "ramp" in options:
        yield {"kind": "ramp", "start": options["ramp"]}
    if "pulse" in options:
        width, period = options["pulse"]
        yield {"kind": "pulse", "width": float(width), "every": float(period)}
    if "sine" in options:
        yield {"kind": "sine", "period": float(options["sine"])}


def _only(shapes: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    if len(shapes) > 1:
        named = " and ".join(f"--{shape['kind']}" for shape in shapes)
        raise UsageError(f"{named} do not go together", fix="a rate takes one course: leave one of them out")
    return shapes[0]


def _named(word: str) -> dict[str, Any]:
    """`dependency:payment` in fields."""
    kind, _, detail = word.partition(":")
    if kind not in KINDS or (detail and kind not in _DETAIL):
        raise UsageError(f"--fault {word}: no such fault", fix=f"one of {', '.join(KINDS)}; as in dependency:payment")
    return {"kind": kind, _DETAIL[kind]: detail} if detail else {"kind": kind}


def _delaying(options: Mapping[str, Any], named: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    slow_body = named["kind"] == "slow_body"
    if "latency" in options:
        rate = options.get("latency_rate", 1.0)
        kind = "slow_body" if slow_body else "latency"
        yield {"kind": kind, "delay": options["latency"], "rate": rate, **_picked(options, "jitter", "distribution")}
    elif slow_body:
        raise UsageError("--fault slow_body goes with --latency", fix="add --latency 2s")
    elif stray := _picked(options, "jitter", "latency_rate", "distribution"):
        option = next(iter(stray)).replace("_", "-")
        raise UsageError(f"--{option} goes with --latency", fix="add --latency 300ms")


def _failing(options: Mapping[str, Any], named: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    if "error_rate" in options:
        kind = named if named["kind"] in FAILING else {"kind": "error"}
        yield {**kind, "rate": options["error_rate"], **_picked(options, "status")}
    elif "fault" in options and named["kind"] in FAILING:
        raise UsageError(f"--fault {options['fault']} goes with --error-rate", fix="add --error-rate 0.05")
    elif "status" in options:
        raise UsageError("--status goes with --error-rate", fix="add --error-rate 0.05")


def _picked(options: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: options[name] for name in names if name in options}
