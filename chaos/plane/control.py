"""The control plane: Starlette routes to grant, renew, release, list and halt leases. Everything needs the token."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from chaos.faults.kinds import parse_request
from chaos.plane.lease import CeilingError, Lease, LeaseOver, LeaseTable, LeaseTaken, UnknownLease
from slotui.errors import SlotuiError, UsageError

LARGEST_BODY = 16 * 1024

Endpoint = Callable[[Request], Awaitable[Response]]


def control_routes(leases: LeaseTable, token: str, *, service: str, environment: str) -> list[BaseRoute]:
    """The routes under `/chaos`, for any Starlette application."""
    if not token:
        raise UsageError("the control plane needs a token")
    control = _Control(leases, token, service, environment)
    return [
        Mount(
            "/chaos",
            routes=[
                Route("/about", control.guarded(control.about), methods=["GET"]),
                Route("/leases", control.guarded(control.grant), methods=["POST"]),
                Route("/leases", control.guarded(control.listing), methods=["GET"]),
                Route("/leases/{id}/renew", control.guarded(control.renew), methods=["POST"]),
                Route("/leases/{id}", control.guarded(control.release), methods=["DELETE"]),
                Route("/halt", control.guarded(control.halt), methods=["POST"]),
            ],
        )
    ]


class _Control:
    """The endpoints; each answers with JSON."""

    def __init__(self, leases: LeaseTable, token: str, service: str, environment: str) -> None:
        self._leases = leases
        self._token = token
        self._service = service
        self._environment = environment

    def guarded(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint behind the token, its errors as sentences."""

        async def checked(request: Request) -> Response:
            if not _authorised(request, self._token):
                return _problem(401, "wrong or missing token", headers={"WWW-Authenticate": "Bearer"})
            try:
                return await endpoint(request)
            except ClientDisconnect:
                return _problem(400, "the client went away")
            except LeaseOver as error:
                return _problem(410, error.what, lease=self._told(error.lease))
            except SlotuiError as error:
                return _problem(_STATUS.get(type(error), 400), error.what)

        return checked

    async def about(self, _request: Request) -> Response:
        return JSONResponse(
            {"environment": self._environment, "service": self._service, "ceilings": asdict(self._leases.ceilings)}
        )

    async def grant(self, request: Request) -> Response:
        lease = self._leases.grant(parse_request(await _body(request)))
        return JSONResponse(self._told(lease), 201)

    async def renew(self, request: Request) -> Response:
        return JSONResponse(self._told(self._leases.renew(request.path_params["id"])))

    async def release(self, request: Request) -> Response:
        return JSONResponse(self._told(self._leases.release(request.path_params["id"])))

    async def listing(self, _request: Request) -> Response:
        on, over = self._leases.active(), self._leases.recent()
        return JSONResponse({"active": [self._told(x) for x in on], "ended": [self._told(x) for x in over]})

    async def halt(self, _request: Request) -> Response:
        return JSONResponse({"halted": [self._told(lease) for lease in self._leases.halt()]})

    def _told(self, lease: Lease) -> dict[str, Any]:
        return describe(lease, self._leases.clock())


def describe(lease: Lease, now: float) -> dict[str, Any]:
    """A lease as JSON; `now` is of the table's clock, all lengths are seconds."""
    return {
        "id": lease.id,
        "operator": lease.request.operator,
        "faults": [
            {**dose.fault.model_dump(), "matched": dose.matched, "injected": dose.injected} for dose in lease.doses
        ],
        "matched": max(dose.matched for dose in lease.doses),
        "injected": sum(dose.injected for dose in lease.doses),
        "seconds_left": max(0.0, lease.expires - now) if lease.ended is None else 0.0,
        "ending": lease.ending,
        "ended_seconds_ago": None if lease.ended is None else max(0.0, now - lease.ended),
    }


_STATUS: dict[type[SlotuiError], int] = {CeilingError: 403, UnknownLease: 404, LeaseTaken: 409, UsageError: 422}


class _TooLarge(UsageError):
    """A body beyond `LARGEST_BODY`."""


_STATUS[_TooLarge] = 413


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise _TooLarge(f"the body is larger than {LARGEST_BODY} bytes")
    return body


def _authorised(request: Request, token: str) -> bool:
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    # Constant time, and over bytes: compare_digest refuses text beyond ASCII.
    return hmac.compare_digest(shown.strip().encode(), token.encode()) and scheme.lower() == "bearer"


def _problem(status: int, sentence: str, *, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    return JSONResponse({"error": sentence, **more}, status, headers)
