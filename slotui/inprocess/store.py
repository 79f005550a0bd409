"""What a store of counts can do. Where none is given, counts live in the memory of the process and end with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from slotui.inprocess.buckets import Tally


@dataclass(frozen=True, slots=True)
class Batch:
    """What one writer has counted since its last batch: by the start of the bucket, in UTC seconds.

    `number` goes up by one from batch to batch of a writer.
    """

    writer: str
    number: int
    counts: Mapping[int, Tally]


class Bucket(NamedTuple):
    """All that every writer has counted in the bucket that starts at `start` (UTC seconds)."""

    start: int
    eligible: int
    bad: int


class Store(Protocol):
    """Counts of any number of objectives, added to by any number of processes and threads."""

    def exchange(self, objective: str, batch: Batch, *, since: int, until: int, oldest: int) -> Sequence[Bucket]:
        """Add a batch, whole or not at all, and answer the buckets that now start in `[since, until)` (UTC seconds).

        A batch whose number its writer has handed in before adds nothing: a batch may be handed in again when
        nobody knows whether it arrived. What lies before `oldest` is not needed any more. Raises `StoreError`.
        """
