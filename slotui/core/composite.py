"""Several objectives under one budget: their counts weighed, so that each one's budget counts as its weight says.

Spent of a composite = Σ w·spent / Σ w over its members, each by its own events and its own target: two members
of weight 1 share the budget evenly, however much traffic either has and however strict its target is. In counts,
with N a member's eligible events in the window and t its target: each of its eligible events weighs w/N and each bad
one (1−T)·w/((1−t)·N), and the composite holds the sums. So all that holds for counts holds for a composite. T is its
target, 1 − Σw / Σ(w/(1−t)): a total failure of every member is then one of the composite.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from slotui.core.reading import Reading
from slotui.core.sli import CompositeSli, Member
from slotui.core.timeline import Counts, Span, Timeline


def composite_target(members: Sequence[Member]) -> float:
    """The target under which a total failure of every member burns as all of them together.

    >>> round(composite_target([Member("a", 0.999), Member("b", 0.95)]), 6)
    0.998039
    """
    return 1 - sum(member.weight for member in members) / sum(m.weight / (1 - m.target) for m in members)


class Weight(NamedTuple):
    """What one eligible, and one bad event of a member counts in a composite."""

    eligible: float
    bad: float


def weighed(sli: CompositeSli, windows: Mapping[str, Counts]) -> Mapping[str, Weight]:
    """The weights by SLO name, from the members' counts of the whole window.

    They are scaled so that all members' events together keep their number. A member without eligible
    events has no say, and is left out.
    """
    heard = [member for member in sli.members if member.slo in windows and windows[member.slo].eligible > 0]
    allowed = 1 - composite_target(sli.members)
    total = sum(windows[member.slo].eligible for member in heard)
    shares = sum(member.weight for member in heard)
    weights = {}
    for member in heard:
        weight = member.weight / shares * total / windows[member.slo].eligible
        weights[member.slo] = Weight(weight, weight * allowed / (1 - member.target))
    return weights


def compose(sli: CompositeSli, readings: Mapping[str, Reading]) -> Reading:
    """The reading of a composite out of those of its members, which are known by SLO name."""
    known = {member.slo: readings[member.slo] for member in sli.members if member.slo in readings}
    weights = weighed(sli, {name: reading.window for name, reading in known.items()})
    heard = {name: known[name] for name in weights}
    shared = set.intersection(*(set(reading.windows) for reading in heard.values())) if heard else set()
    seen = [reading.seen_at for reading in heard.values()]
    problems = [f"{name}: {reading.problem}" for name, reading in known.items() if reading.problem]
    return Reading(
        window=add({name: reading.window for name, reading in heard.items()}, weights),
        windows={length: add({n: r.windows[length] for n, r in heard.items()}, weights) for length in sorted(shared)},
        history=add_spans({name: reading.history for name, reading in heard.items()}, weights),
        # As old as the oldest of them: what one member did since nobody knows.
        seen_at=min((at for at in seen if at is not None), default=None) if None not in seen else None,
        problem="; ".join(problems) or (None if heard else "no member has eligible events"),
        recent=add_lines({name: reading.recent for name, reading in heard.items()}, weights),
    )


def add(counts: Mapping[str, Counts], weights: Mapping[str, Weight]) -> Counts:
    """Weighed counts, added; measured is what all of them measured."""
    return Counts(
        sum(weights[name].eligible * one.eligible for name, one in counts.items()),
        sum(weights[name].bad * one.bad for name, one in counts.items()),
        min((one.measured for one in counts.values()), default=0),
    )


def add_spans(lines: Mapping[str, Sequence[Span]], weights: Mapping[str, Weight]) -> tuple[Span, ...]:
    """Weighed spans, added where the borders of the first line are; the others' are shared in proportion."""
    if not lines:
        return ()
    return tuple(_added({name: Timeline(spans) for name, spans in lines.items()}, weights))


def add_lines(lines: Mapping[str, Timeline], weights: Mapping[str, Weight]) -> Timeline:
    """The same of timelines: in the spans of the one that has most."""
    return Timeline(_added(lines, weights) if lines else ())


def _added(lines: Mapping[str, Timeline], weights: Mapping[str, Weight]) -> Iterator[Span]:
    longest = max(lines.values(), key=len)
    for start, end in zip(longest.starts, longest.ends, strict=True):
        counts = add({name: line.between(start, end) for name, line in lines.items()}, weights)
        yield Span(start, end, counts.eligible, counts.bad, counts.measured)
