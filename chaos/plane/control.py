"""The control plane: routes to grant, renew, release, list and halt leases. Everything needs the token."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable

from pydantic import TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from chaos.faults.kinds import LeaseId, LeaseRequest, parse_request
from chaos.plane.guard import Guard
from chaos.plane.lease import CeilingError, Lease, LeaseOver, LeaseTable, LeaseTaken, UnknownLease
from chaos.plane.messages import About, Document, Halted, LeaseGone, Leases, LeaseTold, Problem, tell
from chaos.plane.openapi import MOUNT, Operation, document
from slotui.errors import SlotuiError, UsageError

LARGEST_BODY = 16 * 1024
"""Bytes of a request."""

_LEASE_ID: TypeAdapter[str] = TypeAdapter(LeaseId)


class TooLarge(UsageError):
    """A body beyond LARGEST_BODY."""


class NotJson(UsageError):
    """A body that is announced as something else than JSON."""


_STATUS: dict[type[SlotuiError], int] = {
    CeilingError: 403,
    UnknownLease: 404,
    LeaseTaken: 409,
    TooLarge: 413,
    NotJson: 415,
    UsageError: 422,
}


def control_routes(
    leases: LeaseTable, token: str, *, service: str, environment: str, remote: bool = False
) -> list[BaseRoute]:
    """The routes under `/chaos`, for any Starlette application; `remote` lets other machines in, with the token."""
    control = _Control(leases, service, environment)
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in control.operations:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    app = Starlette(
        routes=[Route(path, _answering(of), methods=list(of)) for path, of in by_path.items()],
        exception_handlers={SlotuiError: control.refusal, HTTPException: _no_route, ClientDisconnect: _gone},
    )
    # A path with one slash too many is another path: a redirect would answer for a route that there is not.
    app.router.redirect_slashes = False
    mount = Mount(MOUNT, app=Guard(app, token=token, remote=remote))
    # The dot of Starlette's own pattern stops at a line feed, and who asks for one would be answered by the service.
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return [mount]


class _Control:
    """The endpoints, each from a request to a message or a SlotuiError."""

    def __init__(self, leases: LeaseTable, service: str, environment: str) -> None:
        self._leases = leases
        self._service = service
        self._environment = environment

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Everything that a client can ask for."""
        lease, renewal = "/leases/{id}", "/leases/{id}/renew"
        return (
            Operation("GET", "/about", "about", "Which service this is", self.about, About),
            Operation("GET", "/leases", "leases", "The leases that are on or ended lately", self.listing, Leases),
            Operation("POST", "/leases", "grant", "Start a lease", self.grant, LeaseTold, 201,
                      asks=LeaseRequest, refusals=(409, 413, 415, 422), leads_to=("renew", "release")),
            Operation("POST", renewal, "renew", "Keep a lease", self.renew, LeaseTold, refusals=(404, 410, 422)),
            Operation("DELETE", lease, "release", "End a lease, or hear how it ended", self.release, LeaseTold,
                      refusals=(404, 422)),
            Operation("POST", "/halt", "halt", "End every lease", self.halt, Halted),
            Operation("GET", "/openapi.json", "openapi", "This document", self.openapi, Document),
        )  # fmt: skip

    async def about(self, _request: Request) -> About:
        return About(environment=self._environment, service=self._service, ceilings=self._leases.ceilings)

    async def listing(self, _request: Request) -> Leases:
        return Leases(active=self._told(self._leases.active()), ended=self._told(self._leases.recent()))

    async def grant(self, request: Request) -> LeaseTold:
        return self._tell(self._leases.grant(parse_request(await _json(request))))

    async def renew(self, request: Request) -> LeaseTold:
        return self._tell(self._leases.renew(_lease_id(request)))

    async def release(self, request: Request) -> LeaseTold:
        return self._tell(self._leases.release(_lease_id(request)))

    async def halt(self, _request: Request) -> Halted:
        return Halted(halted=self._told(self._leases.halt()))

    async def openapi(self, _request: Request) -> Document:
        return Document(document(self.operations))

    async def refusal(self, _request: Request, error: Exception) -> Response:
        """An error as a sentence."""
        assert isinstance(error, SlotuiError)  # noqa: S101  # as registered
        if isinstance(error, LeaseOver):
            return tell(LeaseGone(error=error.what, lease=self._tell(error.lease)), 410)
        return tell(Problem(error=error.what), _STATUS[type(error)])

    def _tell(self, lease: Lease) -> LeaseTold:
        return LeaseTold.of(lease, self._leases.clock())

    def _told(self, leases: Iterable[Lease]) -> list[LeaseTold]:
        return [self._tell(lease) for lease in leases]


def _answering(operations: dict[str, Operation]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of one path: Starlette's `Allow` names all methods of a path only if they share a route."""

    async def answer(request: Request) -> Response:
        # Starlette lets HEAD in wherever there is GET.
        operation = operations["GET" if request.method == "HEAD" else request.method]
        return tell(await operation.does(request), operation.status)

    return answer


async def _no_route(request: Request, error: Exception) -> Response:
    """404 and 405 of the router, as sentences."""
    assert isinstance(error, HTTPException)  # noqa: S101  # as registered
    path = request.scope["path"]
    if error.status_code == 405 and error.headers:
        allowed = ", ".join(sorted(error.headers["Allow"].split(", ")))
        sentence = f"{request.method} means nothing at {path}: {allowed} does"
    else:
        sentence = f"there is no {path}: GET {MOUNT}/openapi.json says what there is"
    return tell(Problem(error=sentence), error.status_code, headers=error.headers)


async def _gone(_request: Request, _error: Exception) -> Response:
    """For nobody: the client went away before its body was here."""
    return Response(status_code=400)


def _lease_id(request: Request) -> str:
    shown = request.path_params["id"]
    try:
        return _LEASE_ID.validate_python(shown)
    except ValidationError as error:
        raise UsageError(f"{shown!r:.60} is no lease's id: {error.errors()[0]['msg']}") from error


async def _json(request: Request) -> bytes:
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "application/json":
        raise NotJson(f"the body is announced as {kind!r:.60}, not as application/json")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise TooLarge(f"the body is larger than {LARGEST_BODY} bytes")
    return body
