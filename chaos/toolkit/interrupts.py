"""A fault ends with the signal that ends the experiment, also where Chaos Toolkit would wait for its threads first."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

from chaos.toolkit.spending import stop_all
from slotui.errors import UsageError

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
"""Those of a terminal and of a supervisor, and the two by which Chaos Toolkit's safeguards leave."""

_before: dict[int, Callable[[int, FrameType | None], object] | int] = {}


def end_faults_first() -> None:
    """From now on each ending signal stops our spends, then does what it would have done. Once is enough.

    Raises UsageError in any other thread than the main one, if the main one has not called it before.
    """
    if threading.current_thread() is not threading.main_thread():
        if signal.getsignal(signal.SIGTERM) is not _end:
            raise UsageError(
                "in the background nobody would hear the signal that ends the experiment",
                fix='leave `background` out and say `"wait": false`, or add the control chaos.toolkit.control',
            )
        return
    for number in _ENDING:
        present = signal.getsignal(number)
        if present not in (_end, signal.SIG_IGN, None):  # who ignores a signal, as under nohup, means it
            _before[number] = present
            signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> None:
    stop_all()
    before = _before[number]
    if callable(before):
        before(number, frame)
    else:
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
