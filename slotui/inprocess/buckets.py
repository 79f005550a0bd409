"""Counts of events in time buckets: a ring of fixed size, however many events there are.

Each bucket keeps the running totals from before it, so the counts of any stretch that ends now are one
subtraction, and recording is one addition.
"""

from __future__ import annotations

import math
import os
from array import array
from collections.abc import Mapping
from threading import Lock
from weakref import WeakSet

Tally = tuple[int, int]
"""Eligible events, and the bad ones among them."""


class Buckets:
    """A ring of buckets of `resolution` seconds that reaches back `reach` seconds from `at` (UTC seconds).

    Thread-safe. Memory: 16 bytes a bucket, taken once. An index is a bucket's start divided by the resolution.
    """

    def __init__(self, resolution: int, reach: float, at: float) -> None:
        self.resolution = resolution
        self.lock = Lock()
        # The present bucket, and the one that the far end of a stretch cuts.
        self._size = math.ceil(reach / resolution) + 2
        self._eligible = self._bad = 0
        self._eligible_before = array("q", bytes(8 * self._size))
        self._bad_before = array("q", bytes(8 * self._size))
        self._newest = int(at // resolution)
        self._next = (self._newest + 1) * resolution
        _alive.add(self)

    @property
    def oldest(self) -> int:
        """Index of the oldest bucket that is kept."""
        return self._newest - self._size + 1

    def add(self, at: float, eligible: int, bad: int) -> None:
        """Count events that happened at `at`. A clock that was set back counts into the newest bucket."""
        with self.lock:
            self._add(at, eligible, bad)

    def since(self, start: float) -> Tally:
        """Counts from `start` (UTC seconds) on; the bucket that `start` cuts counts whole."""
        with self.lock:
            index = max(int(start // self.resolution), self.oldest)
            if index > self._newest:
                return 0, 0
            slot = index % self._size
            return self._eligible - self._eligible_before[slot], self._bad - self._bad_before[slot]

    def replace(self, counts: Mapping[int, Tally]) -> None:
        """Put other counts, by index, in the place of those that are there, unless too old to be kept.

        The caller holds the lock. Costs a step for each bucket from the oldest changed one to the newest.
        """
        changed = {
            index: tally
            for index, tally in counts.items()
            if self.oldest <= index <= self._newest and tally != self._of(index)
        }
        more_eligible = more_bad = 0
        for index in range(min(changed, default=self._newest + 1), self._newest + 1):
            before = self._of(index) if index in changed else (0, 0)
            slot = index % self._size
            self._eligible_before[slot] += more_eligible
            self._bad_before[slot] += more_bad
            if index in changed:
                more_eligible += changed[index][0] - before[0]
                more_bad += changed[index][1] - before[1]
        self._eligible += more_eligible
        self._bad += more_bad

    def after_fork(self) -> None:
        """In a forked child: a thread that held the lock is not there to give it back."""
        self.lock = Lock()

    def _add(self, at: float, eligible: int, bad: int) -> None:
        if at >= self._next:
            self._advance(int(at // self.resolution))
        self._eligible += eligible
        self._bad += bad

    def _of(self, index: int) -> Tally:
        slot = index % self._size
        if index == self._newest:
            return self._eligible - self._eligible_before[slot], self._bad - self._bad_before[slot]
        after = (index + 1) % self._size
        return (
            self._eligible_before[after] - self._eligible_before[slot],
            self._bad_before[after] - self._bad_before[slot],
        )

    def _advance(self, index: int) -> None:
        # After a silence longer than the ring every bucket is passed once, not once a round.
        for passed in range(max(self._newest + 1, index - self._size + 1), index + 1):
            slot = passed % self._size
            self._eligible_before[slot] = self._eligible
            self._bad_before[slot] = self._bad
        self._newest = index
        self._next = (index + 1) * self.resolution


_alive: WeakSet[Buckets] = WeakSet()


def _renew_locks() -> None:
    for buckets in _alive:
        buckets.after_fork()


os.register_at_fork(after_in_child=_renew_locks)
