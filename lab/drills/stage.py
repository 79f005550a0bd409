"""Where a drill is played: a virtual shop, or the lab. The conductor knows it only by this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from lab.drills.record import Line
from lab.drills.scenario import Blindness, Deploy, Fault, Scenario
from slotui.core.timeline import Counts

RECOVERED_OVER = 120.0
"""Seconds over which an SLI has to meet its objective again to count as recovered."""


@dataclass(frozen=True, slots=True)
class AlertChange:
    """An alert tier (by key) of `slo` that fired, or fell quiet, at `at` seconds of the drill's clock, says the alert
    engine."""

    at: float
    slo: str
    tier: str
    firing: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What is known at one instant of the drill's clock.

    `alerts` are the changes since the look before, in order. `spent` are the counts of each SLO since the drill began,
    `recent` those of the last `RECOVERED_OVER` seconds, `policy` the policy tier it stands in, `firing` the SLOs of
    which a page fires. `left` is the share of each budget that is left, `burn` how fast it goes over five minutes (×).
    `injected` are the bad events that each fault (by name) caused so far, by the injector's own count. `halted`:
    somebody ended the faults; `incident`: why what burns here is a real incident. Both end the drill.
    """

    at: float
    alerts: tuple[AlertChange, ...] = ()
    spent: Mapping[str, Counts] = field(default_factory=dict)
    recent: Mapping[str, Counts] = field(default_factory=dict)
    policy: Mapping[str, str] = field(default_factory=dict)
    firing: frozenset[str] = frozenset()
    left: Mapping[str, float | None] = field(default_factory=dict)
    burn: Mapping[str, float | None] = field(default_factory=dict)
    injected: Mapping[str, float] = field(default_factory=dict)
    halted: bool = False
    incident: str = ""


class Stage(Protocol):
    """Makes happen what the scenario says. Methods raise `SlotuiError`. Times are seconds of the drill's clock, and
    never go back from call to call."""

    async def begin(self, scenario: Scenario) -> None:
        """The drill's clock starts at 0 when this returns."""

    async def look(self, at: float) -> Look:
        """What is known at `at`; a virtual shop lives up to there."""

    async def start(self, fault: Fault, at: float) -> None:
        """The fault begins."""

    async def end(self, fault: Fault, at: float) -> None:
        """It is over, for whatever reason."""

    async def blind(self, blindness: Blindness, at: float) -> None:
        """Nothing is measured from here on."""

    async def see(self, blindness: Blindness, at: float) -> None:
        """It is measured again."""

    async def deploy(self, deploy: Deploy, at: float) -> None:
        """A release went out: a mark, as a team's pipeline would write it."""

    async def pause(self, at: float) -> None:
        """Stand still: in real time, no fault stays on."""

    async def resume(self, at: float) -> None:
        """Go on."""

    async def bill(self) -> tuple[Line, ...]:
        """What the drill cost, an SLO a line; after its last look."""

    async def close(self) -> None:
        """End what is still on, and let go. Also after a failure."""
