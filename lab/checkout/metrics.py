"""What the shop counts about itself, measured where a load balancer would: outside everything else.

`RequestMeter` is the outermost ASGI layer, so an injected error or delay counts exactly as a customer sees it. A
request is counted before the last byte of its answer leaves: who holds an answer finds it in `/metrics`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chaos.plane.answers import CAUSE_HEADER
from lab.checkout.nature import CAUSES
from slotui.clock import Clock, now

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds; the latency SLO counts what is in `le="0.4"`."""

TIERS = ("free", "plus", "business")
CODES = ("200", "400", "402", "404", "405", "413", "500", "502", "503", "504")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ROUTES = ("/checkout", "/inventory", "/healthz", "/readyz", "/metrics")

_CHECKOUT = "/checkout"
_CHECKOUT_CODES = ("200", "400", "402", "413", "500", "502", "503", "504", "2xx", "3xx", "4xx", "5xx")
_PAYLOAD_LIMIT = 64 * 1024


class Metrics:
    """The shop's metrics in a registry of their own; every child of POST /checkout exists from the start, at 0.

    Without the zeros `increase()` would miss the first event of each kind.
    """

    def __init__(self, service: str = "checkout", clock: Clock = now) -> None:
        self.service = service
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "http_requests_total",
            "Requests answered, by the part that failed them (cause) and whether a probe sent them (synthetic).",
            ["service", "method", "route", "code", "tier", "cause", "synthetic"],
            registry=self.registry,
        )
        self.durations = Histogram(
            "http_request_duration_seconds",
            "Seconds from the request's arrival to the end of its answer.",
            ["service", "method", "route", "tier", "synthetic"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.inventory_updated = Gauge(
            "inventory_updated_timestamp_seconds",
            "When the stock that buyers see was last read, in seconds since the epoch.",
            ["service"],
            registry=self.registry,
        )
        # By hand, not by the client's ProcessCollector: scrapers tell a restart by it, on every platform.
        Gauge(
            "process_start_time_seconds",
            "When this process started, in seconds since the epoch.",
            registry=self.registry,
        ).set(clock())
        for tier in TIERS:
            for synthetic in ("true", "false"):
                self.durations.labels(service, "POST", _CHECKOUT, tier, synthetic)
                for code, cause in checkout_outcomes():
                    self.requests.labels(service, "POST", _CHECKOUT, code, tier, cause, synthetic)

    def observe(
        self, method: str, route: str, code: str, tier: str, cause: str, synthetic: str, seconds: float
    ) -> None:
        """Count one answered request."""
        self.requests.labels(self.service, method, route, code, tier, cause, synthetic).inc()
        self.durations.labels(self.service, method, route, tier, synthetic).observe(seconds)


def checkout_outcomes() -> Iterable[tuple[str, str]]:
    """Every (code, cause) that a checkout can be counted under: a 2xx may still carry an unusable payload."""
    for code in _CHECKOUT_CODES:
        if code.startswith("2"):
            yield code, "none"
            yield code, "checkout"
        else:
            yield from ((code, cause) for cause in CAUSES)


def code_label(status: int) -> str:
    """A bounded label: the usual codes by number, any other by its class.

    >>> code_label(503), code_label(418), code_label(299)
    ('503', '4xx', '2xx')
    """
    code = str(status)
    return code if code in CODES else f"{code[0]}xx"


def route_label(path: str) -> str:
    """The route's own name, so that a made-up path cannot make a new series.

    >>> route_label("/checkout"), route_label("/chaos/leases/7"), route_label("/wp-admin")
    ('/checkout', '/chaos', 'other')
    """
    if path in ROUTES:
        return path
    return "/chaos" if path == "/chaos" or path.startswith("/chaos/") else "other"


class RequestMeter:
    """ASGI middleware that counts and times every HTTP request. `monotonic` is in seconds."""

    def __init__(self, app: ASGIApp, metrics: Metrics, monotonic: Callable[[], float] = time.perf_counter) -> None:
        self._app = app
        self._metrics = metrics
        self._monotonic = monotonic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, self._metrics, self._monotonic)

        async def metered(message: Message) -> None:
            exchange.saw(message)
            await send(message)

        try:
            await self._app(scope, receive, metered)
        finally:
            # An app that raised, or went away without an answer: the customer got a 500 or a cut connection.
            exchange.count_broken()


class _Exchange:
    """One request and what is known of its answer so far."""

    def __init__(self, scope: Scope, metrics: Metrics, monotonic: Callable[[], float]) -> None:
        self._metrics = metrics
        self._monotonic = monotonic
        self._started = monotonic()
        headers = dict(scope["headers"])
        tier = headers.get(b"x-customer-tier", b"").decode("latin-1").lower()
        self._tier = tier if tier in TIERS else TIERS[0]
        self._synthetic = "true" if headers.get(b"x-synthetic", b"").lower() == b"true" else "false"
        self._method = scope["method"] if scope["method"] in METHODS else "other"
        self._route = route_label(scope["path"])
        self._status: int | None = None
        self._cause: str | None = None
        self._payload = bytearray()
        self._counted = False

    def saw(self, message: Message) -> None:
        """Note a message on its way to the customer; count the request at the last one."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            named = dict(message.get("headers", ())).get(CAUSE_HEADER, b"").decode("latin-1")
            self._cause = named if named in CAUSES else None
        elif message["type"] == "http.response.body":
            if len(self._payload) <= _PAYLOAD_LIMIT:
                self._payload += message.get("body", b"")
            if not message.get("more_body", False):
                self._count(whole=True)

    def count_broken(self) -> None:
        """Count a request whose answer never came to its end."""
        self._count(whole=False)

    def _count(self, *, whole: bool) -> None:
        if self._counted:
            return
        self._counted = True
        status = self._status if self._status is not None else 500
        seconds = self._monotonic() - self._started
        self._metrics.observe(
            self._method,
            self._route,
            code_label(status),
            self._tier,
            self._blame(status, whole=whole),
            self._synthetic,
            seconds,
        )

    def _blame(self, status: int, *, whole: bool) -> str:
        if self._cause is not None:
            return self._cause
        if not whole or status >= 300:
            return "checkout"
        checkout = self._route == _CHECKOUT and self._method == "POST"
        return "checkout" if checkout and not _usable(bytes(self._payload)) else "none"


def _usable(payload: bytes) -> bool:
    """Whether a buyer's browser could go on with this answer: JSON that names an order."""
    if len(payload) > _PAYLOAD_LIMIT:
        return False
    try:
        answer = json.loads(payload)
    except ValueError:
        return False
    return isinstance(answer, dict) and bool(answer.get("order"))
