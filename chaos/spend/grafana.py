"""Spends as annotations on every Grafana dashboard, through its HTTP API.

A service that Prometheus scrapes shows its faults there as `chaos_active` too; this needs no such scrape, and says who
did what, why, and what it cost.
"""

from __future__ import annotations

from html import escape
from types import TracebackType
from typing import Any, Self

import httpx

from chaos.spend.address import http_url
from chaos.spend.report import entry_text
from slotui.core.entry import Entry
from slotui.errors import SourceError

TAG = "slotui"
"""On every annotation; beside it stand the entry's kind, its id as `entry:ID`, and `slo:NAME` for each SLO."""

_TIMEOUT = httpx.Timeout(3.0)
"""Seconds: a spend waits for it twice, before its fault is on and after it is over."""


class Grafana:
    """A Grafana, as somebody who may write annotations."""

    def __init__(self, url: str, token: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self.url = http_url(url, "http://127.0.0.1:3000")
        self._http = httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=_TIMEOUT, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._http.close()

    def mark(self, entry: Entry) -> None:
        """Show the entry with what is known of it by now, once, however often it is marked. Raises SourceError."""
        body = annotation(entry)
        known = self._ask("GET", params={"tags": [TAG, f"entry:{entry.id}"], "type": "annotation", "limit": 1})
        if isinstance(known, list) and known and isinstance(known[0], dict) and "id" in known[0]:
            self._ask("PATCH", f"/{known[0]['id']}", json=body)
        else:
            self._ask("POST", json=body)

    def _ask(self, method: str, path: str = "", **more: Any) -> Any:
        try:
            answer = self._http.request(method, f"/api/annotations{path}", **more)
        except httpx.HTTPError as error:
            raise SourceError(f"{self.url} does not answer: {error or type(error).__name__}") from error
        if not answer.is_success:
            hint = {401: "its token is not accepted", 403: "its token may not write annotations"}
            raise SourceError(f"{self.url}: {hint.get(answer.status_code, f'HTTP {answer.status_code}')}")
        try:
            return answer.json()
        except ValueError as error:
            raise SourceError(f"{self.url} is no Grafana: its answer is not JSON") from error


def annotation(entry: Entry) -> dict[str, Any]:
    """The entry as Grafana's API takes it: a point while it is on, a stretch (milliseconds) when it is over."""
    tags = [TAG, entry.kind, f"entry:{entry.id}", *(f"slo:{slo}" for slo in entry.slos)]
    # Grafana renders the text as HTML.
    body = {"time": round(entry.started * 1000), "tags": tags, "text": escape(entry_text(entry))}
    return body if entry.ended is None else {**body, "timeEnd": round(entry.ended * 1000)}
