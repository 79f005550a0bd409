"""Everything a review rests on, asked of a source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from slotui.core.assemble import assemble, source_status
from slotui.core.entry import Entry
from slotui.core.policy import Policy
from slotui.core.reading import Snapshot
from slotui.core.review import Past, Review, review
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.source.base import Source
from slotui.source.causes import attribution
from slotui.source.marked import Marks

Older = Callable[[float, Mapping[str, Timeline]], Mapping[str, Timeline]]
"""What a source keeps beyond its records: given the review's instant and the records, longer ones."""


async def gather(
    source: Source,
    slos: Sequence[Slo],
    policy: Policy,
    entries: tuple[Entry, ...],
    snapshot: Snapshot,
    length: float,
    *,
    older: Older | None = None,
) -> Review:
    """The review of the `length` seconds up to what a source has just read. Raises `SourceError`."""
    snapshot = await Marks(source, slos, policy).put_on(snapshot)
    status = source_status(source.kind, source.url, snapshot, source.stale_after)
    board = assemble(snapshot, slos, policy, entries, status)
    counted = [slo for slo in board.slos if slo.allowed > 0]
    lines: Mapping[str, Timeline] = {slo.name: await source.record(slo.name) for slo in counted}
    if older is not None:
        lines = older(board.at, lines)
    pasts = {
        slo.name: Past(
            snapshot.readings[slo.name],
            lines[slo.name],
            snapshot.excused.get(slo.name, ()),
            await attribution(source, slo, board.at, board.at - length),
        )
        for slo in counted
    }
    return review(board, pasts, policy, length)


def reach(slos: Sequence[Slo], length: float) -> float:
    """Seconds of history that a review of `length` seconds wants: two periods after a window, and three windows."""
    windows = [slo.window for slo in slos]
    return max((max(3 * window, window + 2 * length) for window in windows), default=0.0)


def joined(older: Timeline, newer: Timeline) -> Timeline:
    """A record with an older one before it; what both know is taken from the newer.

    >>> old, new = Timeline([Span(0, 10, 5, 1, 10), Span(10, 20, 5, 9, 10)]), Timeline([Span(10, 20, 5, 2, 10)])
    >>> joined(old, new).between(0, 20).bad
    3
    """
    if newer.first is None:
        return older
    before, after = older.before(newer.first), Timeline()
    for line in (before, newer):
        after.extend(_spans(line))
    return after


def _spans(line: Timeline) -> list[Span]:
    found = []
    for start, end in zip(line.starts, line.ends, strict=True):
        counts = line.between(start, end)
        found.append(Span(start, end, counts.eligible, counts.bad, counts.measured))
    return found
