"""The Board: all that a view may show at one instant, as one frozen value, the verdict sentence included.

The TUI, `slotui status`, the JSON and the golden frames are functions of it, so that they cannot disagree.
Shares and coverage are fractions, burns are multiples (×), times are UTC seconds, lengths are seconds.
What is not known is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from slotui.core.alerts import AlertStatus
from slotui.core.balance import Balance
from slotui.core.blackout import Blackout
from slotui.core.entry import Entry, Split
from slotui.core.excused import Excused, PolicyException
from slotui.core.forecast import Forecast
from slotui.core.policy import PolicyTier, Standing
from slotui.core.slo import Slo
from slotui.core.states import SloState, SourceState, Trend
from slotui.core.timeline import Counts, Timeline
from slotui.core.window import Period


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """Can I trust this screen? `age` is that of the newest measurement; `error` is the last failed refresh's."""

    kind: str
    url: str
    state: SourceState
    age: float | None
    error: str | None = None
    retry_in: float | None = None


class ChartPoint(NamedTuple):
    """Budget left at `at` within the present window, or None where nothing was measured."""

    at: float
    remaining: float | None


@dataclass(frozen=True, slots=True)
class SloBoard:
    """One SLO. `period` is what its budget is for: the window up to now, or the calendar period around it.

    `policy_remaining` is the share that its tier is judged by: without the spend that was `excused`.
    `windows` are the counts behind the burns, by the seconds of the window. `recent` is the last day as finely as
    its source knows it: `slotui.core.burn_down` reads the chart of a closer look out of it.
    """

    slo: Slo
    period: Period
    state: SloState
    counts: Counts
    allowed: float
    remaining: float | None
    projected_remaining: float | None
    coverage: float
    exhausts_in: float | None
    burns: Mapping[int, float | None]
    trend: Trend
    alerts: tuple[AlertStatus, ...]
    standing: Standing | None
    chart: tuple[ChartPoint, ...]
    split: Split | None
    seen_at: float | None
    problem: str | None
    excused: tuple[Excused, ...] = ()
    policy_remaining: float | None = None
    forecast: Forecast | None = None
    balance: Balance | None = None
    windows: Mapping[int, Counts] = field(default_factory=dict)
    recent: Timeline = field(default_factory=Timeline, compare=False, repr=False)

    @property
    def name(self) -> str:
        return self.slo.name

    @property
    def tier_name(self) -> str:
        """The policy tier, or `hold` when too little is known for one."""
        return self.standing.tier.name if self.standing else "hold"

    @property
    def tier(self) -> PolicyTier | None:
        return self.standing.tier if self.standing else None


@dataclass(frozen=True, slots=True)
class ActiveFault:
    """A fault that is on now; what the ledger knows of it is None when nobody wrote it down.

    `cost` and `planned_cost` are shares of the budget of `slo`.
    """

    id: str
    kind: str
    injected: int
    summary: str | None = None
    operator: str | None = None
    started: float | None = None
    planned_end: float | None = None
    slo: str | None = None
    cost: float | None = None
    planned_cost: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One sentence that answers: is anything burning?"""

    state: SloState
    sentence: str
    policy: str


@dataclass(frozen=True, slots=True)
class Board:
    """Everything, at `at`. `slos` is in the order of severity, then time to exhaustion."""

    at: float
    verdict: Verdict
    source: SourceStatus
    slos: tuple[SloBoard, ...]
    faults: tuple[ActiveFault, ...] = ()
    entries: tuple[Entry, ...] = ()
    policy_name: str = ""
    tiers: tuple[PolicyTier, ...] = ()
    blackouts: tuple[Blackout, ...] = ()
    exceptions: tuple[PolicyException, ...] = ()
    refresh: float | None = None

    def find(self, name: str) -> SloBoard | None:
        """The SLO of that name, or None."""
        return next((slo for slo in self.slos if slo.name == name), None)
