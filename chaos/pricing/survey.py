"""What has to be known of the SLOs before an experiment, read from the source. Who cannot see, does not spend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from chaos.pricing.plan import PIECE, Before, recent_past
from chaos.pricing.price import Standing
from chaos.pricing.quiet import usual_counts
from chaos.pricing.traffic import RECENT, SHORT_PIECE, LastWeek, around
from slotui.cli.options import Opened
from slotui.core.alerts import AlertStatus
from slotui.core.budget import burn_rate
from slotui.core.entry import Entry
from slotui.core.reading import Reading, Snapshot
from slotui.core.slo import Slo
from slotui.core.standing import moments
from slotui.core.timeline import Counts
from slotui.duration import HOUR, WEEK, compact
from slotui.errors import SourceError
from slotui.ledger.store import Ledger
from slotui.source.base import Source
from slotui.source.marked import Marks


async def snapshot_of(opened: Opened) -> Snapshot:
    """Every SLO now, with what the policy excuses."""
    return await Marks(opened.source, opened.slos, opened.policy).put_on(await opened.source.read())


async def before(opened: Opened, snapshot: Snapshot, names: Iterable[str], seconds: float) -> dict[str, Before]:
    """Those SLOs before an experiment of `seconds`. Raises `SourceError` when one is not measured, or no more."""
    known = {slo.name: slo for slo in opened.slos}
    spends = tuple(entry for entry in Ledger(opened.ledger).entries() if entry.spends)
    return {name: await _before(opened, snapshot, known[name], seconds, spends) for name in names}


def firing(slos: Iterable[Slo], snapshot: Snapshot) -> Iterator[tuple[str, AlertStatus]]:
    """The alerts that fire in a snapshot, the most urgent of each SLO first."""
    for slo in slos:
        reading = snapshot.readings.get(slo.name)
        if reading is None:
            continue
        burns = {window: burn_rate(counts, slo.target) for window, counts in reading.windows.items()}
        for tier in slo.tiers:
            status = AlertStatus(tier, burns.get(tier.long), burns.get(tier.short))
            if status.firing:
                yield slo.name, status


async def _before(opened: Opened, snapshot: Snapshot, slo: Slo, seconds: float, spends: Sequence[Entry]) -> Before:
    source, name = opened.source, slo.name
    reading, seen_at = _seen(name, snapshot, source.stale_after)
    recent = await source.count(name, seen_at - RECENT, seen_at)
    if recent is None:
        raise SourceError(f"{name}: nothing measured in the last 30 min", fix="wait for some traffic")
    recent = _as_usual(recent, await usual_counts(source, name, seen_at, spends))
    pieces = [await source.count(name, seen_at - back, seen_at - back + PIECE) for back in range(HOUR, 0, -PIECE)]
    last_week = await _last_week(source, name, seen_at, seconds)
    return Before(
        standing=Standing(slo, reading.window, recent, last_week, snapshot.at, await _lately(source, name, seen_at)),
        past=recent_past(reading.windows, pieces, snapshot.at),
        moments=tuple(moments(slo, reading, snapshot.at, snapshot.excused.get(name, ()))),
        policy=opened.policy,
    )


def _as_usual(recent: Counts, usual: Counts) -> Counts:
    """The same events, as bad as those without a spend: what an earlier spend failed says nothing of the next one."""
    ratio = usual.error_ratio
    return recent if ratio is None else replace(recent, bad=recent.eligible * ratio)


async def _lately(source: Source, name: str, at: float) -> tuple[Counts, ...]:
    """The last half hour in pieces, oldest first."""
    starts = range(round(RECENT), 0, -round(SHORT_PIECE))
    found = [await source.count(name, at - back, at - back + SHORT_PIECE) for back in starts]
    return tuple(one or Counts() for one in found)


def _seen(name: str, snapshot: Snapshot, stale_after: float) -> tuple[Reading, float]:
    """The reading, and when it was taken. Raises `SourceError` for one that is missing or old."""
    reading = snapshot.readings.get(name)
    if reading is None or reading.seen_at is None:
        why = snapshot.problem or (reading and reading.problem) or "nothing measured yet"
        raise SourceError(f"{name}: {why}", fix="wait until the metrics are there, or: --dry-run")
    age = snapshot.at - reading.seen_at
    if age > stale_after:
        why = f" ({snapshot.problem})" if snapshot.problem else ""
        raise SourceError(
            f"{name}: the newest measurement is {compact(round(age))} old{why}", fix="is it alive? slotui status"
        )
    return reading, reading.seen_at


async def _last_week(source: Source, name: str, at: float, seconds: float) -> LastWeek | None:
    """The same hour a week ago; None where the source does not reach that far."""
    then = at - WEEK
    start, end = around(then, seconds)
    counted = await source.count(name, then - RECENT, then), await source.count(name, start, end)
    if counted[0] is None or counted[1] is None:
        return None
    return LastWeek(counted[0], counted[1], end - start)
