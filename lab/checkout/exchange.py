"""One request and its answer as the customer saw them, and the layer that watches for them: the outermost one.

A load balancer would measure here. So an injected error or delay counts exactly as a customer sees it, and what is
written of it says what it looked like, and not where it came from.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chaos.faults.matching import TIER_HEADER
from chaos.plane.answers import CAUSE_HEADER
from lab.checkout.ending import Ending
from lab.checkout.nature import CAUSES
from lab.checkout.request_id import REQUEST_ID, request_id

TIERS = ("free", "plus", "business")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ROUTES = ("/checkout", "/inventory", "/healthz", "/readyz", "/metrics")

EXCHANGE = "checkout.exchange"
"""Where the scope of a request has its exchange."""

_CHECKOUT = "/checkout"
_PAYLOAD_LIMIT = 64 * 1024
_TIER = TIER_HEADER.encode()


class Witness(Protocol):
    """Told of every exchange, once: just before the last byte of its answer leaves, or when none ever will.

    Who holds an answer finds it counted.
    """

    def saw(self, exchange: Exchange) -> None: ...


class Exchange:
    """What is known of it so far. `status` is None while there is no answer; `seconds` and `cause` are for the end.

    `reached` is whether it came as far as the shop's own handler: a fault answers in front of it.
    """

    __slots__ = (
        "_monotonic", "_named", "_payload", "_started", "cause", "method", "over", "reached", "request_id", "route",
        "seconds", "status", "synthetic", "tier", "whole",
    )  # fmt: skip

    def __init__(self, scope: Scope, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._started = monotonic()
        headers = dict(scope["headers"])
        tier = headers.get(_TIER, b"").decode("latin-1").lower()
        self.tier = tier if tier in TIERS else TIERS[0]
        self.synthetic = headers.get(b"x-synthetic", b"").lower() == b"true"
        self.request_id = request_id(headers.get(REQUEST_ID))
        self.method = scope["method"] if scope["method"] in METHODS else "other"
        self.route = route_label(scope["path"])
        self.reached = False
        self.over = False
        self.whole = False
        self.status: int | None = None
        self.seconds = 0.0
        self.cause = "none"
        self._named: str | None = None
        self._payload = b""

    @property
    def is_checkout(self) -> bool:
        """Whether somebody wanted to buy something."""
        return self.route == _CHECKOUT and self.method == "POST"

    @property
    def failed(self) -> bool:
        """Whether the customer went away with nothing that can be used."""
        return self.cause != "none"

    def begins(self, message: Message) -> None:
        """The head of the answer."""
        self.status = message["status"]
        for name, value in message.get("headers", ()):
            if name == CAUSE_HEADER:
                named = value.decode("latin-1")
                self._named = named if named in CAUSES else None

    def goes_on(self, message: Message) -> bool:
        """A piece of the body; True for the last one."""
        if len(self._payload) <= _PAYLOAD_LIMIT:
            self._payload += message.get("body", b"")
        return not message.get("more_body", False)

    def end(self, *, whole: bool) -> None:
        """It is over, with all of its answer or without."""
        self.over = True
        self.whole = whole
        self.seconds = self._monotonic() - self._started
        self.cause = self._blame()

    def _blame(self) -> str:
        if self._named is not None:
            return self._named
        if not self.whole or self.status is None or self.status >= 300:
            return "checkout"
        return "checkout" if self.is_checkout and not _usable(self._payload) else "none"


class Watch:
    """ASGI middleware that shows every exchange to `witnesses`, and gives every answer the id of its request."""

    def __init__(
        self,
        app: ASGIApp,
        witnesses: Sequence[Witness],
        *,
        ending: Ending | None = None,
        monotonic: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self._witnesses = tuple(witnesses)
        self._ending = ending or Ending()
        self._monotonic = monotonic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        ending = self._ending
        exchange = scope[EXCHANGE] = Exchange(scope, self._monotonic)
        if exchange.is_checkout:
            ending.buyer_came()

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.begins(message)
                headers = [*message.get("headers", ()), (REQUEST_ID, exchange.request_id.encode())]
                if ending.begun:
                    headers.append((b"connection", b"close"))
                message = {**message, "headers": headers}
            elif message["type"] == "http.response.body" and exchange.goes_on(message) and not exchange.over:
                self._tell(exchange, whole=True)
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            # An app that raised, or went away without an answer: the customer got a 500 or a cut connection.
            if not exchange.over:
                self._tell(exchange, whole=False)

    def _tell(self, exchange: Exchange, *, whole: bool) -> None:
        exchange.end(whole=whole)
        for witness in self._witnesses:
            witness.saw(exchange)


def route_label(path: str) -> str:
    """The route's own name, so that a made-up path cannot make a new series.

    >>> route_label("/checkout"), route_label("/chaos/leases/7"), route_label("/wp-admin")
    ('/checkout', '/chaos', 'other')
    """
    if path in ROUTES:
        return path
    return "/chaos" if path == "/chaos" or path.startswith("/chaos/") else "other"


def _usable(payload: bytes) -> bool:
    """Whether a buyer's browser could go on with this answer: JSON that names an order."""
    if len(payload) > _PAYLOAD_LIMIT:
        return False
    try:
        answer = json.loads(payload.decode())
    except ValueError:
        return False
    return isinstance(answer, dict) and bool(answer.get("order"))
