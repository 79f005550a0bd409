"""How slow requests are without a fault: which of what is known is taken."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

from chaos.pricing.base_latency import BaseLatency, finer, measured_base_latency
from slotui.core.entry import Entry
from slotui.source.base import Source

INF = math.inf
SPEND = Entry("a1b2", "experiment", ("shop",), "kim", "", "+300ms", 8_000.0, ended=8_060.0)


class Past:
    """A source that knows histograms of the time from `since` on, and coarse ones of the time before."""

    settle = 10.0

    def __init__(self, since: float) -> None:
        self.since = since
        self.asked: list[tuple[float, float]] = []

    async def latencies(self, _slo: str, start: float, end: float) -> Mapping[float, float]:
        self.asked.append((start, end))
        many = end - start
        return {0.1: many / 2, 0.4: many, INF: many} if start >= self.since else {0.4: 100 * many, INF: 100 * many}


async def measured(past: Past) -> BaseLatency | None:
    return await measured_base_latency(cast("Source", cast("Any", past)), "shop", 8_200.0, (SPEND,))


async def test_the_time_of_a_spend_is_left_out() -> None:
    past = Past(0.0)
    base = await measured(past)
    assert all(end <= SPEND.started or start >= SPEND.ended + past.settle for start, end in past.asked)  # type: ignore[operator]
    assert base == BaseLatency((0.1, 0.4, INF), (300, 600, 600))
    assert base is not None
    assert base.of == "those of the last 10m without a spend"


async def test_stretches_whose_edges_differ_are_not_mixed() -> None:
    base = await measured(Past(8_000.0))
    assert base is not None
    assert base.edges == (0.1, 0.4, INF)
    assert base.upto[-1] == 8_200 - 8_070


def test_the_finer_one_is_taken_and_in_doubt_the_measured_one() -> None:
    coarse, fine = BaseLatency((0.4, INF), (1, 2)), BaseLatency((0.1, 0.4, INF), (1, 2, 3))
    assert finer(coarse, fine) is fine
    assert finer(fine, fine) is fine
    assert finer(None, coarse) is coarse
    assert finer(coarse, None) is coarse
    assert finer(None, None) is None
