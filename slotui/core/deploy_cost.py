"""What deploys cost: the bad events soon after each, beyond what was usual just before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

from slotui.core.account import Interval, uncovered
from slotui.core.entry import Entry
from slotui.core.timeline import Counts, Timeline
from slotui.duration import DAY, HOUR

AFTER = HOUR
"""Seconds after a deploy that are looked at; fewer where the next deploy comes sooner."""
BEFORE = DAY
"""Seconds before a deploy whose median hour is called usual: an incident among them does not make it look harmless."""

_STANDS_OUT = 2.0
"""Standard deviations (√expected) beyond which more bad events than usual are more than chance."""


@dataclass(frozen=True, slots=True)
class DeployCost:
    """`counts` of the `seconds` after a deploy, and how many bad events the usual ratio would have given.

    What an entry of the ledger stands for (an experiment in the same hour) is left out on both sides.
    """

    entry: Entry
    seconds: float
    counts: Counts
    expected: float

    @property
    def extra(self) -> float:
        """Bad events beyond the usual ones; negative where it went better than usual."""
        return self.counts.bad - self.expected

    @property
    def stands_out(self) -> bool:
        """Whether that is more than chance.

        >>> DeployCost(Entry("a1", "deploy", (), "kim", "1.4", "", 0), 60, Counts(1000, 16, 60), 9).stands_out
        True
        """
        return self.extra > _STANDS_OUT * sqrt(max(1.0, self.expected))


def deploy_costs(entries: Sequence[Entry], slo: str, line: Timeline, start: float, at: float) -> tuple[DeployCost, ...]:
    """Each deploy in `(start, at]` that concerns the SLO, the dearest first.

    One whose hour, or whose day before, saw no eligible event is left out: nothing can be told of it.
    """
    deploys = [entry for entry in entries if entry.kind == "deploy" and entry.concerns(slo) and entry.started < at]
    found = []
    for index, entry in enumerate(deploys):
        if entry.started <= start:
            continue
        following = deploys[index + 1].started if index + 1 < len(deploys) else at
        end = min(entry.started + AFTER, following, at)
        after = _counts(line, uncovered(entry.started, end, entries, slo))
        usual = _usual(line, uncovered(entry.started - BEFORE, entry.started, entries, slo))
        if usual is not None and after.eligible > 0:
            found.append(DeployCost(entry, end - entry.started, after, usual * after.eligible))
    return tuple(sorted(found, key=lambda one: -one.extra))


def _usual(line: Timeline, parts: Iterable[Interval]) -> float | None:
    """The error ratio of the median hour; None where no hour saw an eligible event."""
    hours = (span.counts.error_ratio for part in parts for span in line.steps(*part, HOUR))
    known = [ratio for ratio in hours if ratio is not None]
    return median(known) if known else None


def _counts(line: Timeline, parts: Iterable[Interval]) -> Counts:
    return sum((line.between(*part) for part in parts), Counts())
