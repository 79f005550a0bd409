"""The controller's line to the control plane of a service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from chaos.faults.kinds import LeaseRequest
from chaos.plane.lease import Ceilings, LeaseEnding, LeaseTaken, UnknownLease
from chaos.plane.token import load
from chaos.spend.address import http_url
from slotui.errors import RefusedError, SlotuiError, SourceError, UsageError

T = TypeVar("T")

_TIMEOUT = httpx.Timeout(1.5)
"""Seconds: short enough for a second try before a lease lapses."""


class TargetUnreachable(SourceError):
    """The service does not answer, or not as a control plane does."""


@dataclass(frozen=True, slots=True)
class About:
    """What a service says of itself."""

    environment: str
    service: str
    ceilings: Ceilings


@dataclass(frozen=True, slots=True)
class Tally:
    """One fault of a lease: how many requests it met, and how many it hit."""

    kind: str
    route: str
    method: str | None
    matched: int
    injected: int


@dataclass(frozen=True, slots=True)
class LeaseSeen:
    """A lease as the service tells it. `seconds_left` of its whole time; `ended_ago` in seconds, None while on."""

    id: str
    operator: str
    faults: tuple[Tally, ...]
    matched: int
    injected: int
    seconds_left: float
    ending: LeaseEnding | None
    ended_ago: float | None


@dataclass(frozen=True, slots=True)
class Place:
    """A service that can be failed, and the file with its token."""

    target: str
    token_file: Path

    def open(self) -> ControlPlane:
        """The line to it. Raises UsageError where the token is missing."""
        try:
            return ControlPlane(self.target, load(self.token_file))
        except FileNotFoundError as error:
            raise UsageError(
                f"{self.token_file}: no token there", fix="name the service's token with --token-file FILE"
            ) from error


class LeaseEnded(SlotuiError):
    """The lease ended before; `lease` is its last account."""

    def __init__(self, what: str, lease: LeaseSeen) -> None:
        super().__init__(what)
        self.lease = lease


class ControlPlane:
    """A service's `/chaos` routes. Every method raises TargetUnreachable, and UsageError for a wrong token."""

    def __init__(self, url: str, token: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self.url = http_url(url, "http://127.0.0.1:8085")
        # trust_env: a proxy of the environment must never see the token of a service on this machine.
        self._http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=_TIMEOUT,
            trust_env=False,
            # Without TLS no certificates are loaded: half of what a short command like `chaos halt` takes.
            verify=self.url.startswith("https:"),
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def about(self) -> About:
        """Which service this is, and what it grants at most."""
        data = self._ask("GET", "/chaos/about")
        return self._read(lambda: About(data["environment"], data["service"], Ceilings(**data["ceilings"])))

    def grant(self, request: LeaseRequest) -> LeaseSeen:
        """Start a lease. Raises RefusedError above a ceiling, LeaseTaken."""
        return self._lease(self._ask("POST", "/chaos/leases", body=request.model_dump_json()))

    def renew(self, lease_id: str) -> LeaseSeen:
        """Keep a lease. Raises LeaseEnded, UnknownLease."""
        return self._lease(self._ask("POST", f"/chaos/leases/{lease_id}/renew"))

    def release(self, lease_id: str) -> LeaseSeen:
        """End a lease, or hear how it ended. Raises UnknownLease."""
        return self._lease(self._ask("DELETE", f"/chaos/leases/{lease_id}"))

    def leases(self) -> tuple[LeaseSeen, ...]:
        """The leases that are on, then those that were, each oldest first."""
        data = self._ask("GET", "/chaos/leases")
        return self._read(lambda: tuple(self._lease(lease) for lease in (*data["active"], *data["ended"])))

    def halt(self) -> tuple[LeaseSeen, ...]:
        """End every lease; what was on."""
        data = self._ask("POST", "/chaos/halt")
        return self._read(lambda: tuple(self._lease(lease) for lease in data["halted"]))

    def metrics_page(self) -> str | None:
        """The service's own `/metrics`, or None where it has none."""
        try:
            answer = self._http.get("/metrics")
        except httpx.HTTPError:
            return None
        return answer.text if answer.is_success else None

    def _ask(self, method: str, path: str, *, body: str | None = None) -> dict[str, Any]:
        kind = None if body is None else {"Content-Type": "application/json"}
        try:
            answer = self._http.request(method, path, content=body, headers=kind)
        except httpx.HTTPError as error:
            raise TargetUnreachable(
                f"{self.url} does not answer: {error or type(error).__name__}",
                fix="is the service up? slotui lab status",
            ) from error
        try:
            data = answer.json()
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise TargetUnreachable(
                f"{self.url} has no chaos control plane (HTTP {answer.status_code})",
                fix="mount chaos.middleware.Plane in the service, or name another --target",
            )
        if not answer.is_success:
            raise self._refusal(answer.status_code, data)
        return data

    def _refusal(self, status: int, data: Mapping[str, Any]) -> SlotuiError:
        sentence = str(data.get("error", f"HTTP {status}"))
        match status:
            case 401:
                return UsageError(f"{self.url}: {sentence}", fix="name the service's own token with --token-file")
            case 403:
                return RefusedError(f"{self.url}: {sentence}")
            case 404:
                return UnknownLease(sentence)
            case 409:
                return LeaseTaken(sentence)
            case 410 if "lease" in data:
                return LeaseEnded(sentence, self._lease(data["lease"]))
            case 413 | 422:
                return UsageError(f"{self.url}: {sentence}")
        return TargetUnreachable(f"{self.url}: HTTP {status}: {sentence}")

    def _lease(self, data: Mapping[str, Any]) -> LeaseSeen:
        return self._read(
            lambda: LeaseSeen(
                id=data["id"],
                operator=data["operator"],
                faults=tuple(
                    # A stale fault meets updates, not requests: it has neither route nor method.
                    Tally(x["kind"], x.get("route", "*"), x.get("method"), x["matched"], x["injected"])
                    for x in data["faults"]
                ),
                matched=data["matched"],
                injected=data["injected"],
                seconds_left=data["seconds_left"],
                ending=data["ending"],
                ended_ago=data["ended_seconds_ago"],
            )
        )

    def _read(self, reading: Callable[[], T]) -> T:
        try:
            return reading()
        except (KeyError, TypeError) as error:
            raise TargetUnreachable(
                f"{self.url}: its control plane speaks another version ({error})", fix="upgrade both sides"
            ) from error
