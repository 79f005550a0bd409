"""The faults, in front of any ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chaos.faults.matching import RequestHead
from chaos.plane.answers import fail
from chaos.plane.lease import LOOK_AGAIN, Delay, LeaseTable

EXEMPT = ("/chaos", "/metrics", "/healthz", "/readyz")
"""Paths that stay whole: the way to stop a fault, the way to see it, and what restarts a service."""

_PIECES = 10
"""A slow body comes in at most so many pieces."""

Sleep = Callable[[float], Awaitable[None]]


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
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._app = app
        self._leases = leases
        self._exempt = tuple(exempt)
        self._sleep = sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._leases.idle or scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        head = RequestHead.of(scope["method"], scope["path"], scope["headers"])
        if self._spared(head):
            await self._app(scope, receive, send)
            return
        for delay in self._leases.delays(head):
            await wait_out(delay, self._leases, self._sleep)
        # Asked after the wait: a fault that ended meanwhile fails nobody.
        failure = self._leases.failure(head)
        if failure is not None:
            await fail(failure, self._leases, scope, receive, send)
            return
        slow = self._leases.slow_bodies(head)
        await self._app(scope, receive, self._trickling(send, slow) if slow else send)

    def _spared(self, head: RequestHead) -> bool:
        if any(head.path == prefix or head.path.startswith(prefix + "/") for prefix in self._exempt):
            return True
        return head.headers.get("x-synthetic", "").lower() == "true"

    def _trickling(self, send: Send, delays: Sequence[Delay]) -> Send:
        """`send` for an answer whose first stretch of body takes as long as `delays` say; the rest follows freely."""
        waiting = list(delays)

        async def trickle(message: Message) -> None:
            if message["type"] != "http.response.body" or not waiting:
                await send(message)
                return
            body, more = message.get("body", b""), message.get("more_body", False)
            size = max(1, -(-len(body) // _PIECES))
            pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
            shares = [Delay(delay.seconds / len(pieces), delay.lease) for delay in waiting]
            waiting.clear()
            late = 0.0
            for number, piece in enumerate(pieces, 1):
                for share in shares:
                    owed = replace(share, seconds=share.seconds - late)
                    late = await wait_out(owed, self._leases, self._sleep)
                unfinished = number < len(pieces) or more
                await send({"type": "http.response.body", "body": piece, "more_body": unfinished})

        return trickle


async def wait_out(delay: Delay, leases: LeaseTable, sleep: Sleep = asyncio.sleep) -> float:
    """Let a delay pass, or what is left of it when its fault ends; the seconds by which it took too long.

    An event loop wakes up to a millisecond late, and a long wait is made of many short ones: each goes by the clock.
    """
    due = leases.clock() + delay.seconds
    while (left := due - leases.clock()) > 0 and leases.lives(delay.lease):
        await sleep(min(left, LOOK_AGAIN))
    return max(0.0, -left)
