"""A spend as a child process: `chaos inject`, with all its guards, that cannot outlive the experiment.

The controller lives in a process of its own because Chaos Toolkit runs activities in threads that it cannot end, and
waits for them when it is itself told to stop.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from threading import Thread
from time import monotonic, sleep
from typing import IO, Any

from chaos.spend.client import ControlPlane
from chaos.toolkit.where import Where
from slotui.errors import SlotuiError, SourceError
from slotui.source.connection import TOKEN_VARIABLE

COMMAND = (sys.executable, "-m", "chaos.toolkit.tethered")

_STARTS_WITHIN = 60.0
"""Seconds: the price comes first, and a Prometheus may be slow."""

_LOOK_EVERY = 0.1

logger = logging.getLogger("chaostoolkit")

_begun: list[Spending] = []


class Spending:
    """One `chaos inject` that is under way. `entry` is its id in the ledger."""

    def __init__(self, asked: Sequence[str], where: Where) -> None:
        self.entry = secrets.token_hex(4)
        words = ["inject", *asked, *where.options, "--entry", self.entry, "--output", "json", "--yes"]
        token = {TOKEN_VARIABLE: where.prometheus_token} if where.prometheus_token else {}
        # A process group of its own: Ctrl-C at the terminal reaches it through us alone, and so only once.
        self._process = subprocess.Popen(
            [*COMMAND, *words],
            env={**os.environ, **token},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            process_group=0,
        )
        self._said: list[str] = []
        self._printed: list[str] = []
        self._readers = [
            _reading(self._process.stderr, self._said, aloud=True),
            _reading(self._process.stdout, self._printed, aloud=False),
        ]
        _begun.append(self)

    def begin(self, control: ControlPlane) -> None:
        """Wait until the fault is on. Raises the ending of one that ended before that, with what it said."""
        deadline = monotonic() + _STARTS_WITHIN
        while self._process.poll() is None:
            if any(lease.id == self.entry for lease in control.leases()):
                return
            if monotonic() > deadline:
                self.stop()
                raise SourceError(f"the fault was not on after {_STARTS_WITHIN:.0f} s: given up")
            sleep(_LOOK_EVERY)
        self.account()

    def account(self) -> dict[str, Any]:
        """Wait for the end, and what it cost. Raises the ending that was not the planned one.

        Whoever is struck by a signal meanwhile leaves no fault behind.
        """
        try:
            code = self._process.wait()
        finally:
            self.stop()
        for reader in self._readers:
            reader.join()
        _begun.remove(self)
        if code:
            raise _ending(code, self._said)
        found: dict[str, Any] = json.loads("\n".join(self._printed))
        return found

    def stop(self) -> None:
        """End the fault, and do not wait. Once is enough; a spend that is over does not mind."""
        if self._process.stdin is not None:
            self._process.stdin.close()


def begun() -> tuple[Spending, ...]:
    """The spends of this process that nobody has taken the account of yet, oldest first."""
    return tuple(_begun)


def stop_all() -> None:
    """End every fault that this process began."""
    for spending in begun():
        spending.stop()


def _reading(stream: IO[bytes] | None, into: list[str], *, aloud: bool) -> Thread:
    """A thread that reads a stream to its end; `aloud`: also into Chaos Toolkit's log."""

    def read() -> None:
        for line in stream or ():
            text = line.decode(errors="replace").rstrip()
            into.append(text)
            if aloud:
                logger.info(text)

    thread = Thread(target=read, daemon=True)
    thread.start()
    return thread


def _ending(code: int, said: Sequence[str]) -> SlotuiError:
    """The sentence that the command ended with, under its exit code."""
    first = next((place for place, line in enumerate(said) if line.startswith("chaos: ")), None)
    sentence = "\n".join(said[first:]) if first is not None else f"it ended with exit code {code}"
    error = SlotuiError(sentence.removeprefix("chaos: "))
    error.exit_code = code
    return error
