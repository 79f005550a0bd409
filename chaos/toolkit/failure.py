"""How an activity ends for Chaos Toolkit: with our sentence, or with the experiment where somebody interrupts it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chaoslib.exceptions import ActivityFailed, InterruptExecution

from slotui.errors import SlotuiError

_LEAVE = 20
"""The exit status by which Chaos Toolkit's runner knows that it was asked to leave, rollbacks as configured."""


@contextmanager
def in_their_words() -> Iterator[None]:
    """Turn our errors into a failed activity, and an interrupt into one that the runner hears.

    A SIGTERM strikes as InterruptExecution wherever the main thread is. Inside a Python activity the runner takes
    every Exception for a failure of that activity, and goes on with the next one.
    """
    try:
        yield
    except InterruptExecution as asked:
        raise SystemExit(_LEAVE) from asked
    except SlotuiError as error:
        raise ActivityFailed(str(error)) from error
