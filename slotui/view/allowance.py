"""The budget calculator's answers, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slotui.core.allowance import Allowance, RequestAllowance, allowance
from slotui.core.figures import burn, cost
from slotui.duration import MINUTE, compact, rough
from slotui.view.ink import fit
from slotui.view.words import number, target

_SCHEMA = "slotui/budget/1"
_INDENT = "    "
_LABEL = 24


def words(found: Allowance) -> str:
    """The calculator: one quantity a row, with the sum that made it."""
    window = compact(found.window)
    rows = [
        f"{target(found.target)} good over {window}",
        "",
        "Read as time, at even traffic",
        _row("total failure", outage(found.outage), f"(1 - {found.target:g}) x {window}"),
        *([_row("that is, of each day", outage(found.outage / found.window * 86400))] if found.window > 86400 else []),
        _row("a minute of it spends", cost(found.minute_share), "of the budget"),
        _row("largest burn", burn(found.largest_burn), "1 / (1 - target): total failure"),
        "",
        "Read as requests",
    ]
    if found.requests is None:
        rows.append(f"{_INDENT}add --requests N (in a whole window) or --rps X")
    else:
        rows += _requests(found.requests, found)
    return "\n".join(rows)


def _requests(found: RequestAllowance, of: Allowance) -> list[str]:
    rows = [
        _row("eligible", number(found.eligible), f"{_few(found.eligible / of.window)} a second"),
        _row("may fail", _few(found.allowed), f"(1 - {of.target:g}) x eligible"),
        _row("a minute of outage", _few(found.per_minute), f"failed, {cost(of.minute_share)} of the budget"),
        _row("one failure spends", _one(found.one_failure_share), "of the budget"),
    ]
    if found.allowed < 1:
        rows.append(f"{_INDENT}Less than one request may fail: the first failure overspends the budget.")
    return rows


def _row(label: str, value: str, note: str = "") -> str:
    return f"{_INDENT}{fit(label, _LABEL)}{fit(value, 15, right=True)}   {note}".rstrip()


def _few(count: float) -> str:
    # A service with ten requests a day has a rate too, and it is not 0.0.
    return f"{count:.2g}" if 0 < count < 1 else number(count)


def _one(share: float) -> str:
    return cost(share) if share >= 1e-5 else "<0.001%"


def outage(seconds: float) -> str:
    """A length of failure: whole seconds where they are many, parts of one where they are not.

    >>> outage(2592), outage(25.92), outage(6.048), outage(0.6048)
    ('43m12s', '26s', '6.0s', '0.6s')
    """
    if seconds >= 10:
        return rough(seconds)
    return f"{seconds:.1f}s" if seconds >= 1 else f"{seconds:.2g}s"


def table(targets: Sequence[float], windows: Sequence[int]) -> str:
    """The reference table: how long everything may fail, by target and window."""
    width = max(9, *(len(compact(window)) + 2 for window in windows))
    head = f"{fit('target', 9)}{''.join(fit(compact(window), width, right=True) for window in windows)}"
    rows = [
        f"{fit(target(share), 9)}"
        + "".join(fit(outage(allowance(share, window).outage), width, right=True) for window in windows)
        + f"{fit(burn(allowance(share, 1).largest_burn), 13, right=True)}"
        for share in targets
    ]
    title = "Total failure that a target allows over a window, at even traffic"
    return "\n".join([title, "", f"{head}{fit('largest burn', 13, right=True)}", *rows])


def table_json(targets: Sequence[float], windows: Sequence[int]) -> dict[str, Any]:
    """The reference table as rows."""
    return {"schema": _SCHEMA, "table": [_plain(allowance(share, window)) for share in targets for window in windows]}


def to_json(found: Allowance) -> dict[str, Any]:
    """The calculator's answer: shares as fractions, lengths in seconds, requests None where they are not known."""
    requests = found.requests
    return {
        "schema": _SCHEMA,
        **_plain(found),
        "minute_share": found.minute_share,
        "requests": None
        if requests is None
        else {
            "eligible": requests.eligible,
            "per_second": requests.eligible / found.window,
            "allowed": requests.allowed,
            "minute_of_outage": requests.eligible * MINUTE / found.window,
            "one_failure_share": requests.one_failure_share,
        },
    }


def _plain(found: Allowance) -> dict[str, Any]:
    return {
        "target": found.target,
        "window": compact(found.window),
        "window_seconds": found.window,
        "outage_seconds": found.outage,
        "largest_burn": found.largest_burn,
    }
