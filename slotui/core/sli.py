"""What counts as good: events told apart by counters, or slices of time that are judged one by one."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from slotui.duration import MINUTE


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

    def with_(self, *more: Matcher) -> Selector:
        """The same metric under more conditions."""
        return Selector(self.metric, (*self.matchers, *more))

    def __str__(self) -> str:
        return f"{self.metric}{{{','.join(map(str, self.matchers))}}}" if self.matchers else self.metric


@dataclass(frozen=True, slots=True)
class Weights:
    """How much an event counts, by the value of one label; `otherwise` where the value is none of them.

    Revenue- or tier-weighted events multiply counts before summing: a gold customer's failure may cost five.
    """

    label: str
    by_value: tuple[tuple[str, float], ...]
    otherwise: float = 1.0

    def of(self, labels: Mapping[str, str]) -> float:
        """The weight of an event of a series with these labels."""
        return dict(self.by_value).get(labels.get(self.label, ""), self.otherwise)

    def parts(self, selector: Selector) -> tuple[tuple[float, Selector], ...]:
        """The selector cut by weight, into parts that share no series."""
        known = [(weight, selector.with_(Matcher(self.label, "=", value))) for value, weight in self.by_value]
        rest = selector.with_(*(Matcher(self.label, "!=", value) for value, _ in self.by_value))
        return (*known, (self.otherwise, rest))


@dataclass(frozen=True, slots=True)
class EventSli:
    """Good events among eligible ones, counted by monotonic counters; exactly one of `good`, `bad` is given.

    The bad count is always eligible − good under one predicate, never a second query that could drift.
    `cause` is the label that says which dependency a bad event is owed to.
    """

    eligible: Selector
    good: Selector | None = None
    bad: Selector | None = None
    weights: Weights | None = None
    cause: str | None = None

    unit = "requests"

    @property
    def selectors(self) -> tuple[Selector, ...]:
        """Every series that it counts with."""
        return tuple(selector for selector in (self.eligible, self.good, self.bad) if selector is not None)


Comparison = Literal["lte", "gte", "lt", "gt"]
"""How a value must stand to its threshold to be good, in OpenSLO's words."""

_MEETS: dict[Comparison, Callable[[float, float], bool]] = {
    "lte": operator.le,
    "gte": operator.ge,
    "lt": operator.lt,
    "gt": operator.gt,
}
_SIGNS: dict[Comparison, str] = {"lte": "<=", "gte": ">=", "lt": "<", "gt": ">"}
_MISSES: dict[Comparison, str] = {"lte": ">", "gte": "<", "lt": ">=", "gt": "<="}


Joined = Literal["only", "max", "min", "sum", "avg", "age"]
"""How several series become one value."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A value that can be read off a page of metrics without PromQL.

    `how` joins several series: `only` for one, `max`, `min`, `sum`, `avg`; `age` is the seconds since the newest
    of several timestamps.
    """

    selector: Selector
    how: Joined = "only"

    def value(self, values: list[float], at: float) -> float | None:
        """The value at `at` (UTC seconds) of the selected samples, or None without any (or too many for `only`)."""
        if not values or (self.how == "only" and len(values) > 1):
            return None
        match self.how:
            case "sum":
                return sum(values)
            case "avg":
                return sum(values) / len(values)
            case "min":
                return min(values)
            case "age":
                return at - max(values)
            case _:
                return max(values)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value that is looked at again and again, and should stand `op` to `value`; `query` is its PromQL.

    `gauge` is the same without PromQL, or None where only a Prometheus can tell.
    """

    query: str
    op: Comparison
    value: float
    gauge: Gauge | None = None

    def meets(self, value: float) -> bool:
        """Whether a value is good.

        >>> Threshold("queue_length", "lte", 100).meets(100)
        True
        """
        return _MEETS[self.op](value, self.value)

    @property
    def misses(self) -> str:
        """The PromQL comparison that a bad value fulfils."""
        return f"{_MISSES[self.op]} bool {self.value:.12g}"

    def __str__(self) -> str:
        return f"{_SIGNS[self.op]} {self.value:.12g}"


@dataclass(frozen=True, slots=True)
class RawRatio:
    """A query that gives a ratio itself, of good events or, as `failure`, of bad ones. It carries no counts."""

    query: str
    failure: bool = False


@dataclass(frozen=True, slots=True)
class SliceSli:
    """Slices of `seconds`, each as bad as `measure` says: the bad share of its events, looks or ratio.

    With a `target` a slice is good or bad as a whole: good when at least that share of it was good (OpenSLO
    Timeslices). Without, its bad share counts as it is (RatioTimeslices). A slice that nobody measured is
    neither good nor bad.
    """

    measure: EventSli | Threshold | RawRatio
    seconds: int = MINUTE
    target: float | None = None

    unit = "slices"

    @property
    def selectors(self) -> tuple[Selector, ...]:
        """Every series that it looks at; empty where only a Prometheus can evaluate it."""
        match self.measure:
            case EventSli() as events:
                return events.selectors
            case Threshold(gauge=Gauge(selector=selector)):
                return (selector,)
            case _:
                return ()

    def badness(self, bad_share: float) -> float:
        """How bad a slice counts, from the bad share of what was measured in it.

        >>> SliceSli(EventSli(Selector("all"), Selector("good")), target=0.95).badness(0.05)
        0.0
        """
        if self.target is None:
            return bad_share
        # 1 − 0.95 is 0.050000000000000044 in binary; the decimal that was written is meant.
        return 1.0 if bad_share > round(1 - self.target, 12) else 0.0


@dataclass(frozen=True, slots=True)
class Member:
    """One objective of a composite: the SLO of that name, its target (a fraction) and its weight."""

    slo: str
    target: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class CompositeSli:
    """Several objectives under one budget. It counts nothing itself: its members' counts are weighed and added."""

    members: tuple[Member, ...]

    unit = "weighted events"

    @property
    def selectors(self) -> tuple[Selector, ...]:
        """None of its own."""
        return ()


Sli = EventSli | SliceSli | CompositeSli
CountedSli = EventSli | SliceSli
"""What a source can count."""


def freshness(updated: Selector, max_age: float, seconds: int = MINUTE) -> SliceSli:
    """Slices in which a timestamp gauge was at most `max_age` seconds old at every look.

    >>> freshness(Selector("updated_seconds"), 60).measure.query
    'time() - max(updated_seconds)'
    """
    return SliceSli(Threshold(f"time() - max({updated})", "lte", max_age, Gauge(updated, "age")), seconds, target=1.0)
