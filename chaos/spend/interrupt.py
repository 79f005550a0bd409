"""Being asked to stop, by Ctrl-C, SIGTERM or SIGHUP, as something to look at instead of something that strikes."""

from __future__ import annotations

import os
import select
import signal
from types import FrameType, TracebackType
from typing import Any, Self

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupt:
    """Catches the signals for the time of the block; `asked` counts them. Use it in the main thread."""

    def __init__(self) -> None:
        self.asked = 0
        self._before: dict[signal.Signals, Any] = {}
        self._reader = self._writer = -1

    def __enter__(self) -> Self:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        os.set_blocking(self._reader, False)
        self._before = {number: signal.signal(number, self._note) for number in STOPPING}
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._reader)
        os.close(self._writer)

    def wait(self, seconds: float) -> bool:
        """Wait, or be woken by a signal: True. One that came before the call wakes it too, once."""
        # A pipe, not a threading.Event: a handler that sets an Event can deadlock with the wait it interrupts.
        ready, _, _ = select.select([self._reader], [], [], max(0.0, seconds))
        if not ready:
            return False
        os.read(self._reader, 4096)
        return True

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.asked += 1
        try:
            os.write(self._writer, b".")
        except BlockingIOError:
            return  # the pipe is full of signals nobody looked at: enough to wake anybody
