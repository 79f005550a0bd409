"""`python -m lab.leash -- CMD…`: run a command that cannot outlive its owner.

The owner holds the other end of this process's stdin. When the owner ends, however it ends, the pipe closes, and the
leash ends the command and all that it started: SIGTERM, three seconds, SIGKILL. The same happens on SIGTERM, SIGINT
and SIGHUP. On Linux the kernel also kills the command if the leash itself is killed. The command's exit status is
passed on; a death by signal N becomes 128 + N, as in a shell.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import click

from slotui.parent import ends_with_parent

GRACE = 3.0
"""Seconds between SIGTERM and SIGKILL."""

_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run_leashed(command: Sequence[str], owner: int, monotonic: Callable[[], float] = time.monotonic) -> int:
    """Run `command` until it ends or the file descriptor `owner` reaches its end; returns its exit status."""
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    ending: list[int] = []
    for number in _ENDING:
        signal.signal(number, lambda received, _frame: ending.append(received))
    signal.signal(signal.SIGCHLD, lambda *_: None)
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        process_group=0,
        preexec_fn=ends_with_parent(signal.SIGKILL),  # noqa: PLW1509 - unsafe beside threads, and this process has none
    )
    with selectors.SelectSelector() as waiting:
        waiting.register(owner, selectors.EVENT_READ)
        waiting.register(woken, selectors.EVENT_READ)
        while child.poll() is None and not ending:
            for key, _ in waiting.select():
                heard = os.read(key.fd, 4096)
                if key.fd == owner and not heard:
                    ending.append(signal.SIGTERM)
        if child.poll() is None:
            _end(child, waiting, woken, owner, monotonic)
    _signal_group(child, signal.SIGKILL)  # whatever the command left behind in its group
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _end(
    child: subprocess.Popen[bytes],
    waiting: selectors.BaseSelector,
    woken: int,
    owner: int,
    monotonic: Callable[[], float],
) -> None:
    waiting.unregister(owner)
    _signal_group(child, signal.SIGTERM)
    deadline = monotonic() + GRACE
    while child.poll() is None and (left := deadline - monotonic()) > 0:
        for _ in waiting.select(left):
            os.read(woken, 4096)
    if child.poll() is None:
        _signal_group(child, signal.SIGKILL)
        child.wait()


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def main() -> int:
    """Entry point; the command follows `--`."""
    command = sys.argv[1:]
    if command[:1] == ["--"]:
        command = command[1:]
    if not command:
        click.echo("leash: no command; write `python -m lab.leash -- CMD…`", err=True)
        return 2
    try:
        return run_leashed(command, sys.stdin.fileno())
    except OSError as error:
        click.echo(f"leash: cannot start {command[0]}: {error.strerror}", err=True)
        return 127


if __name__ == "__main__":
    sys.exit(main())
