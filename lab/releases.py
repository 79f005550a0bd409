"""Releases of a made-up past as deploys in the ledger: marks without a cost, as a team's own pipeline writes them.

The incidents stay out of it on purpose. Nobody claimed them yet: who looks at a fresh lab finds them as unclaimed
stretches, and claiming them is the first exercise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from lab.chronicle import Release
from lab.series import SERVICE
from slotui.core.entry import Entry
from slotui.core.slo import Slo
from slotui.errors import StoreError
from slotui.ledger.store import Ledger

OPERATOR = "carta's history"


def note_releases(releases: Sequence[Release], slos: Sequence[Slo], path: Path, say: Callable[[str], None]) -> None:
    """Write the releases that the ledger at `path` does not hold yet.

    The ledger may be a person's own and takes nothing back. So each entry names its author, is about the shop's SLOs
    alone, and has an id that follows from the release: the next past, however fresh, writes no release twice, and one
    that a past no longer reaches stays where it happened. Each record keeps its own time, so the ledger still says
    that these were written afterwards. A ledger that cannot be written is said, and no reason to have no lab.
    """
    names = tuple(slo.name for slo in slos if slo.service == SERVICE)
    if not names:
        return
    ledger = Ledger(path)
    try:
        known = {entry.id for entry in ledger.entries()}
        new = [release for release in releases if entry_id(release) not in known]
        for release in new:
            ledger.open_entry(
                Entry(
                    entry_id(release), "deploy", names, OPERATOR, release.version, "", release.at,
                    ended=release.at, ending="noted",
                )
            )  # fmt: skip
    except StoreError as error:
        say(f"the past's deploys are not in the ledger: {error}")
        return
    if new:
        say(f"{len(new)} deploys of the past are in {path}")


def entry_id(release: Release) -> str:
    """Eight hexadecimal digits, the same for the same release wherever it is noted."""
    return hashlib.sha256(f"{OPERATOR}/{release.version}/{release.at:.0f}".encode()).hexdigest()[:8]
