"""The collector as a real process: killed at any moment it neither loses nor doubles an event."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from slotui.core.slo import Slo
from slotui.core.timeline import Span
from slotui.errors import StoreError
from slotui.source.scrape.source import ScrapeSource
from slotui.source.scrape.store import CountStore, sli_key
from slotui.spec.load import load_slos

SLOS = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: shop}
spec:
  service: shop
  indicator:
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: Prometheus, spec: {query: 'req_total{code="200"}'}}}
        total: {metricSource: {type: Prometheus, spec: {query: req_total}}}
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.999}]
"""


class Shop:
    """A real HTTP server whose counters grow at every look."""

    def __init__(self) -> None:
        self.good = self.bad = 0
        self.looks = 0
        shop = self

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                shop.looks += 1
                shop.good += 7
                shop.bad += 1
                text = f'req_total{{code="200"}} {shop.good}\nreq_total{{code="500"}} {shop.bad}\n'.encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.url = f"http://127.0.0.1:{self.server.server_port}/metrics"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def shop() -> Iterator[Shop]:
    found = Shop()
    yield found
    found.close()


@pytest.fixture
def slos(tmp_path: Path) -> tuple[Slo, ...]:
    (tmp_path / "slos.yaml").write_text(SLOS)
    return load_slos([tmp_path / "slos.yaml"])


def until(holds: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)


@pytest.mark.slow
def test_kills_lose_and_double_nothing(shop: Shop, slos: tuple[Slo, ...], tmp_path: Path) -> None:
    file = tmp_path / "counts.sqlite"
    command = [sys.executable, "-m", "slotui.source.scrape.collector", f"--url={shop.url}", f"--store={file}",
               f"--slos={tmp_path / 'slos.yaml'}", "--every=0.01"]  # fmt: skip
    for _ in range(5):
        before = shop.looks
        process = subprocess.Popen(command, stderr=subprocess.PIPE)
        until(lambda before=before: shop.looks > before + 8)  # type: ignore[misc]
        process.kill()
        process.communicate()
    store = CountStore(file)
    memory, spans = store.memory(), store.spans(sli_key(slos[0]))
    store.close()
    counted = memory.counters
    # The first look only remembers; everything after it is in the spans exactly once.
    assert sum(span.bad for span in spans) == counted["req_totalcode\x1e500"] - 1
    assert sum(span.eligible for span in spans) == sum(counted.values()) - 8


@pytest.mark.slow
async def test_one_collects_the_other_reads_along_and_takes_over(
    shop: Shop, slos: tuple[Slo, ...], tmp_path: Path
) -> None:
    file = tmp_path / "counts.sqlite"
    ours, theirs = ScrapeSource(shop.url, slos, file), ScrapeSource(shop.url, slos, file)
    for _ in range(5):
        await ours.read()
    looked = shop.looks
    snapshot = await theirs.read()
    assert shop.looks == looked == 5
    assert snapshot.readings["shop"].windows[300].bad == pytest.approx(4)
    await ours.close()
    await theirs.read()
    assert shop.looks == 6
    await theirs.close()


async def test_while_the_service_is_away_the_old_counts_stay_with_the_reason(
    shop: Shop, slos: tuple[Slo, ...], tmp_path: Path
) -> None:
    source = ScrapeSource(shop.url, slos, tmp_path / "counts.sqlite")
    await source.read()
    before = await source.read()
    shop.server.shutdown()
    shop.server.server_close()
    away = await source.read()
    await source.close()
    assert before.problem is None
    assert away.problem is not None
    assert shop.url in away.problem
    assert away.readings["shop"].windows[30 * 86400].bad == before.readings["shop"].windows[30 * 86400].bad == 1


def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.sqlite"
    file.write_text("these are notes, and there are many of them, more than a header's worth " * 20)
    with pytest.raises(StoreError, match="move the file away"):
        CountStore(file)
    assert file.read_text().startswith("these are notes")


def test_a_collector_says_that_another_one_is_at_work(shop: Shop, slos: tuple[Slo, ...], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "slotui.source.scrape.collector", f"--url={shop.url}",
               f"--store={tmp_path / 'c.sqlite'}", f"--slos={tmp_path / 'slos.yaml'}", "--every=0.05"]  # fmt: skip
    first = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        until(lambda: shop.looks > 1)
        second = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert second.returncode == 1
        assert "another process already collects" in second.stderr
    finally:
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=10)
    assert first.returncode == 0


async def test_the_first_look_after_a_history_makes_it_live(shop: Shop, slos: tuple[Slo, ...], tmp_path: Path) -> None:
    """It has no span of its own yet, but the service was seen."""
    file, ended = tmp_path / "counts.sqlite", time.time() - 50
    store = CountStore(file)
    store.load_history(slos[0], [Span(ended - 3600, ended, 100, 0, 3600)])
    store.close()
    source = ScrapeSource(shop.url, slos, file)
    snapshot = await source.read()
    await source.close()
    assert snapshot.readings["shop"].seen_at == pytest.approx(snapshot.at, abs=5)
