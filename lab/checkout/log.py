"""What the shop writes about itself: one line of JSON on stderr for each event that somebody may look for.

A request is written when it failed or was slow, with `--access-log` always. The line says what the request looked like
from outside: whether a fault was injected is for the trainee to find out, so the shop does not write it. For the same
reason the visits of chaos controllers are left out, unless they were turned away.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TextIO

from lab.checkout.exchange import Exchange
from slotui.clock import Clock, now

SLOW = 0.4
"""Seconds beyond which an answer is slow: what the latency SLO promises."""

LEVELS = ("debug", "info", "warning", "error")

_FIELDS = "fields"
_logger = logging.getLogger("checkout")


def write(level: int, event: str, **fields: object) -> None:
    """One event."""
    _logger.log(level, event, extra={_FIELDS: fields})


class RequestLog:
    """Writes the exchanges worth a line; with `everything` also those that went well, but for probes of health.

    `error` is for what failed by the shop or a part of it, `warning` for what was refused or slow, `info` for the rest.
    """

    def __init__(self, *, everything: bool = False) -> None:
        self._everything = everything
        self.requests = 0
        self.failed = 0

    def saw(self, exchange: Exchange) -> None:
        """Count an exchange of a buyer, and write of any that is worth it."""
        self.requests += exchange.is_checkout
        self.failed += exchange.is_checkout and exchange.failed
        level = _level(exchange)
        if level > logging.INFO or (self._everything and exchange.route != "/chaos"):
            write(level, "request", **_told(exchange))


def _level(exchange: Exchange) -> int:
    status = exchange.status
    if exchange.failed and (status is None or not exchange.whole or status >= 500 or status < 400):
        return logging.ERROR
    # A scrape may take its time, and a health check that is refused is what it is for.
    slow = exchange.seconds > SLOW and exchange.route in ("/checkout", "/inventory")
    return logging.WARNING if exchange.failed or slow else logging.INFO


def _told(exchange: Exchange) -> Mapping[str, object]:
    told: dict[str, object] = {
        "request_id": exchange.request_id,
        "method": exchange.method,
        "route": exchange.route,
        "status": exchange.status,
        "seconds": round(exchange.seconds, 4),
        "tier": exchange.tier,
    }
    if exchange.failed:
        told["cause"] = exchange.cause
    if not exchange.whole:
        told["error"] = "no answer" if exchange.status is None else "the answer was cut off"
    if exchange.synthetic:
        told["synthetic"] = True
    return told


class JsonLines(logging.Handler):
    """Log records of this process, whoever made them, as lines of JSON. `write` is its only way to say anything."""

    def __init__(self, out: TextIO, clock: Clock = now) -> None:
        super().__init__()
        self._out = out
        self._clock = clock
        self.setFormatter(logging.Formatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line. JSON keeps a line feed inside a string from ending it."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, _FIELDS, {}),
        }
        if record.exc_info and self.formatter:
            line["traceback"] = self.formatter.formatException(record.exc_info)
        # A reader that went away, or a full disk, must not cost a buyer an order.
        with suppress(OSError, ValueError):
            self._out.write(json.dumps(line) + "\n")
            self._out.flush()


def start_logging(level: str, out: TextIO | None = None) -> None:
    """From now on, what is logged at `level` or above goes to stderr as JSON, that of libraries from warnings on."""
    logging.basicConfig(level=logging.WARNING, handlers=[JsonLines(out or sys.stderr)], force=True)
    _logger.setLevel(level.upper())
