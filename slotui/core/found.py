"""SLOs that another tool records in a Prometheus: in that tool's own numbers, and in ours where it can be counted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from slotui.core.budget import Budget
from slotui.core.slo import Slo


class Tool(StrEnum):
    """Whose rules record an SLO."""

    SLOTH = "Sloth"
    PYRRA = "Pyrra"
    GRAFANA = "Grafana SLO"


@dataclass(frozen=True, slots=True)
class Told:
    """What the tool itself says: the fraction of the budget left, the burn rate (×) of the last minutes.

    `weighted`: whether each event counts the same; an unweighted number is a mean of ratios, in which an hour at
    night counts as much as one at noon. None where the rules do not tell. `firing` names its alerts that fire.
    """

    remaining: float | None = None
    burn: float | None = None
    weighted: bool | None = None
    firing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundSlo:
    """An SLO as it was found; `target` is a fraction, `window` is in seconds, `id` is the tool's own name for it.

    `slo` is the same as one of ours, or None with `uncounted`, the reason why its events cannot be counted.
    `budget` is what our count leaves of it, once it was counted.
    """

    tool: Tool
    id: str
    name: str
    service: str
    target: float | None
    window: int | None
    told: Told
    slo: Slo | None = None
    uncounted: str = ""
    budget: Budget | None = None


@dataclass(frozen=True, slots=True)
class Discovery:
    """Every SLO found at `at` (UTC seconds) in the Prometheus at `url`, by tool and name."""

    url: str
    at: float
    found: tuple[FoundSlo, ...]

    @property
    def slos(self) -> tuple[Slo, ...]:
        """Those whose events can be counted, their names unique."""
        return tuple(found.slo for found in self.found if found.slo is not None)
