"""Slices of time in a real Prometheus, raw and recorded by our rules, and in the embedded scraper: slice by slice."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from slotui.core.sli import EventSli, Gauge, RawRatio, Selector, SliceSli, Threshold
from slotui.core.slo import Slo
from slotui.core.timeline import Counts
from slotui.duration import DAY, HOUR
from slotui.source.prometheus.source import PrometheusSource
from slotui.source.scrape.collector import Collector
from slotui.source.scrape.source import ScrapeSource
from slotui.source.scrape.store import CountStore

START, LENGTH, LOOK = 1_700_000_100 // 3600 * 3600, 3 * HOUR, 15
END = float(START + LENGTH)

EVENTS = EventSli(Selector("all_total"), good=Selector("ok_total"))
QUEUE = Threshold("max(queue)", "lte", 100, Gauge(Selector("queue"), "max"))
RATIO = RawRatio("avg_over_time(ok_ratio[{{.window}}])")


def slo(name: str, sli: SliceSli) -> Slo:
    return Slo(name, "shop", 0.99, 7 * DAY, sli)


SLICES = [
    slo("minutes-of-95", SliceSli(EVENTS, 60, 0.95)),
    slo("five-minutes-of-95", SliceSli(EVENTS, 300, 0.95)),
    slo("mean-of-minutes", SliceSli(EVENTS, 60)),
    slo("short-queue", SliceSli(QUEUE, 60)),
    slo("short-queue-all-along", SliceSli(QUEUE, 60, 1.0)),
]
RAW = slo("raw", SliceSli(RATIO, 60))


class World:
    """What a service showed, look by look, since `START`."""

    def __init__(self) -> None:
        chance = random.Random(7)
        self.all, self.ok, self.queue, self.ratio = [0], [0], [0], [1.0]
        for _ in range(LENGTH // LOOK):
            events = chance.choice([0, 3, 40])
            bad = sum(chance.random() < 0.05 for _ in range(events))
            self.all.append(self.all[-1] + events)
            self.ok.append(self.ok[-1] + events - bad)
            self.queue.append(chance.choice([10, 50, 90, 150]))
            self.ratio.append(chance.choice([1.0, 0.9]))

    def slices(self, sli: SliceSli) -> Counts:
        """Every slice, by the looks after its start and up to its end: Prometheus' way."""
        per_slice = sli.seconds // LOOK
        return self._judged(
            sli, [(first, first + per_slice) for first in range(0, len(self.all) - per_slice, per_slice)]
        )

    def seen_by_scraper(self, sli: SliceSli) -> Counts:
        """Every slice, by the looks from its start on and before its end; the first look has nothing before it."""
        per_slice = sli.seconds // LOOK
        starts = range(0, len(self.all) - per_slice, per_slice)
        begin = 1 if isinstance(sli.measure, Threshold) else 0
        return self._judged(sli, [(max(first - 1, -begin), first + per_slice - 1) for first in starts])

    def _judged(self, sli: SliceSli, slices: list[tuple[int, int]]) -> Counts:
        shares = [self._bad_share(sli, first, last) for first, last in slices]
        known = [sli.badness(share) for share in shares if share is not None]
        return Counts(len(known), sum(known))

    def _bad_share(self, sli: SliceSli, first: int, last: int) -> float | None:
        match sli.measure:
            case EventSli():
                events = self.all[last] - self.all[first]
                return (events - (self.ok[last] - self.ok[first])) / events if events else None
            case Threshold(value=most):
                looks = self.queue[first + 1 : last + 1]
                return sum(value > most for value in looks) / len(looks)
            case _:
                # The query is the team's own: its range is closed on both sides before Prometheus 3.
                seen = self.ratio[max(1, first) : last + 1]
                return 1 - sum(seen) / len(seen)

    def page(self, index: int) -> str:
        return f"all_total {self.all[index]}\nok_total {self.ok[index]}\nqueue {self.queue[index]}\n"

    def openmetrics(self) -> str:
        rows = []
        for name, values in (
            ("all_total", self.all),
            ("ok_total", self.ok),
            ("queue", self.queue),
            ("ok_ratio", self.ratio),
        ):
            rows.append(f"# TYPE {name.removesuffix('_total')} {'counter' if name.endswith('_total') else 'gauge'}")
            # Counting begins with a first sample, looking at a gauge after it.
            begin = 0 if name.endswith("_total") else 1
            rows += [f"{name} {values[index]} {START + index * LOOK}" for index in range(begin, len(values))]
        return "\n".join([*rows, "# EOF", ""])


WORLD = World()


def fill(promtool: str, folder: Path) -> None:
    text = folder / "world.om"
    text.write_text(WORLD.openmetrics())
    command = [promtool, "tsdb", "create-blocks-from", "openmetrics", str(text), str(folder / "tsdb")]
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.slow
@pytest.mark.prometheus
async def test_prometheus_judges_every_slice(
    tmp_path: Path, promtool: str, start_prometheus: Callable[..., str]
) -> None:
    fill(promtool, tmp_path)
    source = PrometheusSource(start_prometheus(tmp_path / "tsdb"), [*SLICES, RAW], clock=lambda: END)
    readings = (await source.read(END)).readings
    counted = {one.name: await source.count(one.name, START, END) for one in [*SLICES, RAW]}
    await source.close()
    for one in [*SLICES, RAW]:
        assert isinstance(one.sli, SliceSli)
        expected = WORLD.slices(one.sli)
        found, window = counted[one.name], readings[one.name].window
        assert found is not None
        assert (found.eligible, found.bad) == pytest.approx((expected.eligible, expected.bad)), one.name
        assert (window.eligible, window.bad) == pytest.approx((expected.eligible, expected.bad)), one.name


async def test_the_scraper_judges_every_slice(tmp_path: Path) -> None:
    now = [0]
    store = CountStore(tmp_path / "counts.sqlite")
    collector = Collector("http://shop/metrics", [*SLICES, RAW], store, clock=lambda: float(START + now[0] * LOOK))
    collector._client = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, text=WORLD.page(now[0])))
    )
    assert collector.claim()
    for now[0] in range(len(WORLD.all)):
        await collector.look()
    await collector.close()
    store.close()

    source = ScrapeSource("http://shop/metrics", [*SLICES, RAW], tmp_path / "counts.sqlite", clock=lambda: END)
    readings = (await source.read()).readings
    await source.close()
    for one in SLICES:
        assert isinstance(one.sli, SliceSli)
        window = readings[one.name].window
        expected = WORLD.seen_by_scraper(one.sli)
        assert (window.eligible, window.bad) == pytest.approx((expected.eligible, expected.bad)), one.name
    assert readings["raw"].problem == "only a Prometheus can evaluate its query"
