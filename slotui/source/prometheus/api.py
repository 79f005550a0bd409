"""Prometheus' HTTP API, as far as a live loop needs it: instant queries in, series out, errors in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from slotui.errors import SourceError, UsageError

_TIMEOUT = httpx.Timeout(10.0, connect=3.0)


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

    def __init__(self, url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"{url!r} is not an address", fix="write it as http://127.0.0.1:9090")
        self.url = _without_credentials(url)
        auth = httpx.BasicAuth(parts.username, parts.password or "") if parts.username else None
        self._client = httpx.AsyncClient(
            base_url=self.url.rstrip("/"), timeout=_TIMEOUT, trust_env=False, auth=auth, transport=transport
        )
        self.requests = 0

    async def query(self, expression: str, at: float) -> list[Series]:
        """An instant query: a vector (one point a series), a matrix (many) or a scalar. Raises `SourceError`."""
        return _series(await self._ask("/api/v1/query", {"query": expression, "time": f"{at:.3f}"}))

    async def query_range(self, expression: str, start: float, end: float, step: float) -> list[Series]:
        """A range query. Raises `SourceError`."""
        form = {"query": expression, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step:g}"}
        return _series(await self._ask("/api/v1/query_range", form))

    async def get(self, path: str) -> httpx.Response:
        """What another endpoint answers, whatever it is. Raises `SourceError` where nobody does."""
        return await self._send(self._client.build_request("GET", path))

    async def close(self) -> None:
        await self._client.aclose()

    async def _ask(self, path: str, form: dict[str, str]) -> Any:
        # A form, not a query string: one expression for many SLOs is longer than some proxies' URLs.
        return _data(self.url, await self._send(self._client.build_request("POST", path, data=form)))

    async def _send(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        try:
            return await self._client.send(request)
        except httpx.TimeoutException as error:
            raise SourceError(f"{self.url} did not answer in time", fix="is Prometheus overloaded?") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            reason = str(error) or type(error).__name__
            raise SourceError(f"{self.url}: {reason}", fix="is Prometheus up at this address?") from error


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    place = f"{host}:{parts.port}" if parts.port else host
    return urlunsplit((parts.scheme, place, parts.path.rstrip("/"), "", ""))


def _data(url: str, answer: httpx.Response) -> Any:
    try:
        body = answer.json()
    except ValueError:
        what = "a web page" if "html" in answer.headers.get("content-type", "") else "something else than JSON"
        raise SourceError(
            f"{url} answered {answer.status_code} with {what}", fix="is this Prometheus, or a login page before it?"
        ) from None
    if not isinstance(body, dict) or body.get("status") != "success":
        reason = body.get("error", "no reason given") if isinstance(body, dict) else "no reason given"
        raise SourceError(f"{url} answered {answer.status_code}: {reason}")
    return body.get("data")


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
