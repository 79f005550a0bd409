"""The what-if line of the screen and `chaos plan` are two readings of one formula: they must agree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chaos.faults.kinds import ErrorFault
from chaos.pricing.impact import hits
from chaos.pricing.plan import Before, plans, recent_past
from chaos.pricing.price import Standing
from slotui.core.assemble import assemble, source_status
from slotui.core.policy import DEFAULT_POLICY
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.sli import EventSli, Matcher, Selector
from slotui.core.slo import Slo
from slotui.core.standing import moments
from slotui.core.timeline import Span, Timeline
from slotui.core.what_if import Outage, what_if
from slotui.duration import DAY, HOUR

REQUESTS = Selector("http_requests_total")
GOOD = replace(REQUESTS, matchers=(Matcher("code", "=", "200"),))
NOW = 400.0 * DAY


@pytest.mark.parametrize("seconds", [60.0, 600.0, 2 * HOUR], ids=["a minute", "ten minutes", "two hours"])
@pytest.mark.parametrize("rate", [0.001, 0.05, 1.0], ids=["0.1 %", "5 %", "all"])
@pytest.mark.parametrize("usual", [0.0, 0.0004, 0.3], ids=["clean", "40 % spent", "burning"])
@pytest.mark.parametrize("days", [3, 38], ids=["young", "mature"])
def test_they_agree_on_cost_budget_alerts_and_tier(days: int, usual: float, rate: float, seconds: float) -> None:
    slo = Slo("shop", "checkout", 0.999, 30 * DAY, EventSli(REQUESTS, good=GOOD))
    steps = days * 288
    line = Timeline(
        Span(NOW - (steps - i) * 300, NOW - (steps - 1 - i) * 300, 3000, 3000 * usual, 300) for i in range(steps)
    )
    reading = read_timeline(slo, line, NOW)
    snapshot = Snapshot(NOW, {"shop": reading})
    board = assemble(snapshot, [slo], DEFAULT_POLICY, (), source_status("scrape", "http://x", snapshot, 60)).slos[0]
    pieces = [line.between(NOW - HOUR + i * 300, NOW - HOUR + (i + 1) * 300) for i in range(12)]
    before = Before(
        Standing(slo, reading.window, line.trailing(1800, NOW), at=NOW),
        recent_past(reading.windows, pieces, NOW),
        tuple(moments(slo, reading, NOW)),
        DEFAULT_POLICY,
    )
    (plan,) = plans(hits([ErrorFault(rate=rate)], [slo], None), {"shop": before}, seconds, {})
    found = what_if(board, DEFAULT_POLICY.tiers, Outage(rate, seconds), NOW)

    assert found is not None
    assert plan.price.share is not None
    assert plan.price.share.low <= found.share <= plan.price.share.high
    assert found.share == pytest.approx(plan.price.share.mid, rel=1e-6)
    assert found.bad == pytest.approx(plan.price.bad.mid, rel=1e-6)
    assert found.burn == pytest.approx(plan.price.burn, rel=1e-6)
    assert found.left_after == pytest.approx(plan.price.left_after, abs=1e-6)
    assert [(tier.key, round(after)) for tier, after in found.fires] == [
        (one.tier.key, round(one.after)) for one in plan.fires
    ]
    assert plan.after is not None
    assert found.tier_after == plan.after
