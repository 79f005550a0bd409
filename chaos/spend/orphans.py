"""Entries whose controller died: their fault ended by itself, and now somebody writes that down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from chaos.plane.lease import UnknownLease
from chaos.spend import alive
from chaos.spend.client import ControlPlane, LeaseSeen
from chaos.spend.measure import observed_cost
from chaos.spend.running import forget, place_of
from slotui.clock import Clock, now
from slotui.core.entry import SPENDS, Entry
from slotui.duration import MINUTE
from slotui.errors import SlotuiError, SourceError, UsageError
from slotui.ledger.store import AlreadyClosed, Ledger
from slotui.source.base import Source
from slotui.source.sealed import OF_A_DRILL

Say = Callable[[str], None]

_LONGEST_BLIND = 5 * MINUTE
"""Seconds between two looks that any source still counts as measured."""


async def close_orphans(
    ledger: Ledger,
    control: ControlPlane | None,
    source: Source | None,
    say: Say,
    *,
    clock: Clock = now,
) -> tuple[Entry, ...]:
    """Close every experiment, and drill, that has no living controller as `orphaned`; what was closed.

    The service tells what was injected, the source what it cost; where one of them does not answer, that
    stays unknown. Waits until the source has surely counted the last of it.
    """
    entries = ledger.entries()
    orphans = [e for e in entries if e.open and e.kind in SPENDS and not alive.is_held(ledger.path, e.id)]
    closed = []
    for entry in orphans:
        lease = _drill_account(control, entry.id) if entry.kind == "drill" else _last_account(control, entry.id)
        ended = _end(entry, lease, clock())
        observed = await _observed(source, entry, ended, entries, say, clock) if source else {}
        try:
            ledger.close_entry(
                entry.id,
                ended=ended,
                injected=lease.injected if lease else None,
                observed=observed,
                ending="orphaned",
            )
        except AlreadyClosed:
            continue  # another command was quicker
        alive.forget(ledger.path, entry.id)
        forget(entry.id)
        say(f"entry {entry.id} had no controller any more: closed as orphaned")
        closed.append(
            replace(
                entry, ended=ended, injected=lease.injected if lease else None, observed=observed, ending="orphaned"
            )
        )
    return tuple(closed)


def _last_account(control: ControlPlane | None, entry_id: str) -> LeaseSeen | None:
    """What the service knows of the lease; one that is still on has nobody to end it, so it ends here."""
    place = place_of(entry_id)
    try:
        if place is not None:
            with place.open() as own:
                return own.release(entry_id)
        return control.release(entry_id) if control else None
    except (UnknownLease, SourceError, UsageError):
        return None


def _drill_account(control: ControlPlane | None, entry_id: str) -> LeaseSeen | None:
    """The leases of a drill as one, for its ids begin with the entry's; what of it is still on ends here."""
    try:
        if control is None:
            return None
        ours = f"{OF_A_DRILL}{entry_id}-"
        mine = [control.release(lease.id) for lease in control.leases() if lease.id.startswith(ours)]
    except (UnknownLease, SourceError, UsageError):
        return None
    if not mine:
        return None
    ended = [lease.ended_ago for lease in mine if lease.ended_ago is not None]
    return replace(mine[-1], injected=sum(lease.injected for lease in mine), ended_ago=min(ended, default=None))


def _end(entry: Entry, lease: LeaseSeen | None, at: float) -> float:
    if lease is not None and lease.ended_ago is not None:
        return max(entry.started, at - lease.ended_ago)
    # Nobody knows; it cannot have been later than this.
    return max(entry.started, min(at, entry.planned_end or at))


async def _observed(
    source: Source, entry: Entry, ended: float, entries: tuple[Entry, ...], say: Say, clock: Clock
) -> dict[str, float]:
    left = ended + source.settle - clock()
    if left > source.settle:
        say(f"the cost of entry {entry.id} stays unknown: it ended later than now, so the clock was set back since")
        return {}
    if left > 0:
        say(f"waiting {left:.0f} s until the cost of entry {entry.id} has been counted")
        await asyncio.sleep(left)
    try:
        snapshot = await source.read()
        # A drill does not say beforehand what it spends from: every SLO is counted.
        slos = entry.slos or tuple(snapshot.readings)
        others = tuple(other for other in entries if other.id != entry.id and other.spends)
        # Where the controller was the one who looked, the next look is ours, and it spans all that time.
        until = min([clock(), ended + _LONGEST_BLIND, *(e.started for e in others if e.started > ended)])
        return await observed_cost(source, slos, entry.started, ended, others, until=until)
    except SlotuiError as error:
        say(f"the cost of entry {entry.id} stays unknown: {error.what}")
        return {}
