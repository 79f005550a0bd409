"""Buckets that a store keeps too: they outlive the process, and count what other processes count.

Recording and snapshots never wait for the store. A thread hands over what is new once an interval, and
takes in what others handed over; while the store is away, counts wait in memory.
"""

from __future__ import annotations

import atexit
import logging
from collections.abc import Iterable
from threading import Event, Lock, Thread
from uuid import uuid4

from slotui.clock import Clock
from slotui.duration import DAY, HOUR
from slotui.errors import StoreError
from slotui.inprocess.buckets import Buckets, Tally
from slotui.inprocess.store import Batch, Bucket, Store

_log = logging.getLogger("slotui")

_RECENT = HOUR
"""Seconds that each exchange looks back: others hand over their counts within an interval."""
_LATE = DAY
"""Seconds that it looks back once an hour: a process that could not reach the store hands over old counts."""


class SharedBuckets(Buckets):
    """Buckets of the objective `name`, exchanged with `store` every `interval` seconds."""

    def __init__(
        self, resolution: int, reach: float, clock: Clock, *, name: str, store: Store, interval: float
    ) -> None:
        super().__init__(resolution, reach, clock())
        self.problem: str | None = None
        self.first: float | None = None
        self._name = name
        self._store = store
        self._interval = interval
        self._clock = clock
        self._synced_at: float | None = None
        self._late_looked_at = 0.0
        self._begin()
        self._attempt()  # a restarted service goes on where it was, from its first snapshot on
        self._start()
        atexit.register(self._last_words)

    def _begin(self) -> None:
        """A writer of its own, with nothing to hand over."""
        self._writer = uuid4().hex
        self._number = 0
        self._new: dict[int, list[int]] = {}
        self._unconfirmed: Batch | None = None
        self._exchanging = Lock()
        self._closing = Event()

    def _start(self) -> None:
        self._thread = Thread(target=self._go_on, name=f"slotui {self._name}", daemon=True)
        self._thread.start()

    def flush(self) -> None:
        """Exchange now: when this returns, all that was recorded before is in the store. Raises `StoreError`."""
        with self._exchanging:
            while True:
                again = self._unconfirmed is not None
                self._exchange()
                if not again:
                    return

    def close(self) -> None:
        """Hand over the rest and stop exchanging. Raises `StoreError` when the store does not take it."""
        atexit.unregister(self._last_words)
        self._closing.set()
        self._thread.join()
        self.flush()

    def after_fork(self) -> None:
        """In a forked child: another writer, which hands over nothing that its parent will hand over."""
        super().after_fork()
        closed = self._closing.is_set()
        self._begin()
        if not closed:
            self._start()

    def _add(self, at: float, eligible: int, bad: int) -> None:
        super()._add(at, eligible, bad)
        new = self._new.setdefault(self._newest, [0, 0])
        new[0] += eligible
        new[1] += bad

    def _go_on(self) -> None:
        while not self._closing.wait(self._interval):
            self._attempt()

    def _attempt(self) -> None:
        try:
            self.flush()
        except StoreError as error:
            if self.problem is None:
                _log.warning("counts of %s wait in memory: %s", self._name, error.what)
            self.problem = error.what
        else:
            self.problem = None

    def _last_words(self) -> None:
        try:
            self.close()
        except StoreError as error:
            _log.warning("the last counts of %s are lost: %s", self._name, error.what)

    def _exchange(self) -> None:
        at = self._clock()
        late = at - self._late_looked_at >= HOUR
        with self.lock:
            oldest = self.oldest * self.resolution
            batch = self._unconfirmed = self._unconfirmed or self._batch()
        since = oldest if self._synced_at is None else max(oldest, int(self._synced_at - (_LATE if late else _RECENT)))
        # From a whole hour on: no bucket, of whatever resolution it is, is cut there.
        since = since // HOUR * HOUR
        # Another machine's clock may be ahead of ours: its counts wait until their time has come.
        until = (int(at // self.resolution) + 1) * self.resolution
        found = self._store.exchange(self._name, batch, since=since, until=until, oldest=oldest)
        self._unconfirmed = None
        self._take_in(found, at)
        if late:
            self._late_looked_at = at
        self._synced_at = at

    def _batch(self) -> Batch:
        self._number += 1
        counts = {
            index * self.resolution: (eligible, bad)
            for index, (eligible, bad) in self._new.items()
            if index >= self.oldest
        }
        self._new = {}
        return Batch(self._writer, self._number, counts)

    def _take_in(self, found: Iterable[Bucket], at: float) -> None:
        counts: dict[int, Tally] = {}
        for start, eligible, bad in found:
            index = start // self.resolution
            there = counts.get(index, (0, 0))
            counts[index] = there[0] + eligible, there[1] + bad
        with self.lock:
            if at >= self._next:
                self._advance(int(at // self.resolution))
            for index, (eligible, bad) in self._new.items():  # recorded while the store was answering
                there = counts.get(index, (0, 0))
                counts[index] = there[0] + eligible, there[1] + bad
            self.replace(counts)
        if counts:
            first = min(counts) * self.resolution
            self.first = first if self.first is None else min(self.first, first)
