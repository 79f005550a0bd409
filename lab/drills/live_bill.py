"""What a drill in the lab is expected to cost, what is usual there, and the bill afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import hypot, sqrt

from chaos.pricing.impact import hits
from chaos.pricing.plan import plans
from chaos.pricing.quiet import usual_counts
from chaos.pricing.survey import before, snapshot_of
from chaos.spend.client import LeaseSeen
from lab.drills.doses import doses_of, hurt_by
from lab.drills.record import Line
from lab.drills.scenario import Fault, Scenario
from lab.drills.unexplained import Burned
from slotui.cli.options import Opened
from slotui.core.board import Board
from slotui.core.entry import Entry, Estimate
from slotui.core.timeline import Counts
from slotui.duration import HOUR

_NOTHING = Estimate(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Ordinary:
    """What is usual for one SLO: the counts of some quiet minutes before the drill."""

    counts: Counts

    def bad(self, eligible: float) -> float:
        """Bad events among so many eligible ones."""
        return (self.counts.error_ratio or 0.0) * eligible

    def sigma(self, eligible: float) -> float:
        """The standard deviation of that: a ratio of few events is not well known."""
        return sqrt(max(1.0, self.counts.bad)) * eligible / self.counts.eligible if self.counts.eligible > 0 else 0.0


async def ordinary(opened: Opened, board: Board, at: float, entries: Sequence[Entry]) -> dict[str, Ordinary]:
    """By SLO: the quiet minutes before `at` (UTC seconds), or the last hour where those were not counted."""
    found = {}
    for slo in board.slos:
        counts = await usual_counts(opened.source, slo.name, at, entries)
        found[slo.name] = Ordinary(counts if counts.eligible > 0 else slo.windows.get(HOUR, Counts()))
    return found


async def predictions(opened: Opened, scenario: Scenario) -> dict[str, Estimate]:
    """Bad events by SLO if nobody does anything, each fault as `chaos plan` would price it. Raises `SourceError`."""
    snapshot = await snapshot_of(opened)
    parts: dict[str, list[Estimate]] = {}
    for fault in scenario.faults:
        seconds = min(fault.until, scenario.lasts) - fault.at
        # Every delay is longer than the latency objective, so nobody has to know how slow requests are without it.
        hit = hits(doses_of(fault), opened.slos, None)
        surveyed = await before(opened, snapshot, dict.fromkeys(one.slo.name for one in hit), seconds)
        for plan in plans(hit, surveyed, seconds, {}):
            parts.setdefault(plan.price.slo, []).append(plan.price.bad)
    return {slo: _sum(estimates) for slo, estimates in parts.items()}


def injected_by_slo(faults: Iterable[Fault], seen: Mapping[str, Sequence[LeaseSeen]]) -> dict[str, float | None]:
    """Bad events that the injector counts, by SLO; None for one that a fault hurts in a way that it cannot count.

    `seen` are the leases by the fault's name; a fault that had none injected nothing.
    """
    found: dict[str, float | None] = {}
    for fault in faults:
        if fault.stalls and seen.get(fault.name):
            found["inventory-freshness"] = None
        for lease in seen.get(fault.name, ()):
            for tally in lease.faults:
                for slo in hurt_by(fault, tally):
                    found[slo] = (found.get(slo) or 0.0) + tally.injected
    return found


def burned(
    board: Board,
    spent: Mapping[str, Counts],
    usual: Mapping[str, Ordinary],
    injected: Mapping[str, float | None],
) -> tuple[Burned, ...]:
    """What every SLO lost since the drill began, and what of it is accounted for."""
    return tuple(
        Burned(
            slo=slo.name,
            allowed=slo.allowed,
            observed=counts.bad,
            injected=injected.get(slo.name, 0.0),
            usual=usual[slo.name].bad(counts.eligible),
            usual_sigma=usual[slo.name].sigma(counts.eligible),
        )
        for slo in board.slos
        if (counts := spent.get(slo.name)) is not None
    )


def lines(
    first: Board,
    last: Board | None,
    spent: Mapping[str, Counts],
    usual: Mapping[str, Ordinary],
    predicted: Mapping[str, Estimate],
    injected: Mapping[str, float | None],
) -> tuple[Line, ...]:
    """The bill: `first` is the board when the drill began, `last` the one afterwards, or None where nobody can tell."""
    found = []
    for slo in first.slos:
        name, counts = slo.name, spent.get(slo.name)
        after = last.find(name) if last is not None else None
        price = predicted.get(name, _NOTHING)
        found.append(
            Line(
                slo=name,
                target=slo.slo.target,
                allowed=slo.allowed,
                left_before=slo.remaining,
                left_after=after.remaining if after is not None else None,
                predicted=(price.low, price.mid, price.high),
                injected=injected.get(name, 0.0),
                observed=counts.bad if counts is not None else None,
                usual=usual[name].bad(counts.eligible) if counts is not None else 0.0,
            )
        )
    return tuple(found)


def _sum(parts: Sequence[Estimate]) -> Estimate:
    """Independent costs together: middles add, and so do the squares of the distances to the ends."""
    mid = sum(part.mid for part in parts)
    below, above = hypot(*(part.mid - part.low for part in parts)), hypot(*(part.high - part.mid for part in parts))
    return Estimate(max(0.0, mid - below), mid, mid + above)
