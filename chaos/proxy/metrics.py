"""What the proxy counts: every request it answered, as its clients saw it, whether a fault was in it or not.

`RequestMeter` is the outermost ASGI layer. Labels are bounded whatever clients send: routes are those that were
named, and methods and codes those that are usual; the others share a label.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chaos.plane.answers import ABORT
from slotui.clock import Clock, now
from slotui.errors import UsageError

Cause = Literal["none", "service", "client"]
"""Who is to blame: nobody, the service (a fault counts as one of its own), a client that did not wait for the end."""

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds, those of the lab's service: a latency SLO names one of them."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

CODES = ("200", "201", "202", "204", "301", "302", "304", "400", "401", "403", "404", "409", "413", "422", "429",
         "499", "500", "501", "502", "503", "504")  # fmt: skip
"""Counted by number; the others by their class, as 4xx."""

_CLASSES = ("2xx", "3xx", "4xx", "5xx")
_UNNAMED = "other"
_CLIENT_LEFT = 499
"""No code of HTTP: nginx's name for a client that left before its answer began."""


@dataclass(frozen=True, slots=True)
class Route:
    """Requests with a label of their own: those whose path fits `glob`, of one method or of any."""

    glob: str
    method: str | None = None

    @classmethod
    def parse(cls, text: str) -> Route:
        """`/checkout`, `/orders/*` or `POST /checkout`. Raises UsageError.

        >>> Route.parse("POST /checkout")
        Route(glob='/checkout', method='POST')
        """
        method, _, glob = text.strip().rpartition(" ")
        if not glob.startswith(("/", "*")) or method not in ("", *METHODS):
            raise UsageError(f"{text!r} is not a route", fix="write it as /checkout, '/orders/*' or 'POST /checkout'")
        return cls(glob, method or None)

    def fits(self, method: str, path: str) -> bool:
        return self.method in (None, method) and fnmatchcase(path, self.glob)


class ProxyMetrics:
    """The proxy's metrics in a registry of their own.

    Every child of a named route exists from the start at 0, or `increase()` would miss the first event of each kind:
    of its method, and of GET and POST where it has none.
    """

    def __init__(self, service: str, routes: Sequence[Route] = (), clock: Clock = now) -> None:
        self._service = service
        self._routes = tuple(routes)
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "http_requests_total",
            "Requests answered, by who is to blame (cause) and whether a probe sent them (synthetic).",
            ["service", "method", "route", "code", "cause", "synthetic"],
            registry=self.registry,
        )
        self._durations = Histogram(
            "http_request_duration_seconds",
            "Seconds from the request's arrival to the end of its answer.",
            ["service", "method", "route", "synthetic"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        Gauge(
            "process_start_time_seconds",
            "When this process started, in seconds since the epoch.",
            registry=self.registry,
        ).set(clock())
        for route in self._routes:
            for method in (route.method,) if route.method else ("GET", "POST"):
                self._begin(method, route.glob)

    def route_label(self, method: str, path: str) -> str:
        """The first named route that the request fits, so that a made-up path cannot make a new series."""
        return next((route.glob for route in self._routes if route.fits(method, path)), _UNNAMED)

    def observe(self, method: str, path: str, status: int, cause: Cause, *, synthetic: bool, seconds: float) -> None:
        """Count one answered request."""
        known, route = method if method in METHODS else _UNNAMED, self.route_label(method, path)
        probe = "true" if synthetic else "false"
        self._requests.labels(self._service, known, route, code_label(status), cause, probe).inc()
        self._durations.labels(self._service, known, route, probe).observe(seconds)

    def _begin(self, method: str, route: str) -> None:
        for probe in ("true", "false"):
            self._durations.labels(self._service, method, route, probe)
            for code, cause in _outcomes():
                self._requests.labels(self._service, method, route, code, cause, probe)


def code_label(status: int) -> str:
    """A bounded label: the usual codes by number, any other by its class.

    >>> code_label(503), code_label(418), code_label(299)
    ('503', '4xx', '2xx')
    """
    code = str(status)
    return code if code in CODES else f"{code[0]}xx"


def blame(status: int, *, whole: bool, left: bool) -> Cause:
    """Who is to blame for an answer that came to its end (`whole`), or for one that the client `left`.

    >>> blame(404, whole=True, left=False), blame(200, whole=False, left=False), blame(200, whole=False, left=True)
    ('none', 'service', 'client')
    """
    if status >= 500:
        return "service"
    if whole:
        return "none"
    return "client" if left else "service"


def _outcomes() -> Iterator[tuple[str, Cause]]:
    """Every code and cause that a request can be counted under."""
    for code in (*CODES, *_CLASSES):
        if code.startswith("5"):
            yield code, "service"
        elif code == str(_CLIENT_LEFT):
            yield code, "client"
        else:
            yield code, "none"
            yield code, "service"
            yield code, "client"


class RequestMeter:
    """ASGI middleware that counts and times every HTTP request. `monotonic` is in seconds."""

    def __init__(self, app: ASGIApp, metrics: ProxyMetrics, monotonic: Callable[[], float] = time.perf_counter) -> None:
        self._app = app
        self._metrics = metrics
        self._monotonic = monotonic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, self._metrics, self._monotonic)

        async def metered(message: Message) -> None:
            # Before the last byte leaves: who holds an answer finds it in the metrics.
            exchange.saw(message)
            await send(message)

        try:
            await self._app(exchange.watched(scope), receive, metered)
        except Exception:
            exchange.broke()
            raise
        finally:
            exchange.over()


class _Exchange:
    """One request and what is known of its answer so far."""

    def __init__(self, scope: Scope, metrics: ProxyMetrics, monotonic: Callable[[], float]) -> None:
        self._scope = scope
        self._metrics = metrics
        self._monotonic = monotonic
        self._started = monotonic()
        self._status: int | None = None
        self._counted = False

    def watched(self, scope: Scope) -> Scope:
        """`scope` with a way to cut the connection, if there is one, that tells when it was cut on this side."""
        extensions = scope.get("extensions") or {}
        if ABORT not in extensions:
            return scope
        abort = extensions[ABORT]["abort"]

        def cut() -> None:
            self.broke()
            abort()

        return {**scope, "extensions": {**extensions, ABORT: {"abort": cut}}}

    def saw(self, message: Message) -> None:
        """Note a message on its way to the client; count the request at the last one."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            self._count(whole=True, left=False)

    def broke(self) -> None:
        """Count a request whose answer this side has cut short."""
        self._count(whole=False, left=False)

    def over(self) -> None:
        """Count a request whose answer never came to its end, and nobody cut it: the client has left."""
        self._count(whole=False, left=True)

    def _count(self, *, whole: bool, left: bool) -> None:
        if self._counted:
            return
        self._counted = True
        status = self._status
        if status is None:
            status = _CLIENT_LEFT if left else 502
        self._metrics.observe(
            self._scope["method"],
            self._scope["path"],
            status,
            blame(status, whole=whole, left=left),
            synthetic=_synthetic(self._scope),
            seconds=self._monotonic() - self._started,
        )


def _synthetic(scope: Scope) -> bool:
    """Whether a probe sent it, by the header that the faults spare it for, too."""
    return any(name == b"x-synthetic" and value.lower() == b"true" for name, value in scope["headers"])
