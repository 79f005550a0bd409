"""A lab under 200 buyers a second for half an hour, a fault in its middle: everybody who counts has counted the same.

The generator, the shop's own counters, the injector, the embedded store and a real Prometheus saw one and the same run.
Minutes by SLOTUI_SOAK_MINUTES, 30 if it is not set.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from slotui.source.scrape.store import CountStore, sli_key
from slotui.spec.load import load_slos

pytestmark = [pytest.mark.trial, pytest.mark.prometheus, pytest.mark.timeout(3600)]

MINUTES = float(os.environ.get("SLOTUI_SOAK_MINUTES", "30"))
RATE = 200
SCRAPE = 5.0
SLOS = Path(__file__).parents[2] / "lab" / "slos" / "checkout.yaml"
CHECKOUT = {"service": "checkout", "method": "POST", "route": "/checkout"}
ODD = "504"
"""The status that is injected. Nature's own failures with it have another cause, so these can be told apart."""


@dataclass(frozen=True, slots=True)
class Shop:
    """What the shop's page said at one instant: by labels, how many requests."""

    requests: Mapping[frozenset[tuple[str, str]], float]
    injected: float

    def sum(self, **labels: str) -> float:
        wanted = set({**CHECKOUT, **labels}.items())
        return sum(count for series, count in self.requests.items() if wanted <= series)


def look_at(shop: str) -> Shop:
    page = httpx.get(f"{shop}/metrics", trust_env=False).text
    samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
    requests = {frozenset(s.labels.items()): s.value for s in samples if s.name == "http_requests_total"}
    return Shop(requests, sum(s.value for s in samples if s.name == "chaos_injected_total"))


def ask(url: str, query: str, at: float | None = None) -> float:
    params = {"query": query} if at is None else {"query": query, "time": str(at)}
    result = httpx.get(f"{url}/api/v1/query", params=params, trust_env=False, timeout=30).json()["data"]["result"]
    return float(result[0]["value"][1])


@contextmanager
def collecting(shop: str, store: Path, env: Mapping[str, str]) -> Iterator[None]:
    """The embedded collector beside the Prometheus, on the same page."""
    command = [sys.executable, "-m", "slotui.source.scrape.collector", f"--url={shop}/metrics", f"--store={store}"]
    process = subprocess.Popen([*command, f"--slos={SLOS}"], env=dict(env))
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def counted(store: Path) -> dict[str, tuple[float, float]]:
    """By SLO, what the embedded store has counted: eligible and bad events."""
    with closing(CountStore(store, create=False)) as counts:
        spans = {slo.name: counts.spans(sli_key(slo)) for slo in load_slos([SLOS])}
    return {name: (sum(s.eligible for s in found), sum(s.bad for s in found)) for name, found in spans.items()}


def has_looked_again(store: Path, since: float) -> bool:
    with closing(CountStore(store, create=False)) as counts:
        at = counts.memory().at
    return at is not None and at > since


def test_half_an_hour_of_traffic_is_the_same_to_all_who_count_it(
    promtool: str, any_lab: Callable[..., Any], until: Callable[..., Any], tmp_path: Path
) -> None:
    state = tmp_path / "state"
    with any_lab(state, "--backend", "prometheus", "--rps", str(RATE)):
        pass  # a past of that size, so that the spend has its price
    with any_lab(state, "--backend", "prometheus", "--rps", "0.01") as lab:
        where = lab.where()
        shop, prometheus, store = where["checkout_url"], where["prometheus_url"], tmp_path / "embedded.sqlite"
        with collecting(shop, store, lab.env):
            until(lambda: store.exists() and has_looked_again(store, 0), 30)
            # Quiet before and after, by two scrapes: the run is inside of every range, and nothing is guessed at its ends.
            until(lambda: ask(prometheus, f'max(count_over_time(up{{job="checkout"}}[{3 * SCRAPE:.0f}s]))') >= 3, 30)
            before, counted_before, began = look_at(shop), counted(store), time.time()
            run = [
                sys.executable,
                "-m",
                "lab.traffic",
                f"--target={shop}",
                f"--rps={RATE}",
                f"--for={MINUTES * 60:.0f}s",
            ]
            traffic = subprocess.Popen([*run, "--seed=1"], stdout=subprocess.PIPE, text=True, env=lab.env)
            time.sleep(MINUTES * 60 / 4)  # the run is what is measured: a quarter of it is calm
            spend = ["--error-rate", "0.02", "--status", ODD, "--for", f"{MINUTES * 60 / 3:.0f}s", "--yes"]
            ran = lab.run(
                "chaos", "inject", *spend, "--override", "soak", "--output", "json", timeout=MINUTES * 60, check=False
            )
            assert ran.returncode in (0, 8), ran.stderr
            said, _ = traffic.communicate(timeout=MINUTES * 60 + 120)
            ended = time.time()
            until(lambda: has_looked_again(store, ended), 30)
            until(lambda: ask(prometheus, 'max(timestamp(up{job="checkout"}))') > ended + 2 * SCRAPE, 30)
            after, counted_after = look_at(shop), counted(store)

        tally = json.loads(said.splitlines()[-1])
        spent = json.loads(ran.stdout)
        tell("traffic", **{name: tally[name] for name in ("planned", "sent", "late", "dropped", "achieved")})
        assert tally["achieved"] >= 0.99
        assert tally["sent"] / (MINUTES * 60) >= 0.99 * RATE

        # The lab's own trickle of buyers goes on while the run is measured: a few requests, all of them in the shop's page.
        trickle = 0.02 * (ended - began) + 10
        shop_counted = after.sum() - before.sum()
        tell("shop", requests=shop_counted, minus_sent=shop_counted - tally["sent"])
        assert 0 <= shop_counted - tally["sent"] <= trickle

        blamed = {"code": ODD, "cause": "checkout"}  # nature's own 504 are the cart's
        odd = after.sum(**blamed, synthetic="false") - before.sum(**blamed, synthetic="false")
        everybody = after.sum(**blamed) - before.sum(**blamed)
        tell("injector", said=spent["injected"], page=after.injected - before.injected, shop=everybody)
        assert everybody == spent["injected"]

        buyers = after.sum(synthetic="false") - before.sum(synthetic="false")
        good = sum(
            after.sum(synthetic="false", cause="none", code=code)
            - before.sum(synthetic="false", cause="none", code=code)
            for code in ("200", "2xx")
        )
        (was, was_bad), (eligible, bad) = (
            counted_before["checkout-availability"],
            counted_after["checkout-availability"],
        )
        tell("embedded", eligible=eligible - was, bad=bad - was_bad, shop=buyers, shop_bad=buyers - good)
        assert eligible - was == pytest.approx(buyers, abs=trickle)
        assert bad - was_bad == buyers - good

        selector = 'http_requests_total{service="checkout",method="POST",route="/checkout",synthetic="false"%s}'
        stretch, edge = ended - began + 4 * SCRAPE, ended + 2 * SCRAPE
        of_code = f',code="{ODD}",cause="checkout"'
        total = ask(prometheus, f"sum(increase({selector % ''}[{stretch:.0f}s]))", edge)
        failed = ask(prometheus, f"sum(increase({selector % of_code}[{stretch:.0f}s]))", edge)
        tell("prometheus", increase=total, share=total / buyers - 1, odd=failed, odd_share=failed / odd - 1)
        # `increase` stretches what lies between the first and the last sample to the whole range: a scrape, at most.
        assert 0 <= total / buyers - 1 <= SCRAPE / (stretch - SCRAPE) + 0.001
        assert 0 <= failed / odd - 1 <= SCRAPE / (stretch - SCRAPE) + 0.001
        alive = f'and on (instance) (timestamp(up{{job="checkout"}}) > {ended})'  # not the series of the past
        raw = ask(prometheus, f"sum({selector % ''} {alive})") - before.sum(synthetic="false")
        tell("prometheus raw", counted=raw, shop=buyers)
        assert raw == pytest.approx(buyers, abs=trickle)


def tell(who: str, **figures: float) -> None:
    """Printed with `-s`, and by pytest where it fails."""
    print(who, ", ".join(f"{name} {value:.10g}" for name, value in figures.items()), flush=True)  # noqa: T201
