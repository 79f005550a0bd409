"""The proxy as two ASGI applications: the one that clients meet, and the one that controllers and scrapers meet.

They listen on two ports, so that no path of the upstream is hidden behind one of the proxy's own, and so that who
may send requests can't reach the control plane for that.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import aiohttp
from prometheus_client import disable_created_metrics, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as Path
from starlette.types import ASGIApp, Receive, Scope, Send

from chaos.faults.kinds import LeaseRequest, StaleFault
from chaos.plane.asgi import ChaosMiddleware
from chaos.plane.control import control_routes
from chaos.plane.exposition import LeaseCollector
from chaos.plane.lease import Ceilings, Lease, LeaseTable
from chaos.proxy.forward import Forward, Upstream
from chaos.proxy.metrics import ProxyMetrics, RequestMeter, Route
from slotui.errors import UsageError

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Identity:
    """What the proxy says of itself to controllers, and what it grants them at most.

    `remote`: controllers on other machines are meant, too.
    """

    service: str
    environment: str
    token: str = field(repr=False)
    ceilings: Ceilings
    routes: tuple[Route, ...] = ()
    remote: bool = False


class RequestLeases(LeaseTable):
    """Leases of faults that meet requests: a proxy sees nothing else of a service."""

    def grant(self, request: LeaseRequest) -> Lease:
        """As in any table. Raises UsageError for a fault that only the service itself could have."""
        if any(isinstance(fault, StaleFault) for fault in request.faults):
            raise UsageError("a proxy sees no updates, so it cannot withhold one: `stale` needs chaos.middleware")
        return super().grant(request)


class ChaosProxy:
    """One service behind a proxy. A restarted proxy comes up clean."""

    def __init__(self, upstream: Upstream, identity: Identity) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the client left it without types
        self.leases = RequestLeases(identity.ceilings)
        self.metrics = ProxyMetrics(identity.service, identity.routes)
        self.metrics.registry.register(LeaseCollector(self.leases))
        self._upstream = upstream
        self._identity = identity

    def traffic(self, session: aiohttp.ClientSession) -> ASGIApp:
        """What clients meet, from the outside in: request meter, faults, upstream."""
        faulty = ChaosMiddleware(Forward(self._upstream, session), self.leases)
        return _only_http(RequestMeter(faulty, self.metrics))

    @property
    def control(self) -> ASGIApp:
        """What controllers and scrapers meet: /chaos, /metrics, and /healthz of the proxy itself."""
        mine = self._identity
        routes = control_routes(
            self.leases, mine.token, service=mine.service, environment=mine.environment, remote=mine.remote
        )
        return Starlette(routes=[*routes, Path("/metrics", self._exposition), Path("/healthz", self._healthy)])

    async def _exposition(self, _request: Request) -> Response:
        return Response(generate_latest(self.metrics.registry), media_type=_METRICS_TYPE)

    async def _healthy(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})


def _only_http(app: ASGIApp) -> ASGIApp:
    """`app` for requests; a WebSocket is refused at its handshake, where the server speaks of one at all."""

    async def http(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1003, "reason": "chaos proxy: only HTTP passes here"})
        else:
            await app(scope, receive, send)

    return http
