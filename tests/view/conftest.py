"""Small boards, assembled by the real core."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slotui.core.assemble import assemble, source_status
from slotui.core.board import Board
from slotui.core.entry import Entry, Estimate
from slotui.core.policy import DEFAULT_POLICY, Standing
from slotui.core.reading import FaultSeen, Snapshot, read_timeline
from slotui.core.sli import EventSli, Matcher, Selector
from slotui.core.slo import Slo
from slotui.core.states import SloState
from slotui.core.timeline import Span, Timeline
from slotui.duration import DAY, HOUR

NOW = 1763820151.0  # 2025-11-22T14:02:31Z
STEP = 300


def slo_named(name: str, target: float = 0.999, window: int = 30 * DAY) -> Slo:
    eligible = Selector("http_requests_total", (Matcher("service", "=", "shop"), Matcher("synthetic", "=", "false")))
    good = Selector(eligible.metric, (*eligible.matchers, Matcher("code", "=~", "2..")))
    return Slo(name, "shop", target, window, EventSli(eligible, good))


def line_of(window: float, recent: float, *, quiet: float = 0.0) -> Timeline:
    """300 requests a step, one bad in each, and in the last hour a share `recent` bad; `quiet`: none for so long."""
    steps = int(window // STEP)
    spans = []
    for index in range(steps):
        end = NOW - (steps - 1 - index) * STEP
        before = NOW - end
        count = 0 if before < quiet else 3000
        spans.append(Span(end - STEP, end, count, round(count * recent) if before < HOUR else min(count, 1), STEP))
    return Timeline(spans)


@pytest.fixture(scope="session")
def board() -> Board:
    """A page, an SLO without traffic, and one without data; one fault is on, one experiment is over."""
    lines = [
        (slo_named("availability"), line_of(38 * DAY, 0.02)),
        (slo_named("quiet", 0.99), line_of(38 * DAY, 0.0, quiet=2 * HOUR)),
        (slo_named("missing"), Timeline()),
    ]
    readings = {slo.name: read_timeline(slo, line, NOW) for slo, line in lines}
    snapshot = Snapshot(NOW, readings, (FaultSeen("e1", "error", 120), FaultSeen("stray", "latency", 7)))
    entries = (
        Entry(
            "e0",
            "experiment",
            ("availability",),
            "ben",
            "practice",
            "1% errors",
            NOW - DAY,
            ended=NOW - DAY + 600,
            observed={"availability": 864.0},
            ending="expired",
        ),
        Entry(
            "e1",
            "experiment",
            ("availability",),
            "cleo",
            "training",
            "5% errors",
            NOW - 60,
            planned_end=NOW + 60,
            predicted={"availability": Estimate(400, 432, 460)},
        ),
    )
    status = source_status("prometheus", "http://127.0.0.1:9090", snapshot, 60)
    return replace(assemble(snapshot, [slo for slo, _ in lines], DEFAULT_POLICY, entries, status), refresh=10.0)


@pytest.fixture(scope="session")
def any_board(board: Board) -> Board:
    """One SLO of every state, in the order of the board."""
    healthy, caution, freeze = (Standing(tier, None) for tier in DEFAULT_POLICY.tiers)
    rows = [
        ("checkout-availability", "checkout", SloState.PAGE, 0.424, 16.5, 66_600.0, caution),
        ("search-results", "search", SloState.SPENT, -0.141, 0.7, None, freeze),
        ("checkout-latency", "checkout", SloState.TICKET, 0.521, 4.0, 334_800.0, healthy),
        ("stock-sync", "stock", SloState.NO_DATA, None, None, None, None),
        ("refund-api", "refund", SloState.QUIET, 1.0, None, None, healthy),
        ("inventory-freshness", "checkout", SloState.OK, 1.0, 0.0, None, healthy),
    ]
    slos = tuple(
        replace(
            board.slos[0],
            slo=replace(slo_named(name), service=service),
            state=state,
            remaining=remaining,
            burns={HOUR: burn},
            exhausts_in=exhausts_in,
            standing=standing,
        )
        for name, service, state, remaining, burn, exhausts_in, standing in rows
    )
    return replace(board, slos=slos)
