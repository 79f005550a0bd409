"""The receiver as an ASGI app: one address for webhooks, one for health."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lab.receiver.webhook import Delivery, delivery
from slotui.errors import StoreError, UsageError
from slotui.ledger.store import Ledger

BODY_LIMIT = 1024 * 1024
"""Bytes of a message beyond which the answer is 413."""


class Receiver:
    """Writes the alerts of each message into `ledger`; `say` gets a line for what changed, and for what went wrong.

    Alertmanager sends again what was answered with a 5xx, and drops what was answered with a 4xx.
    """

    def __init__(self, ledger: Ledger, say: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._say = say
        self._writing = asyncio.Lock()

    async def alerts(self, request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return JSONResponse({"error": f"a message has at most {BODY_LIMIT} bytes"}, 413)
        try:
            found = delivery(body)
        except UsageError as error:
            return self._refused(error.what, 400)
        try:
            async with self._writing:
                written = await asyncio.to_thread(self._write, found)
        except StoreError as error:
            return self._refused(str(error), 500)
        known = len(found.entries) - written
        return JSONResponse({"written": written, "known": known, "ignored": found.others})

    async def healthy(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    def _write(self, found: Delivery) -> int:
        """How many of the alerts the ledger did not know yet, or not their end. Raises StoreError."""
        there = {entry.id: entry for entry in self._ledger.entries()}
        written = 0
        for entry in found.entries:
            known = there.get(entry.id)
            if known is None:
                self._ledger.open_entry(entry)
            elif known.open and entry.ended is not None:
                self._ledger.close_entry(entry.id, ended=entry.ended, injected=None, observed={}, ending="resolved")
            else:
                continue
            written += 1
            self._say(f"{entry.slos[0]}: {entry.fault}: {entry.ending or 'firing'} ({entry.id})")
        return written

    def _refused(self, why: str, status: int) -> Response:
        self._say(why)
        return JSONResponse({"error": why}, status)


def build_app(ledger: Ledger, say: Callable[[str], None]) -> Starlette:
    """`POST /alerts` for Alertmanager's `webhook_configs`, `GET /healthz`."""
    receiver = Receiver(ledger, say)
    return Starlette(
        routes=[
            Route("/alerts", receiver.alerts, methods=["POST"]),
            Route("/healthz", receiver.healthy, methods=["GET"]),
        ]
    )


async def _body(request: Request) -> bytes | None:
    """The message's bytes, or None for more of them than any message has."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)
