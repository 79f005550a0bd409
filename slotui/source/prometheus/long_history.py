"""Months of five-minute counts, downloaded from a Prometheus chunk by chunk, for questions that are asked once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from prometheus_api_client import PrometheusConnect
from prometheus_api_client.exceptions import PrometheusApiClientException
from requests import ConnectionError as NotReached
from requests import RequestException, Timeout
from urllib3.util import Retry

from slotui.core.counting import STEP, bad_expr, eligible_expr
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.duration import DAY, compact
from slotui.errors import SourceError
from slotui.source.address import address_of
from slotui.source.connection import DIRECT, Connection
from slotui.source.prometheus.questions import TAG, Question, joined
from slotui.source.prometheus.session import session_for

CHUNK = 5 * DAY
"""VictoriaMetrics computes at most 30 000 points a series; five days of looks every 15 seconds are 28 800."""
_LAG = 30
"""Seconds that a step is left to ripen, so that its last scrape is in."""
_TRIES = 3
_PAUSE = 0.5
_TIMEOUT = 120
"""Seconds after which Prometheus gives up on a query, unless it was told otherwise."""
_LONGEST = 2000
"""Characters of an expression that asks two things at once: it travels in the address, which may not get too long."""
_MANY = 200
"""Characters of a reason that are kept."""
_ANSWER = re.compile(r"HTTP Status Code (\d+) \(b['\"](.*)['\"]\)", re.DOTALL)
_ERROR = re.compile(r'"error":\s*"((?:[^"\\]|\\.)*)"')
_BUSY = (429, 500, 502, 503, 504)
_FAILURES = (RequestException, PrometheusApiClientException, ValueError, KeyError, TypeError)
"""No way there, an answer that is an error, or one that is not Prometheus'."""
_FIX = "is Prometheus up at this address, and may this login read metrics?"


@dataclass(frozen=True, slots=True)
class Gap:
    """A chunk `(start, end]` (UTC seconds) that could not be had, whatever was tried, and why."""

    start: float
    end: float
    why: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """What came for one SLO: counts by five-minute step, or the gap in their place."""

    slo: str
    spans: tuple[Span, ...]
    gap: Gap | None = None


class LongHistory:
    """Downloads through `prometheus-api-client`; a chunk that fails is asked for three times before it is a gap."""

    def __init__(self, url: str, connection: Connection = DIRECT, *, pause: float = _PAUSE) -> None:
        self.url = address_of(url)
        retry = Retry(total=_TRIES - 1, backoff_factor=pause, status_forcelist=_BUSY, raise_on_status=False)
        self._client = PrometheusConnect(
            self.url,
            headers=dict(connection.headers) or None,
            retry=retry,
            session=session_for(url, connection),
            timeout=_TIMEOUT,
        )

    def chunks(self, slos: Sequence[Slo], now: float, length: float) -> int:
        """How many chunks a download is."""
        return len(slos) * len(_borders(now, length))

    def download(self, slos: Sequence[Slo], now: float, length: float) -> Iterator[Chunk]:
        """Every chunk of the `length` seconds up to `now` (UTC seconds), the newest first.

        Raises `SourceError` where no later chunk could fare better: nobody answers, or the server refuses.
        """
        answered = False
        for start, end in reversed(_borders(now, length)):
            for slo in slos:
                try:
                    spans = tuple(self._counts(slo, start, end))
                except _FAILURES as error:
                    if _refused(error) or (isinstance(error, NotReached) and not answered):
                        raise SourceError(f"{self.url}: {_reason(error)}", fix=_FIX) from error
                    yield Chunk(slo.name, (), Gap(start, end, _reason(error)))
                else:
                    answered = True
                    yield Chunk(slo.name, spans)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _counts(self, slo: Slo, start: float, end: float) -> Iterator[Span]:
        questions = [
            Question(("eligible",), eligible_expr(slo.sli, STEP, exact=True)),
            Question(("bad",), bad_expr(slo.sli, STEP, exact=True)),
        ]
        first, last = (datetime.fromtimestamp(at, UTC) for at in (start + STEP, end))
        found = {
            series["metric"].get(TAG): _points(series)
            for expression in joined(questions, _LONGEST)
            for series in self._client.custom_query_range(expression, first, last, compact(STEP))
        }
        bad = found.get("bad", {})
        for at, events in sorted(found.get("eligible", {}).items()):
            yield Span(at - STEP, at, events, min(bad.get(at, 0.0), events), STEP)


def lines_of(chunks: Sequence[Chunk]) -> Mapping[str, Timeline]:
    """The counts of a download, one timeline for each SLO; gaps are holes in it."""
    spans: dict[str, list[Span]] = {}
    for chunk in chunks:
        spans.setdefault(chunk.slo, []).extend(chunk.spans)
    return {name: Timeline(sorted(found)) for name, found in spans.items()}


def _borders(now: float, length: float) -> list[tuple[float, float]]:
    """`(start, end]` of each chunk, oldest first, on whole steps."""
    end = (now - _LAG) // STEP * STEP
    start = end - math.ceil(length / STEP) * STEP
    return [(left, min(left + CHUNK, end)) for left in _range(start, end, CHUNK)]


def _range(start: float, end: float, step: float) -> list[float]:
    return [start + index * step for index in range(math.ceil((end - start) / step))]


def _points(series: Mapping[str, Any]) -> dict[float, float]:
    """Finite points by their UTC seconds."""
    points = ((float(at), float(value)) for at, value in series["values"])
    return {at: value for at, value in points if math.isfinite(value)}


def _status(error: Exception) -> tuple[int, str] | None:
    """The status and the body of an answer that the client took for an error, out of its words; None for others."""
    found = _ANSWER.fullmatch(str(error)) if isinstance(error, PrometheusApiClientException) else None
    return None if found is None else (int(found[1]), found[2])


def _refused(error: Exception) -> bool:
    """Whether the server understood, and will not do it however often it is asked."""
    status = _status(error)
    return status is not None and status[0] in (400, 401, 403, 404, 405)


def _reason(error: Exception) -> str:
    """A failure in one line, without the address that requests repeats in it."""
    if status := _status(error):
        code, body = status
        said = _ERROR.search(body)
        return f"{code}: {said[1] if said else body}"[:_MANY].rstrip(": ")
    if isinstance(error, NotReached):
        return "nobody answers at this address"
    if isinstance(error, Timeout):
        return "no answer in time"
    if isinstance(error, (ValueError, KeyError, TypeError)):  # requests' own error on JSON is a ValueError, too
        return "an answer that is not Prometheus'"
    return type(error).__name__
