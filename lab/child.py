"""A process of the lab, on a leash, with a log."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lab.announce import heard
from lab.leash import GRACE
from slotui.errors import LabError

_LAST_LINES = 8
_PAUSE = 0.05


class Child:
    """A command that ends with this process, whatever happens to it. Its output goes to `log`, truncated at start."""

    def __init__(self, name: str, command: Sequence[str], log: Path) -> None:
        self.name = name
        self.log = log
        try:
            with log.open("wb") as output:
                self._leash = subprocess.Popen(
                    [sys.executable, "-m", "lab.leash", "--", *command],
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    # Ctrl-C at the terminal is for the owner, which then stops its children in order.
                    start_new_session=True,
                )
        except OSError as error:
            raise LabError(
                f"cannot start {name}: {error.strerror}", fix=f"is there room, and may you write to {log.parent}?"
            ) from error

    @property
    def pid(self) -> int:
        """The leash's process id."""
        return self._leash.pid

    def check(self) -> None:
        """Raise `LabError`, with the last lines of its log, when the process has ended by itself."""
        status = self._leash.poll()
        if status is None:
            return
        how = f"was killed by signal {status - 128}" if status > 128 else f"ended with exit status {status}"
        said = last_lines(self.log)
        raise LabError(f"{self.name} {how}" + (f"; its last words:\n{said}" if said else ""), fix=f"see {self.log}")

    def wait_until(
        self, ready: Callable[[], bool], what: str, seconds: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Wait until `ready` says yes. Raises `LabError` when the process ends, or after `seconds`."""
        deadline = monotonic() + seconds
        while not ready():
            self.check()
            if monotonic() > deadline:
                said = last_lines(self.log)
                raise LabError(
                    f"{self.name} {what} did not happen within {seconds:.0f} s" + (f":\n{said}" if said else ""),
                    fix=f"see {self.log}; is the machine very busy?",
                )
            time.sleep(_PAUSE)

    def announced(self, seconds: float) -> str:
        """The URL that the process says it listens on; waits for it up to `seconds`."""
        self.wait_until(lambda: heard(self.log) is not None, "start", seconds)
        return heard(self.log) or ""

    def let_go(self) -> None:
        """Ask the process to end, without waiting for it."""
        if self._leash.stdin is not None:
            self._leash.stdin.close()

    def stop(self) -> None:
        """End the process and wait until it is gone: at most the leash's grace, and a moment."""
        self.let_go()
        try:
            self._leash.wait(GRACE + 2)
        except subprocess.TimeoutExpired:
            self._leash.kill()  # the kernel then kills the command too
            self._leash.wait()


def last_lines(log: Path, count: int = _LAST_LINES) -> str:
    """The end of a log, indented, without the announcement line."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in lines[-count:] if not line.startswith('{"listening"'))
