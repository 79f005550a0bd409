"""Spend that a policy does not count: what was lost inside a planned maintenance, a dependency's outage, a launch.

The budget stays a fact. Only the policy's tier is judged without what was spent inside an exception, and both
numbers are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from slotui.core.timeline import Span, Timeline
from slotui.core.window import Period

ExceptionKind = Literal["maintenance", "dependency", "launch"]


@dataclass(frozen=True, slots=True)
class PolicyException:
    """A stretch `(start, end]`, in UTC seconds, that policy excuses; no `slos` means all of them.

    `announced` is when a maintenance was made known; a policy file with a shorter notice than it asks for is refused.
    """

    kind: ExceptionKind
    start: float
    end: float
    reason: str
    approver: str
    slos: tuple[str, ...] = ()
    announced: float | None = None

    def covers(self, slo: str) -> bool:
        """Whether it is about the SLO of that name."""
        return not self.slos or slo in self.slos


@dataclass(frozen=True, slots=True)
class Excused:
    """What an exception spent of one SLO: the bad events of `spans`, in order, which no earlier exception covers."""

    exception: PolicyException
    spans: tuple[Span, ...]

    @property
    def start(self) -> float:
        """Where it begins, in UTC seconds."""
        return self.spans[0].start

    @property
    def end(self) -> float:
        """Where it ends, so far."""
        return self.spans[-1].end

    @property
    def bad(self) -> float:
        """Bad events that policy does not count."""
        return sum(span.bad for span in self.spans)


Spends = Mapping[str, Sequence[Excused]]
"""What was excused, by SLO name, oldest first."""


def stretches(
    exceptions: Iterable[PolicyException], slo: str, since: float, until: float
) -> list[tuple[PolicyException, float, float]]:
    """Each exception of an SLO with its part of `(since, until]`, oldest first; of two that overlap the later is cut.

    >>> works = PolicyException("maintenance", 0, 100, "disks", "kim")
    >>> vendor = PolicyException("dependency", 50, 150, "their outage", "kim")
    >>> [(one.kind, *rest) for one, *rest in stretches([vendor, works], "shop", 10, 200)]
    [('maintenance', 10, 100), ('dependency', 100, 150)]
    """
    found = []
    free = since
    for exception in sorted(exceptions, key=lambda one: (one.start, one.end)):
        start, end = max(exception.start, free), min(exception.end, until)
        if exception.covers(slo) and start < end:
            found.append((exception, start, end))
            free = end
    return found


def pieces(start: float, end: float, steps: Iterable[Span]) -> Iterator[tuple[float, float, Span | None]]:
    """`(start, end]` cut where the steps of a history are, each piece with the step that it is, if it is a whole one.

    So what was excused is exact at the end of every step, where a policy looks.

    >>> steps = [Span(0, 10, 5, 1, 10), Span(10, 20, 5, 2, 10)]
    >>> [(left, right, step and step.bad) for left, right, step in pieces(5, 30, steps)]
    [(5, 10, None), (10, 20, 2), (20, 30, None)]
    """
    left = start
    for step in steps:
        if step.end <= left:
            continue
        if step.start >= end:
            break
        if step.start > left:
            yield left, step.start, None
            left = step.start
        right = min(step.end, end)
        yield left, right, step if (left, right) == (step.start, step.end) else None
        left = right
    if left < end:
        yield left, end, None


def excused_line(spends: Iterable[Excused]) -> Timeline:
    """The excused bad events along time; what a window cuts is shared in proportion, as in any timeline."""
    return Timeline(span for spend in spends for span in spend.spans)


def within(spends: Iterable[Excused], period: Period) -> tuple[Excused, ...]:
    """Those that spent some of a period's budget; of one that the border cuts, the part inside."""
    line = excused_line(spends := tuple(spends))
    cut = [(one, max(one.start, period.start), min(one.end, period.end)) for one in spends]
    return tuple(
        Excused(one.exception, (Span(start, end, 0, line.between(start, end).bad, 0),))
        for one, start, end in cut
        if start < end
    )
