"""Children that do not outlive their parent, however it dies."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ctypes

_PR_SET_PDEATHSIG = 1

SERVED_BY = "SLOTUI_SERVED_BY"
"""The variable in which `slotui serve` tells a tab's screen its process id."""


def ends_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """For `Popen(preexec_fn=...)`: ask Linux to send `number` to the child when this process dies; None elsewhere.

    It is unsafe in a process with threads.
    """
    if sys.platform != "linux":
        return None
    libc = _libc()
    parent = os.getpid()
    return lambda: _ask(libc, number, parent)


def end_with(parent: int, number: signal.Signals) -> None:
    """From now on, this process gets `number` when its parent dies; it dies at once if `parent` has. Linux only.

    For children of a process with threads.
    """
    if sys.platform == "linux":
        _ask(_libc(), number, parent)


def _libc() -> ctypes.CDLL:
    import ctypes

    return ctypes.CDLL(None, use_errno=True)


def _ask(libc: ctypes.CDLL, number: signal.Signals, parent: int) -> None:
    libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel was asked
        os.kill(os.getpid(), signal.SIGKILL)
