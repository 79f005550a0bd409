"""Looks at a service again and again, and keeps what it counted. One collector per store: the kernel's lock says who.

`python -m slotui.source.scrape.collector` is the same without a screen; the lab runs it.
"""

from __future__ import annotations

import asyncio
import fcntl
import signal
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

import click
import httpx

from slotui.clock import Clock, now
from slotui.core.reading import HISTORY_BEYOND_WINDOW
from slotui.core.sli import EventSli, SliceSli
from slotui.core.slo import Slo
from slotui.core.timeline import Span
from slotui.duration import DAY, HOUR
from slotui.errors import SlotuiError, SourceError, StoreError
from slotui.source.faults import METRICS, faults_seen
from slotui.source.scrape.exposition import Page, Sample, fetch, parse_page
from slotui.source.scrape.histograms import histograms
from slotui.source.scrape.increments import Memory, Slice, cause_spans, event_span, gains, slice_step
from slotui.source.scrape.store import CountStore, cause_key, sli_key

EVERY = 5.0


class Collector:
    """Turns looks at `url` into counts in `store`. Call `claim` first: only the holder of the lock may look."""

    def __init__(self, url: str, slos: Sequence[Slo], store: CountStore, *, clock: Clock = now) -> None:
        self.url = url
        self.slos = tuple(slos)
        self._store = store
        self._clock = clock
        self._client = httpx.AsyncClient(trust_env=False)
        self._lock: IO[str] | None = None
        self._tidied = 0.0
        self._metrics = {selector.metric for slo in self.slos for selector in slo.sli.selectors} | set(METRICS)

    @property
    def keep(self) -> float:
        """Seconds of counts that stay: the longest window and what policy remembers beyond it."""
        return max((slo.window for slo in self.slos), default=30 * DAY) + HISTORY_BEYOND_WINDOW

    def claim(self) -> bool:
        """Become the store's collector, or learn that another process is. The lock dies with its holder."""
        if self._lock is not None:
            return True
        path = Path(f"{self._store.path}.lock")
        try:
            handle = path.open("w")  # held for as long as we collect
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror}", fix="name a folder you may write to with --store") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            return False
        self._lock = handle
        return True

    async def look(self) -> None:
        """One scrape, counted and stored. Raises `SourceError` after noting the reason in the store."""
        try:
            text = await fetch(self._client, self.url)
            page = parse_page(text, self._clock(), self._metrics)
        except SourceError as error:
            self._store.remember_problem(error.what)
            raise
        memory = self._store.memory()
        if memory.at is not None and page.at <= memory.at:
            return  # the clock went back: what is counted stays, and counting goes on when it has caught up
        spans, slices = self._count(page, memory)
        faults = faults_seen((s.metric, dict(s.labels), s.value) for s in page.samples)
        self._store.remember(memory_after(memory, self.slos, page, slices), spans, faults, missing(self.slos, page))
        self._store.remember_histograms(page.at, histograms(self.slos, page))
        if page.at - self._tidied > HOUR:
            self._store.tidy(page.at, self.keep)
            self._tidied = page.at

    def _count(self, page: Page, memory: Memory) -> tuple[dict[str, Span], dict[str, Slice]]:
        spans: dict[str, Span] = {}
        slices: dict[str, Slice] = {}
        gain = gains(memory, page, counters(self.slos, page))
        for slo in self.slos:
            key = sli_key(slo)
            match slo.sli:
                case EventSli():
                    span = event_span(slo.sli, page, gain) if gain else None
                    causes = cause_spans(slo.sli, page, gain) if gain and span else {}
                    spans.update((cause_key(slo, cause), part) for cause, part in causes.items())
                case SliceSli():
                    span, slice_ = slice_step(slo.sli, page, gain, memory.slices.get(key))
                    if slice_ is not None:
                        slices[key] = slice_
            if span is not None:
                spans[key] = span
        return spans, slices

    async def close(self) -> None:
        await self._client.aclose()
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def counters(slos: Iterable[Slo], page: Page) -> list[Sample]:
    """The samples of counters, each once."""
    chosen = {
        sample.series: sample
        for slo in slos
        if isinstance(slo.sli.measure if isinstance(slo.sli, SliceSli) else slo.sli, EventSli)
        for selector in slo.sli.selectors
        for sample in page.select(selector)
    }
    return list(chosen.values())


def memory_after(memory: Memory, slos: Iterable[Slo], page: Page, slices: dict[str, Slice]) -> Memory:
    """What the next look compares with.

    A series that is missing from one page is not forgotten, or its whole count would count again when it
    is back; only a restart makes all of them start over.
    """
    known = {} if memory.restarted(page.started()) else dict(memory.counters)
    known.update((sample.series, sample.value) for sample in counters(slos, page))
    return Memory(page.at, page.started(), known, slices)


def missing(slos: Iterable[Slo], page: Page) -> dict[str, str]:
    """By SLO name, why a page gives no counts for it."""
    absent = {
        slo.name: f"no series match {selector}"
        for slo in slos
        for selector in slo.sli.selectors[:1]
        if not page.select(selector)
    }
    return absent | {slo.name: "only a Prometheus can evaluate its query" for slo in slos if not slo.sli.selectors}


async def collect(collector: Collector, every: float) -> None:
    """Look every `every` seconds on an absolute schedule, for ever; a failed look is said once and tried again."""
    said = ""
    due = asyncio.get_running_loop().time()
    while True:
        try:
            await collector.look()
            if said:
                click.echo("looking again", err=True)
            said = ""
        except SlotuiError as error:
            if error.what != said:
                click.echo(f"collector: {error}", err=True)
            said = error.what
        due += every
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))


async def _run(url: str, slos: Sequence[Slo], store: CountStore, every: float) -> int:
    collector = Collector(url, slos, store)
    if not collector.claim():
        click.echo(f"collector: another process already collects into {store.path}", err=True)
        return 1
    task = asyncio.ensure_future(collect(collector, every))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        pass
    finally:
        await collector.close()
        store.close()
    return 0


@click.command()
@click.option("--url", required=True, help="the /metrics address to look at")
@click.option("--store", required=True, type=click.Path(path_type=Path), help="where the counts go")
@click.option("--slos", required=True, multiple=True, type=click.Path(path_type=Path), help="SLO files or folders")
@click.option("--every", default=EVERY, show_default=True, help="seconds between two looks")
def main(url: str, store: Path, slos: tuple[Path, ...], every: float) -> None:
    """Collect counts without a screen."""
    from slotui.spec.load import load_slos

    try:
        sys.exit(asyncio.run(_run(url, load_slos(slos), CountStore(store), every)))
    except SlotuiError as error:
        click.echo(f"collector: {error}", err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
