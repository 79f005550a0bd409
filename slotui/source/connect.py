"""From what a person named (or what is running) to a source."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from slotui.core.slo import Slo
from slotui.source.base import Source
from slotui.source.choice import Choice, settled
from slotui.source.composed import composed, counted
from slotui.source.connection import Connection
from slotui.source.sealed import SealedSource
from slotui.state import state_dir


def connect(choice: Choice, slos: Sequence[Slo]) -> Source:
    """Open the source. Raises `UsageError` with the choices where none is named and no lab is up."""
    return SealedSource(composed(_open(settled(choice), counted(slos)), slos))


def _open(choice: Choice, slos: Sequence[Slo]) -> Source:
    if choice.prometheus:
        return _prometheus(choice.prometheus, slos, choice.every, choice.connection)
    url = choice.scrape or ""
    return _scrape(url, slos, choice.store or _store_of(url), choice.every)


def _prometheus(url: str, slos: Sequence[Slo], every: float | None, connection: Connection) -> Source:
    from slotui.source.prometheus.source import PrometheusSource

    return PrometheusSource(url, slos, connection, every=every)


def _scrape(url: str, slos: Sequence[Slo], store: Path, every: float | None) -> Source:
    from slotui.source.scrape.collector import EVERY
    from slotui.source.scrape.source import ScrapeSource

    return ScrapeSource(url, slos, store, every=every or EVERY)


def _store_of(url: str) -> Path:
    """Counts of different services stay apart: the file is named after the address."""
    return state_dir() / f"counts-{sha256(url.encode()).hexdigest()[:10]}.sqlite"
