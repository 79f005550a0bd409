"""Prometheus' HTTP API, as far as a live loop needs it: instant queries in, series out, errors in words."""

from __future__ import annotations

import ipaddress
import math
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from slotui.core.plain import clean
from slotui.errors import SourceError, UsageError
from slotui.source.address import address_of
from slotui.source.connection import DIRECT, Connection
from slotui.source.prometheus.login import login
from slotui.source.prometheus.refusal import handshake, refused

_MANY = 200
"""Characters of a long reason that are kept at each end."""
_TIMEOUT = httpx.Timeout(10.0, connect=3.0)
_PATIENCE = httpx.Timeout(120.0, connect=3.0)
"""For history, which is asked for in few and long questions; Prometheus itself gives up after two minutes."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series of an answer: labels (the name among them), and `(UTC seconds, value)` points, finite only."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]

    @property
    def value(self) -> float:
        """The newest value."""
        return self.points[-1][1]


class Api:
    """A Prometheus at `url`; a path before `/api` is kept, credentials in the URL are used and never shown."""

    def __init__(
        self, url: str, connection: Connection = DIRECT, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.url = address_of(url)
        self._client = _client(self.url, connection, login(url, connection), transport)
        self.requests = 0
        self.longest = math.inf
        """Characters of the longest expression that the server takes."""
        self._warnings: list[str] = []

    async def query(self, expression: str, at: float) -> list[Series]:
        """An instant query: a vector (one point a series), a matrix (many) or a scalar. Raises `SourceError`."""
        return _series(await self._ask("/api/v1/query", {"query": expression, "time": f"{at:.3f}"}))

    async def query_range(self, expression: str, start: float, end: float, step: float) -> list[Series]:
        """A range query. Raises `SourceError`."""
        form = {"query": expression, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step:g}"}
        return _series(await self._ask("/api/v1/query_range", form, _PATIENCE))

    async def get(self, path: str) -> httpx.Response:
        """What another endpoint answers, whatever it is. Raises `SourceError` where nobody does."""
        return await self._send(self._client.build_request("GET", path))

    def take_warnings(self) -> tuple[str, ...]:
        """What servers said since the last call about answers that are not whole, each once."""
        taken = tuple(dict.fromkeys(self._warnings))
        self._warnings.clear()
        return taken

    async def close(self) -> None:
        await self._client.aclose()

    async def _ask(self, path: str, form: dict[str, str], patience: httpx.Timeout = _TIMEOUT) -> Any:
        # A form, not a query string: one expression for many SLOs is longer than some proxies' URLs.
        # Without `nocache` VictoriaMetrics answers for 30 seconds ago, and says it were now; others ignore it.
        request = self._client.build_request("POST", path, data={**form, "nocache": "1"}, timeout=patience)
        body = _body(self.url, await self._send(request))
        self._warnings += _doubts(body)
        return body.get("data")

    async def _send(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        try:
            return await self._client.send(request)
        except httpx.TimeoutException as error:
            raise SourceError(f"{self.url} did not answer in time", fix="is Prometheus overloaded?") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            reason = str(error) or type(error).__name__
            if known := handshake(self.url, error):
                raise known from error
            raise SourceError(f"{self.url}: {reason}", fix="is Prometheus up at this address?") from error


def _client(
    url: str, connection: Connection, auth: httpx.Auth | None, transport: httpx.AsyncBaseTransport | None
) -> httpx.AsyncClient:
    secure = url.startswith("https:")
    if connection.wants_tls and not secure:
        raise UsageError(f"{url} is not encrypted, and certificates are of no use with it", fix="write it as https://…")
    try:
        return httpx.AsyncClient(
            base_url=url,
            timeout=_TIMEOUT,
            # For a plain address no authority is loaded: that takes longer than the first question.
            verify=connection.tls() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            trust_env=not is_loopback(urlsplit(url).hostname or ""),
            auth=auth,
            headers=list(connection.headers),
            transport=transport,
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise UsageError(f"the proxy of this environment cannot be used: {error}", fix="see HTTPS_PROXY") from error


def is_loopback(host: str) -> bool:
    """Whether a proxy could not reach the host that is meant."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _body(url: str, answer: httpx.Response) -> Mapping[str, Any]:
    if no := refused(url, answer):
        raise no
    try:
        body = answer.json()
    except ValueError:
        what = "a web page" if "html" in answer.headers.get("content-type", "") else "something else than JSON"
        raise SourceError(
            f"{url} answered {answer.status_code} with {what}", fix="is this Prometheus, or a login page before it?"
        ) from None
    if not isinstance(body, dict) or body.get("status") != "success":
        reason = body.get("error", "no reason given") if isinstance(body, dict) else "no reason given"
        raise SourceError(f"{url} answered {answer.status_code}: {_shortened(clean(str(reason)))}")
    return body


def _shortened(reason: str) -> str:
    """VictoriaMetrics repeats the whole query around what was wrong with it: what it says first and last is kept."""
    return reason if len(reason) <= 2 * _MANY else f"{reason[:_MANY]} … {reason[-_MANY:]}"


def _doubts(body: Mapping[str, Any]) -> list[str]:
    """Why an answer may not be whole: Thanos without one of its stores, VictoriaMetrics without one of its nodes."""
    said = body.get("warnings") or []
    warnings = said if isinstance(said, list) else [said]
    # Prometheus 2.48 to 2.55 put mere hints on style among them.
    found = [clean(str(warning)) for warning in warnings if not str(warning).startswith("PromQL info:")]
    return [*found, "some of its storage nodes did not answer"] if body.get("isPartial") is True else found


def _series(data: Any) -> list[Series]:
    try:
        kind, result = data["resultType"], data["result"]
        if kind == "scalar":
            return [Series({}, _finite([result]))]
        found = [Series(item["metric"], _finite(item.get("values") or [item["value"]])) for item in result]
    except (KeyError, TypeError, ValueError) as error:
        raise SourceError(f"an answer that is not Prometheus': {error!r}") from error
    return [series for series in found if series.points]


def _finite(points: Sequence[Sequence[Any]]) -> tuple[tuple[float, float], ...]:
    """NaN and ±Inf are no measurements."""
    return tuple((float(at), float(value)) for at, value in points if math.isfinite(float(value)))
