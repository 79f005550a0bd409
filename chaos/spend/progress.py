"""Talking on stderr while a fault is on, also when the terminal has gone away."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from time import monotonic
from typing import TextIO

import click

from chaos.pricing.price import Price
from chaos.spend.client import LeaseSeen
from chaos.spend.report import progress_line

_LINE_EVERY = 10.0
"""Seconds between progress lines where they cannot be rewritten in place."""


class Talk:
    """Sentences and one progress line. A closed terminal silences it; it never ends a spend halfway."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._in_place = stream.isatty()
        self._pending = False
        self._said_at = float("-inf")

    def say(self, sentence: str) -> None:
        """A line to keep."""
        self._write(("\r\x1b[K" if self._pending else "") + sentence + "\n")
        self._pending = False

    def passing(self, line: str) -> None:
        """A line that the next one takes the place of; on a terminal only."""
        if self._in_place:
            self._write(f"\r\x1b[K{line}")
            self._pending = True

    def data(self, text: str) -> None:
        """A line for stdout."""
        if self._pending:
            self._write("\r\x1b[K")
            self._pending = False
        try:
            click.echo(text)
        except OSError:
            _silence(sys.stdout)

    def progress(self, lease: LeaseSeen, price: Price | None, spent: Mapping[str, float], seconds: float) -> None:
        """How far it is, by bad events `spent` so far: rewritten in place on a terminal, else a line now and then."""
        line = progress_line(lease, price, spent, seconds)
        if self._in_place:
            self.passing(line)
        elif monotonic() - self._said_at >= _LINE_EVERY:
            self._said_at = monotonic()
            self._write(line + "\n")

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            self._in_place = self._pending = False
            _silence(self._stream)


def _silence(stream: TextIO) -> None:
    """Let a stream that nobody reads any more lead nowhere, so that what is said later cannot fail either."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
