"""A spend that goes on without this terminal: the same command once more, in a session of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from chaos.spend.client import ControlPlane
from slotui.errors import SlotuiError, SourceError, StoreError
from slotui.state import state_dir

_STARTS_WITHIN = 60.0
"""Seconds: it prices once more before it starts, and a Prometheus may be slow."""

_LOOK_EVERY = 0.1


@dataclass(frozen=True, slots=True)
class Detached:
    """A spend that is on: its entry, its process, and where its words go."""

    entry: str
    pid: int
    log: Path


def start(arguments: Sequence[str], entry: str, control: ControlPlane) -> Detached:
    """Start `chaos inject ARGUMENTS` as `entry`, and return when its fault is on.

    Raises the ending of one that ended before that, with what it said.
    """
    log = state_dir() / "logs" / f"chaos-{entry}.log"
    command = [sys.executable, "-m", "chaos.cli.main", "inject", *arguments, "--yes", "--entry", entry]
    try:
        log.parent.mkdir(exist_ok=True)
        with log.open("w") as words:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, start_new_session=True
            )
    except OSError as error:
        raise StoreError(f"{log}: {error.strerror}", fix="point SLOTUI_STATE at a folder you may write to") from error
    deadline = monotonic() + _STARTS_WITHIN
    while monotonic() < deadline:
        if process.poll() is not None:
            raise _ended(process.returncode, log)
        if any(lease.id == entry for lease in control.leases()):
            return Detached(entry, process.pid, log)
        sleep(_LOOK_EVERY)
    process.terminate()
    raise SourceError(f"the fault was not on after {_STARTS_WITHIN:.0f} s: given up", fix=f"what it said: {log}")


def _ended(code: int, log: Path) -> SlotuiError:
    """What the command said last, with its own exit code."""
    said = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    first = next((line for line in said if line.startswith("chaos: ")), said[-1] if said else f"exit code {code}")
    error = SlotuiError(f"it ended at once: {first.removeprefix('chaos: ')}", fix=f"all it said: {log}")
    error.exit_code = code if code > 0 else 1
    return error
