"""From what a tool says of an SLO to an SLO of ours, where its rules can be read."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from slotui.core.found import FoundSlo, Told, Tool
from slotui.core.plain import clean
from slotui.core.sli import EventSli
from slotui.core.slo import Slo
from slotui.duration import DAY, HOUR
from slotui.source.prometheus.discovery.inventory import Inventory, phrase
from slotui.spec.names import slo_name
from slotui.spec.promql import UnsupportedQueryError

_LONGEST = 3650 * DAY
TOOL = "recorded_by"
"""The label that says whose SLO it is."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An SLO as a tool records it, before its rules were read; `names` are the parts of its name."""

    tool: Tool
    id: str
    names: tuple[str, ...]
    service: str
    target: float | None
    window: int | None
    told: Told
    labels: Mapping[str, str] = field(default_factory=dict)


def turned(
    candidate: Candidate, inventory: Inventory, read: Callable[..., EventSli], rules: Iterable[tuple[str, ...]]
) -> FoundSlo:
    """The candidate with an SLI that `read` finds in the expressions of its rules, or with the reason why it cannot.

    Several rules are the same SLO loaded twice: the first that can be read will do.
    """
    reason = inventory.no_rules or "its rules are not listed at this address"
    sli = None
    for expressions in rules:
        try:
            sli = read(*expressions)
            break
        except UnsupportedQueryError as error:
            reason = f"cannot count with its rules: {phrase(error)}"
    if candidate.target is None:
        sli, reason = None, "it says no objective between 0 and 100 %"
    elif candidate.window is None:
        sli, reason = None, "it says no window to count in"
    name, service = clean(" ".join(candidate.names)).strip(), clean(candidate.service).strip()
    found = FoundSlo(
        candidate.tool, clean(candidate.id), name, service, candidate.target, candidate.window, candidate.told
    )
    if sli is None or candidate.target is None or candidate.window is None:
        return replace(found, uncounted=reason)
    slo = Slo(
        slo_name(*candidate.names),
        service,
        candidate.target,
        candidate.window,
        sli,
        title=name,
        description=f"recorded by {candidate.tool}",
        labels={**candidate.labels, TOOL: str(candidate.tool)},
    )
    return replace(found, slo=slo)


def fraction(objective: float | None) -> float | None:
    """A recorded objective as it was written: 0.9990000000000001 is 0.999. None for what is none."""
    if objective is None:
        return None
    target = round(objective, 12)
    return target if 0 < target < 1 else None


def window(seconds: float | None) -> int | None:
    """A recorded window in whole seconds, or None for what is none."""
    return round(seconds) if seconds is not None and HOUR <= seconds <= _LONGEST else None


def left(availability: float | None, target: float | None) -> float | None:
    """The fraction of the budget left at an availability: 1 − (1−a)/(1−t).

    >>> round(left(0.9995, 0.999), 9), left(None, 0.999)
    (0.5, None)
    """
    return None if availability is None or target is None else _known(1 - (1 - availability) / (1 - target))


def burn(error_ratio: float, target: float | None) -> float | None:
    """How many times faster than allowed the budget is spent at an error ratio."""
    return None if target is None else _known(error_ratio / (1 - target))


def _known(number: float) -> float | None:
    return number if math.isfinite(number) else None
