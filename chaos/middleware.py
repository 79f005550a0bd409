"""The faults, in front of any ASGI application."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from chaos.lease import Delay, Failure, LeaseTable

EXEMPT = ("/chaos", "/metrics", "/healthz", "/readyz")
"""Paths that stay whole: the way to stop a fault, the way to see it, and what restarts a service."""

_LOOK_AGAIN = 0.25
"""Seconds after which a waiting request asks whether its fault is still on: a long delay ends with its lease."""

_LARGEST_REQUEST = 1024 * 1024
"""Bytes of a request that are read before it is failed all the same."""


class ChaosMiddleware:
    """Delays and fails requests as the leases say. Without a lease it costs one comparison.

    Synthetic probes (`X-Synthetic: true`) are spared: they are no events of any SLO, so failing them
    would be an injected fault that no budget shows.
    """

    def __init__(
        self,
        app: ASGIApp,
        leases: LeaseTable,
        *,
        exempt: Sequence[str] = EXEMPT,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._app = app
        self._leases = leases
        self._exempt = tuple(exempt)
        self._sleep = sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._leases.idle or scope["type"] != "http" or self._spared(scope):
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        for delay in self._leases.delays(method, path):
            await self._wait(delay)
        # Asked after the wait: a fault that ended meanwhile fails nobody.
        failure = self._leases.failure(method, path)
        if failure is None:
            await self._app(scope, receive, send)
        else:
            await _take_in(receive)
            await _answer(failure, send)

    def _spared(self, scope: Scope) -> bool:
        path: str = scope["path"]
        if any(path == prefix or path.startswith(prefix + "/") for prefix in self._exempt):
            return True
        return any(name == b"x-synthetic" and value.lower() == b"true" for name, value in scope["headers"])

    async def _wait(self, delay: Delay) -> None:
        left = delay.seconds
        while left > 0 and self._leases.lives(delay.lease):
            step = min(left, _LOOK_AGAIN)
            await self._sleep(step)
            left -= step


async def _take_in(receive: Receive) -> None:
    """Read the request to its end: a server cuts the connection on a client that still sends, and that is no 500."""
    taken = 0
    while taken < _LARGEST_REQUEST:
        message = await receive()
        taken += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


async def _answer(failure: Failure, send: Send) -> None:
    body = json.dumps({"error": "failed on purpose by a chaos experiment", "lease": failure.lease}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": failure.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
