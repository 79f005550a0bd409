"""From what a person named (or what is running) to a source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from slotui.core.slo import Slo
from slotui.errors import UsageError
from slotui.source.base import Source
from slotui.source.composed import composed, counted
from slotui.source.connection import DIRECT, Connection
from slotui.state import running_lab, state_dir


@dataclass(frozen=True, slots=True)
class Choice:
    """At most one of the three places to read from; none means the lab that is up."""

    prometheus: str | None = None
    scrape: str | None = None
    store: Path | None = None
    every: float | None = None
    connection: Connection = DIRECT


def connect(choice: Choice, slos: Sequence[Slo]) -> Source:
    """Open the source. Raises `UsageError` with the choices where none is named and no lab is up."""
    return composed(_open(choice, counted(slos)), slos)


def _open(choice: Choice, slos: Sequence[Slo]) -> Source:
    if choice.prometheus:
        return _prometheus(choice.prometheus, slos, choice.every, choice.connection)
    if choice.scrape:
        return _scrape(choice.scrape, slos, choice.store or _store_of(choice.scrape), choice.every)
    lab = running_lab()
    if lab is None:
        raise UsageError(
            "nothing to read from: no lab is up on this machine",
            fix="start one with `slotui lab up`, or name --prometheus URL or --scrape URL",
        )
    if lab.prometheus_url:
        return _prometheus(lab.prometheus_url, slos, choice.every, DIRECT)
    return _scrape(f"{lab.checkout_url}/metrics", slos, Path(lab.store or ""), choice.every)


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
