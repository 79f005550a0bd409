"""The clock of a drill: as fast as was asked for, and standing while the drill is paused."""

from __future__ import annotations

import time

from slotui.clock import Clock


class DrillClock:
    """Seconds of the drill, `speed` of them in a second. It stands at 0 until it is started."""

    def __init__(self, speed: float = 1.0, steady: Clock = time.monotonic) -> None:
        self.speed = speed
        self._steady = steady
        self._before = 0.0
        self._since: float | None = None

    @property
    def runs(self) -> bool:
        """Whether time goes by."""
        return self._since is not None

    def elapsed(self) -> float:
        """Seconds of the drill until now, without pauses."""
        going = 0.0 if self._since is None else self._steady() - self._since
        return self._before + going * self.speed

    def start(self) -> None:
        """Begin, or go on after a pause."""
        if self._since is None:
            self._since = self._steady()

    def stop(self) -> None:
        """Stand still."""
        self._before = self.elapsed()
        self._since = None

    def reset(self) -> None:
        """Stand at 0."""
        self._before, self._since = 0.0, None

    def leap(self, to: float) -> None:
        """Go to a later instant at once. A virtual shop can be asked to live up to there."""
        runs = self.runs
        self.stop()
        self._before = max(self._before, to)
        if runs:
            self.start()
