"""Causes, weights and tiers, from the annotations of a spec to the numbers: a real Prometheus, the scraper, plain sums."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
import yaml

from slotui.core.counting import BAD_BY_CAUSE
from slotui.core.slo import Slo
from slotui.duration import HOUR
from slotui.generate.rules import rules_yaml
from slotui.source.base import Source
from slotui.source.prometheus.source import PrometheusSource
from slotui.source.scrape.collector import Collector
from slotui.source.scrape.source import ScrapeSource
from slotui.source.scrape.store import CountStore
from slotui.spec.load import load_slos

START, LENGTH, LOOK = 1_700_000_100 // 3600 * 3600, 7 * HOUR, 30
END = float(START + LENGTH)
WEIGHTS = {"gold": 5.0, "silver": 1.0, "free": 0.5}

SPEC = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: NAME
  annotations: {slotui/cause-label: blame, EXTRA}
spec:
  service: shop
  indicator:
    spec:
      ratioMetric:
        counter: true
        PART: {metricSource: {type: Prometheus, spec: {query: 'req_total{QUERY}'}}}
        total: {metricSource: {type: Prometheus, spec: {query: req_total}}}
  timeWindow: [{duration: 7d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.99}]
"""


def spec(name: str, *, extra: str = "", part: str = "good", query: str = 'code="200"') -> str:
    text = SPEC.replace("NAME", name).replace("PART", part).replace("QUERY", query)
    return text.replace(", EXTRA", f", {extra}" if extra else "")


@pytest.fixture(scope="module")
def slos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Slo]:
    """The shop as a whole, by its bad events, weighed by tier, and an SLO for each tier."""
    file = tmp_path_factory.mktemp("slos") / "shop.yaml"
    documents = [
        spec("whole"),
        spec("by-bad", part="bad", query='code!="200"'),
        spec("weighed", extra="slotui/weights: 'tier: gold=5, free=0.5'"),
        spec("tier", extra="slotui/per: 'tier: gold, silver, free'"),
    ]
    file.write_text("---\n".join(documents))
    return {slo.name: slo for slo in load_slos([file])}


class Kind(NamedTuple):
    """A series of the shop."""

    tier: str
    code: str
    blame: str

    def __str__(self) -> str:
        blame = f',blame="{self.blame}"' if self.blame else ""
        return f'req_total{{tier="{self.tier}",code="{self.code}"{blame}}}'


class World:
    """What the shop counted, look by look, since `START`; a cause that nobody had met before turns up on the way."""

    def __init__(self) -> None:
        chance = random.Random(11)
        outcomes = [("200", "none", 30), ("502", "payment", 2), ("503", "stock", 1), ("500", "", 1)]
        self.values: dict[Kind, list[int | None]] = {}
        for tier in WEIGHTS:
            for code, blame, most in outcomes:
                born = LENGTH // LOOK // 3 if (tier, blame) == ("free", "stock") else 0
                line: list[int | None] = [None] * born + [0]
                while len(line) <= LENGTH // LOOK:
                    line.append((line[-1] or 0) + chance.randrange(most + 1))
                self.values[Kind(tier, code, blame)] = line

    def page(self, index: int) -> str:
        return "".join(f"{kind} {line[index]}\n" for kind, line in self.values.items() if line[index] is not None)

    def openmetrics(self) -> str:
        rows = ["# TYPE req counter"]
        for kind, line in self.values.items():
            rows += [f"{kind} {value} {START + i * LOOK}" for i, value in enumerate(line) if value is not None]
        return "\n".join([*rows, "# EOF", ""])

    def events(self, start: float, end: float) -> dict[Kind, int]:
        """How many of each kind there were in `(start, end]`, one look after the other."""
        found = dict.fromkeys(self.values, 0)
        for kind, line in self.values.items():
            for index, (before, after) in enumerate(pairwise(line), start=1):
                if start < START + index * LOOK <= end and after is not None:
                    found[kind] += after - (before or 0)
        return found

    def expected(self, name: str, start: float, end: float) -> tuple[float, dict[str, float]]:
        """Eligible events of an SLO, and the bad ones by cause: plain sums."""
        total, causes = 0.0, dict.fromkeys(["none", "payment", "stock", "unknown"], 0.0)
        for kind, count in self.events(start, end).items():
            if name.startswith("tier-") and name != f"tier-{kind.tier}":
                continue
            weighed = count * (WEIGHTS[kind.tier] if name == "weighed" else 1)
            total += weighed
            if kind.code != "200":
                causes[kind.blame or "unknown"] += weighed
        return total, causes


WORLD = World()
NAMES = ["whole", "by-bad", "weighed", "tier-gold", "tier-silver", "tier-free"]


async def check(source: Source, start: float, end: float) -> None:
    """Every SLO's causes are the plain sums, and its own count is their sum."""
    for name in NAMES:
        _, expected = WORLD.expected(name, start, end)
        found = await source.by_cause(name, start, end)
        assert found is not None, name
        assert {cause: found.get(cause, 0.0) for cause in expected} == pytest.approx(expected, abs=1e-6), name
        assert set(found) <= set(expected)


async def check_counts(source: Source, start: float, end: float) -> None:
    for name in NAMES:
        total, causes = WORLD.expected(name, start, end)
        found = await source.count(name, start, end)
        assert found is not None, name
        assert (found.eligible, found.bad) == pytest.approx((total, sum(causes.values()))), name


async def check_windows(source: Source) -> None:
    """The budgets; those of the tiers add up to the whole."""
    readings = (await source.read(END)).readings
    windows = {name: readings[name].window for name in NAMES}
    for name, window in windows.items():
        total, causes = WORLD.expected(name, START, END)
        assert (window.eligible, window.bad) == pytest.approx((total, sum(causes.values()))), name
    for field in ("eligible", "bad"):
        tiers = sum(getattr(windows[f"tier-{tier}"], field) for tier in WEIGHTS)
        assert tiers == pytest.approx(getattr(windows["whole"], field))
        weighed = sum(getattr(windows[f"tier-{tier}"], field) * weight for tier, weight in WEIGHTS.items())
        assert weighed == pytest.approx(getattr(windows["weighed"], field))


def fill(promtool: str, data: Path) -> None:
    text = data.with_suffix(".om")
    text.write_text(WORLD.openmetrics())
    convert = [promtool, "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=744h"]
    subprocess.run([*convert, str(text), str(data)], check=True, capture_output=True)


def record(promtool: str, slos: list[Slo], url: str, data: Path) -> None:
    """The rules, loaded three hours ago, as promtool evaluates them when a Prometheus would have."""
    groups = yaml.safe_load(rules_yaml(slos))["groups"]
    for group in groups:
        group["rules"] = [rule for rule in group["rules"] if rule.get("record") == BAD_BY_CAUSE]
    rules = data.with_suffix(".yml")
    rules.write_text(yaml.safe_dump({"groups": [group for group in groups if group["rules"]]}))
    backfill = [promtool, "tsdb", "create-blocks-from", "rules", f"--url={url}", f"--output-dir={data}"]
    stretch = [f"--start={END - 3 * HOUR:.0f}", f"--end={END:.0f}"]
    subprocess.run([*backfill, *stretch, str(rules)], check=True, capture_output=True)


@pytest.mark.slow
@pytest.mark.prometheus
async def test_a_real_prometheus_tells_causes_tiers_and_weights(
    slos: dict[str, Slo], tmp_path: Path, promtool: str, start_prometheus: Callable[..., str]
) -> None:
    data = tmp_path / "tsdb"
    fill(promtool, data)
    url = start_prometheus(data)
    source = PrometheusSource(url, list(slos.values()), clock=lambda: END)
    await check_windows(source)
    await check_counts(source, END - HOUR, END)
    await check(source, END - HOUR, END)  # raw samples
    await check(source, START, END)  # computed: no rule has recorded it
    await source.close()

    recorded = tmp_path / "recorded"
    shutil.copytree(data, recorded, ignore=shutil.ignore_patterns("lock", "wal", "chunks_head"))
    record(promtool, list(slos.values()), url, recorded)
    source = PrometheusSource(start_prometheus(recorded), list(slos.values()), clock=lambda: END)
    before = source.requests
    await check(source, START, END)
    assert source.requests - before == 3 * len(NAMES)  # what was recorded, what came before, and what came since
    found = await source.by_cause("weighed", END - 2.5 * HOUR, END)
    _, expected = WORLD.expected("weighed", END - 2.5 * HOUR, END)
    # The first five minutes are shared in proportion.
    assert found is not None
    assert found == pytest.approx({k: v for k, v in expected.items() if k in found}, rel=0.05, abs=1e-6)
    await source.close()


async def test_the_scraper_tells_causes_tiers_and_weights(slos: dict[str, Slo], tmp_path: Path) -> None:
    now = [0]
    store = CountStore(tmp_path / "counts.sqlite")
    collector = Collector("http://shop/metrics", list(slos.values()), store, clock=lambda: float(START + now[0] * LOOK))
    collector._client = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, text=WORLD.page(now[0])))
    )
    assert collector.claim()
    for now[0] in range(LENGTH // LOOK + 1):
        await collector.look()  # the first hour has been merged to minutes by the end
    await collector.close()
    store.close()

    source = ScrapeSource("http://shop/metrics", list(slos.values()), tmp_path / "counts.sqlite", clock=lambda: END)
    await check_windows(source)
    for start, end in ((START, END), (END - HOUR, END), (START + 20 * 60, START + 2 * HOUR)):
        await check_counts(source, start, end)
        await check(source, start, end)
    assert await source.by_cause("whole", START - HOUR, START) is None
    await source.close()
