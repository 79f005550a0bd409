"""What a client gets when a fault takes the application's place: an answer, silence, or a cut connection."""

from __future__ import annotations

import asyncio
import json
from typing import Any, assert_never

from starlette.types import Message, Receive, Scope, Send

from chaos.faults.kinds import BadPayloadFault, DependencyFault, ErrorFault, HangFault, ResetFault
from chaos.plane.lease import LOOK_AGAIN, Failure, Lease, LeaseTable

CAUSE_HEADER = b"x-failure-cause"
"""Response header that names the part that failed, where a fault pretends that one has."""

ABORT = "chaos.abort"
"""The ASGI extension by which a server lends its connection: `{"abort": callable}` (see `chaos.plane.reset`)."""

_LARGEST_REQUEST = 1024 * 1024
"""Bytes of a request that are read before it is failed all the same."""


async def fail(failure: Failure, leases: LeaseTable, scope: Scope, receive: Receive, send: Send) -> None:
    """Give a request what its fault has for it, as long as its lease is on.

    The request is read first: a server cuts the connection on a client that still sends, and that is no 500.
    """
    await _take_in(receive)
    fault, lease = failure.fault, failure.lease.id
    match fault:
        case ErrorFault():
            await _answer(send, fault.status, _explained(lease) if fault.body is None else fault.body.encode())
        case DependencyFault():
            await _answer(
                send, fault.status, _explained(lease, cause=fault.cause), (CAUSE_HEADER, fault.cause.encode())
            )
        case BadPayloadFault():
            await _answer(send, 200, b"" if fault.payload == "empty" else _explained(lease))
        case HangFault():
            if not await _given_up(receive, leases, failure.lease):
                await _answer(send, 504, _explained(lease))
        case ResetFault():
            await _cut(scope, receive, send)
        case _:
            assert_never(fault)


async def _take_in(receive: Receive) -> None:
    taken = 0
    while taken < _LARGEST_REQUEST:
        message = await receive()
        taken += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


def _explained(lease: str, **more: str) -> bytes:
    return json.dumps({"error": "failed on purpose by a chaos experiment", "lease": lease, **more}).encode()


async def _answer(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    kind = b"application/json" if body.startswith(b"{") else b"text/plain; charset=utf-8"
    head = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


async def _given_up(receive: Receive, leases: LeaseTable, lease: Lease) -> bool:
    """Wait until the client goes away (True) or the fault is over (False)."""
    leaving = asyncio.ensure_future(_gone(receive))
    try:
        while leases.lives(lease) and not leaving.done():
            await asyncio.wait((leaving,), timeout=LOOK_AGAIN)
        return leaving.done()
    finally:
        leaving.cancel()


async def _gone(receive: Receive) -> None:
    message: Message = {}
    while message.get("type") != "http.disconnect":
        message = await receive()


async def _cut(scope: Scope, receive: Receive, send: Send) -> None:
    extensions: dict[str, Any] = scope.get("extensions") or {}
    if ABORT in extensions:
        extensions[ABORT]["abort"]()
        # A server that has not seen the end of the connection yet would answer for an application that did not.
        await _gone(receive)
        return
    # Elsewhere, ASGI knows no way to hang up before the head. An answer that stays short of its length makes every
    # server close the connection; it says 500, for what a meter outside counts.
    await send({"type": "http.response.start", "status": 500, "headers": [(b"content-length", b"1")]})
