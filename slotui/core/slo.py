"""What a team promises: a service level objective, and the events or slices that count towards it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from slotui.duration import compact


@lru_cache(maxsize=4096)
def _anchored(pattern: str) -> re.Pattern[str]:
    return re.compile(f"(?:{pattern})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Matcher:
    """One label condition of a selector: `op` is one of `=`, `!=`, `=~`, `!~`, as in PromQL."""

    label: str
    op: str
    value: str

    def accepts(self, labels: Mapping[str, str]) -> bool:
        """Whether a series' labels meet the condition; an absent label is the empty string.

        >>> Matcher("code", "=~", "2..").accepts({"code": "204"})
        True
        """
        present = labels.get(self.label, "")
        if self.op in ("=", "!="):
            return (present == self.value) == (self.op == "=")
        return (_anchored(self.value).fullmatch(present) is not None) == (self.op == "=~")

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.label}{self.op}"{escaped}"'


@dataclass(frozen=True, slots=True)
class Selector:
    """A metric and its label conditions; as text, a PromQL instant selector."""

    metric: str
    matchers: tuple[Matcher, ...] = ()

    def accepts(self, metric: str, labels: Mapping[str, str]) -> bool:
        """Whether the series `metric{labels}` is selected."""
        return metric == self.metric and all(matcher.accepts(labels) for matcher in self.matchers)

    def __str__(self) -> str:
        return f"{self.metric}{{{','.join(map(str, self.matchers))}}}" if self.matchers else self.metric


@dataclass(frozen=True, slots=True)
class EventSli:
    """Good events among eligible ones, counted by monotonic counters; exactly one of `good`, `bad` is given.

    The bad count is always eligible − good under one predicate, never a second query that could drift.
    """

    eligible: Selector
    good: Selector | None = None
    bad: Selector | None = None

    unit = "requests"

    @property
    def selectors(self) -> tuple[Selector, ...]:
        """Every series that it counts with."""
        return tuple(selector for selector in (self.eligible, self.good, self.bad) if selector is not None)


@dataclass(frozen=True, slots=True)
class FreshnessSli:
    """Slices of `slice_seconds` in which a timestamp gauge is at most `max_age` seconds old.

    Several series: the newest counts. A slice is good when every look at it was; a slice nobody
    looked at is neither good nor bad.
    """

    updated: Selector
    max_age: float
    slice_seconds: int = 60

    unit = "slices"

    @property
    def selectors(self) -> tuple[Selector, ...]:
        """Every series that it looks at."""
        return (self.updated,)


Sli = EventSli | FreshnessSli


@dataclass(frozen=True, slots=True)
class Slo:
    """An objective over a rolling window; `target` is a fraction, `window` is in seconds."""

    name: str
    service: str
    target: float
    window: int
    sli: Sli
    title: str = ""
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def window_label(self) -> str:
        """The window as Prometheus spells it: `30d`."""
        return compact(self.window)
