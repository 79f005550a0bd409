"""How slow requests were, out of looks at a histogram."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from slotui.core.sli import EventSli, Matcher, Selector
from slotui.core.slo import Slo
from slotui.source.scrape.exposition import Page, Sample
from slotui.source.scrape.histograms import between, histograms
from slotui.source.scrape.store import CountStore, sli_key

FAST = Selector("took_seconds_bucket", (Matcher("le", "=", "0.4"), Matcher("route", "=", "/buy")))
SLOW = Slo("fast", "shop", 0.95, 3600, EventSli(Selector("took_seconds_count"), good=FAST))
MANY = Slo("up", "shop", 0.99, 3600, EventSli(Selector("all_total"), good=Selector("good_total")))


def sample(le: str, value: float, route: str = "/buy", tier: str = "free") -> Sample:
    return Sample("took_seconds_bucket", (("le", le), ("route", route), ("tier", tier)), value)


def test_the_whole_histogram_of_the_objectives_own_requests() -> None:
    page = Page(
        0.0,
        (
            sample("0.1", 3), sample("0.4", 7), sample("+Inf", 9), sample("0.1", 1, tier="plus"),
            sample("0.4", 1, tier="plus"), sample("+Inf", 2, tier="plus"), sample("+Inf", 50, route="/look"),
        ),
    )  # fmt: skip
    assert histograms((SLOW, MANY), page) == {sli_key(SLOW): {0.1: 4, 0.4: 8, math.inf: 11}}


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param({0.1: 5, math.inf: 9}, {0.1: 1, math.inf: 3}, id="a service that restarted"),
        pytest.param({0.1: 5, math.inf: 9}, {0.1: 5, math.inf: 9}, id="nobody came"),
        pytest.param({math.inf: 9}, {0.1: 5, math.inf: 19}, id="other edges"),
    ],
)
def test_what_tells_nothing(first: dict[float, float], last: dict[float, float]) -> None:
    assert between(first, last) is None


def test_a_few_looks_a_minute_are_kept_for_hours(tmp_path: Path) -> None:
    store = CountStore(tmp_path / "counts.sqlite")
    for at in range(0, 4 * 3600, 5):
        store.remember_histograms(float(at), {"k": {0.1: at, math.inf: 2 * at}})
    kept = store.histograms("k", 0, 4 * 3600)
    assert 3 * 240 <= len(kept) <= 3 * 240 + 1
    assert store.histograms("k", 3 * 3600, 3 * 3600 + 60)[0] == {0.1: 10800, math.inf: 21600}
    assert not store.histograms("other", 0, 4 * 3600)
    store.close()
