"""ASGI middleware that records each response of a service as a good or a bad event."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from enum import StrEnum
from typing import Any

from slotui.inprocess.objective import Objective

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

HEALTH_CHECKS = ("/health", "/healthz", "/livez", "/readyz", "/metrics")
"""Paths that machines ask for: their answers say nothing of what users get."""

CLIENT_GONE = 499
"""The status of a response that its client did not wait for, as nginx logs it."""

_FAILED = 500
"""The status of a response that never came to its end."""


class Outcome(StrEnum):
    """What a response is to an objective."""

    GOOD = "good"
    BAD = "bad"
    NOT_ELIGIBLE = "not eligible"


Classifier = Callable[[Scope, int, float], Outcome]
"""From the ASGI scope, the status, and the seconds until the last byte, to what the response counts as."""


def by_status(_scope: Scope, status: int, _seconds: float) -> Outcome:
    """5xx is bad, all else is good; a client that went away has seen neither.

    >>> by_status({}, 503, 0.1), by_status({}, 404, 0.1), by_status({}, CLIENT_GONE, 0.1)
    (<Outcome.BAD: 'bad'>, <Outcome.GOOD: 'good'>, <Outcome.NOT_ELIGIBLE: 'not eligible'>)
    """
    if status == CLIENT_GONE:
        return Outcome.NOT_ELIGIBLE
    return Outcome.BAD if status >= 500 else Outcome.GOOD


class ObjectiveMiddleware:
    """Records every HTTP response of `app` to `objective`; put it outside of everything that can fail.

    An exception, or a response that breaks off, has status 500. Paths that are in `exclude`, or below one of them,
    are not eligible. Several objectives (availability, latency) are several middlewares. `monotonic` is in seconds.
    """

    def __init__(
        self,
        app: AsgiApp,
        objective: Objective,
        *,
        classify: Classifier = by_status,
        exclude: Sequence[str] = HEALTH_CHECKS,
        monotonic: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self._objective = objective
        self._classify = classify
        self._exclude = tuple(exclude)
        self._monotonic = monotonic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._excluded(scope["path"]):
            await self._app(scope, receive, send)
            return
        response = _Response(self._monotonic())

        async def heard() -> Message:
            message = await receive()
            response.client_gone |= message["type"] == "http.disconnect"
            return message

        async def told(message: Message) -> None:
            # Before the last byte leaves: who holds an answer finds it counted.
            if response.ends_with(message):
                self._record(scope, response, response.status)
            try:
                await send(message)
            except OSError:
                response.client_gone = True
                raise

        try:
            await self._app(scope, heard, told)
        finally:
            if not response.ended:
                self._record(scope, response, CLIENT_GONE if response.client_gone else _FAILED)

    def _record(self, scope: Scope, response: _Response, status: int) -> None:
        outcome = self._classify(scope, status, self._monotonic() - response.started)
        if outcome is not Outcome.NOT_ELIGIBLE:
            self._objective.record(good=outcome is Outcome.GOOD)

    def _excluded(self, path: str) -> bool:
        return any(path == excluded or path.startswith(f"{excluded}/") for excluded in self._exclude)


class _Response:
    """What is known of one response so far."""

    def __init__(self, started: float) -> None:
        self.started = started
        self.status = _FAILED
        self.ended = False
        self.client_gone = False

    def ends_with(self, message: Message) -> bool:
        """Note a message on its way to the client; whether it is the first that ends the response."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return False
        if self.ended or not message["type"].startswith("http.response.") or message.get("more_body", False):
            return False
        self.ended = message["type"] not in _ASIDE
        return self.ended


_ASIDE = frozenset({"http.response.debug", "http.response.push", "http.response.trailers"})
"""Messages that carry no part of the body."""
