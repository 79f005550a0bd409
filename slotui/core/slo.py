"""What a team promises: a service level objective over a window, and how its budget may be spent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from slotui.core.alerts import AlertTier, derive_tiers
from slotui.core.sli import EventSli, Sli, SliceSli
from slotui.core.window import Calendar, Period
from slotui.duration import compact


@dataclass(frozen=True, slots=True)
class Slo:
    """An objective; `target` is a fraction, `window` is in seconds (of a calendar window, its nominal length).

    `alerting` are the tiers that a team wrote; without, they are derived from the window.
    """

    name: str
    service: str
    target: float
    window: int
    sli: Sli
    title: str = ""
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    calendar: Calendar | None = None
    alerting: tuple[AlertTier, ...] | None = None
    runbook: str = ""

    @property
    def window_label(self) -> str:
        """The window as Prometheus spells it, `30d`, or as people say it: `month`."""
        return compact(self.window) if self.calendar is None else self.calendar.label

    @property
    def over(self) -> str:
        """The window in a sentence: `over 30d`, `each month`, `every 2 weeks`."""
        if self.calendar is None:
            return f"over {self.window_label}"
        return f"{'each' if self.calendar.count == 1 else 'every'} {self.window_label}"

    @property
    def tiers(self) -> tuple[AlertTier, ...]:
        """The alert tiers, most urgent first; a short window holds a whole slice at least, or it could not fire."""
        if self.alerting is not None:
            return self.alerting
        tiers = derive_tiers(self.window)
        if isinstance(self.sli, SliceSli):
            slices = self.sli.seconds
            return tuple(replace(tier, short=max(tier.short, slices)) for tier in tiers if tier.long > slices)
        return tiers

    @property
    def unit(self) -> str:
        """What its budget is counted in: `requests`, `slices`."""
        return self.sli.unit

    @property
    def events(self) -> EventSli | None:
        """The SLI, if it counts events one by one and each is good or bad by itself."""
        return self.sli if isinstance(self.sli, EventSli) else None

    def period(self, at: float) -> Period:
        """What the budget at `at` (UTC seconds) is for: the window before it, or the calendar period around it."""
        return Period(at - self.window, at) if self.calendar is None else self.calendar.period(at)
