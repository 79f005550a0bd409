"""One look at a /metrics page: the samples on it, and when they were true."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families

from slotui.core.sli import Selector
from slotui.errors import SourceError

_TIMEOUT = httpx.Timeout(4.0)
_LARGEST_PAGE = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Sample:
    """One series' value."""

    metric: str
    labels: tuple[tuple[str, str], ...]
    value: float

    @property
    def series(self) -> str:
        """The series' identity, as text: metric and sorted labels."""
        return self.metric + "\x1f".join(f"{name}\x1e{value}" for name, value in self.labels)

    def label(self, name: str) -> str:
        return next((value for label, value in self.labels if label == name), "")


@dataclass(frozen=True, slots=True)
class Page:
    """What a service said at `at` (UTC seconds)."""

    at: float
    samples: tuple[Sample, ...]

    def select(self, selector: Selector) -> list[Sample]:
        """The samples that a selector chooses."""
        return [sample for sample in self.samples if selector.accepts(sample.metric, dict(sample.labels))]

    def started(self) -> float | None:
        """When the process behind the page started, if it says so."""
        return next((s.value for s in self.samples if s.metric == "process_start_time_seconds"), None)


def parse_page(text: str, at: float, metrics: Iterable[str]) -> Page:
    """The finite samples of the named metrics. Raises `SourceError` for what is no Prometheus text."""
    wanted = set(metrics) | {"process_start_time_seconds"}
    try:
        samples = tuple(
            Sample(sample.name, tuple(sorted(sample.labels.items())), sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name in wanted and math.isfinite(sample.value)
        )
    except (ValueError, KeyError, IndexError) as error:
        raise SourceError(
            f"the page is not in Prometheus' text format: {error}", fix="point --scrape at a /metrics address"
        ) from error
    return Page(at, samples)


async def fetch(client: httpx.AsyncClient, url: str) -> str:
    """The text of a /metrics page. Raises `SourceError` with the reason and what to check."""
    try:
        answer = await client.get(url, timeout=_TIMEOUT, headers={"Accept": "text/plain; version=0.0.4"})
    except httpx.TimeoutException as error:
        raise SourceError(f"{url} did not answer within 4s", fix="is the service overloaded?") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        reason = str(error) or type(error).__name__
        raise SourceError(f"{url}: {reason}", fix="is the service up, and is this its /metrics address?") from error
    if answer.status_code != httpx.codes.OK:
        raise SourceError(f"{url} answered {answer.status_code}", fix="point --scrape at a /metrics address")
    if "html" in answer.headers.get("content-type", "") or len(answer.content) > _LARGEST_PAGE:
        raise SourceError(f"{url} answered a web page, not metrics", fix="point --scrape at a /metrics address")
    return answer.text
