"""The same events through all three sources give the same numbers: the reference data, to the event."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from slotui.core.counting import BAD, ELIGIBLE
from slotui.core.reading import windows_of
from slotui.core.sli import EventSli, Matcher, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Timeline
from slotui.duration import DAY
from slotui.source.prometheus.source import PrometheusSource
from slotui.source.replay import ReplaySource, read_counts
from slotui.source.scrape.collector import Collector
from slotui.source.scrape.source import ScrapeSource
from slotui.source.scrape.store import CountStore

END = 1714348800.0  # 2024-04-29T00:00:00Z, where the reference data ends
STEP = 300

requests = Selector("payments_total")
good = Selector("payments_total", (Matcher("outcome", "=", "good"),))
PAYMENTS = Slo("payment-create", "payments", 0.999, 28 * DAY, EventSli(requests, good=good))
BARE = Slo("payment-create", "payments", 0.999, 28 * DAY, EventSli(Selector("total"), bad=Selector("bad")))


async def replayed(reference: Path) -> dict[int, Counts]:
    source = ReplaySource(reference, BARE)
    return dict((await source.read()).readings[BARE.name].windows)


def same(found: dict[int, Counts], expected: dict[int, Counts]) -> None:
    assert set(found) == set(expected) == set(windows_of(PAYMENTS))
    for window, counts in expected.items():
        assert found[window].eligible == pytest.approx(counts.eligible, rel=1e-9, abs=1e-6), window
        assert found[window].bad == pytest.approx(counts.bad, rel=1e-9, abs=1e-6), window
        assert found[window].measured == pytest.approx(counts.measured), window


async def test_the_embedded_scraper_counts_what_the_file_says(reference: Path, tmp_path: Path) -> None:
    line = read_counts(reference)
    moment = line.first or 0.0

    def page(_: httpx.Request) -> httpx.Response:
        counts = line.until(moment)
        ok = counts.eligible - counts.bad
        text = f'payments_total{{outcome="good"}} {ok:.0f}\npayments_total{{outcome="bad"}} {counts.bad:.0f}\n'
        return httpx.Response(200, text="# TYPE payments_total counter\n" + text)

    store = CountStore(tmp_path / "counts.sqlite")
    collector = Collector("http://shop/metrics", [PAYMENTS], store, clock=lambda: moment)
    collector._client = httpx.AsyncClient(transport=httpx.MockTransport(page))
    assert collector.claim()
    while moment <= END:
        await collector.look()
        moment += STEP
    moment = END
    await collector.close()
    store.close()

    source = ScrapeSource("http://shop/metrics", [PAYMENTS], tmp_path / "counts.sqlite", clock=lambda: END)
    snapshot = await source.read(END)
    await source.close()
    same(dict(snapshot.readings[PAYMENTS.name].windows), await replayed(reference))


def counters(line: Timeline) -> list[str]:
    rows = ["# TYPE payments counter"]
    for outcome in ("good", "bad"):
        for at in [line.first or 0.0, *line.ends]:
            counts = line.until(at)
            value = counts.bad if outcome == "bad" else counts.eligible - counts.bad
            rows.append(f'payments_total{{outcome="{outcome}"}} {value:.0f} {at:.0f}')
    return rows


def recorded(line: Timeline, days: int) -> list[str]:
    """What the generated rules have recorded in the last `days`, at the instants of an aligned evaluation."""
    rows = []
    for name, field in ((ELIGIBLE, "eligible"), (BAD, "bad")):
        rows.append(f"# TYPE {name} gauge")
        rows += [
            f'{name}{{slo="{PAYMENTS.name}",service="payments"}} {getattr(span, field):.0f} {span.end:.0f}'
            for span in line.steps(END - days * DAY, END, STEP)
        ]
    return rows


def fill(promtool: str, folder: Path, rows: list[str]) -> Path:
    text = folder / "history.om"
    text.write_text("\n".join([*rows, "# EOF", ""]))
    convert = [promtool, "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=744h"]
    subprocess.run([*convert, str(text), str(folder / "tsdb")], check=True, capture_output=True)
    return folder / "tsdb"


@pytest.mark.slow
@pytest.mark.prometheus
@pytest.mark.parametrize(
    "days", [0, 28, 3], ids=["raw counters only", "recorded by rules", "rules loaded three days ago"]
)
async def test_prometheus_counts_what_the_file_says(
    days: int, reference: Path, tmp_path: Path, promtool: str, start_prometheus: Callable[..., str]
) -> None:
    line = read_counts(reference)
    blocks = fill(promtool, tmp_path, [*counters(line), *(recorded(line, days) if days else [])])

    source = PrometheusSource(start_prometheus(blocks), [PAYMENTS], clock=lambda: END)
    snapshot = await source.read(END)
    await source.close()

    assert source._history._recorded == ({PAYMENTS.name} if days else set())
    same(dict(snapshot.readings[PAYMENTS.name].windows), await replayed(reference))
