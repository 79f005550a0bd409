"""Reviews of made-up weeks, through the real core."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from slotui.core.assemble import assemble, source_status
from slotui.core.attribution import attribute
from slotui.core.entry import Entry, Estimate
from slotui.core.policy import DEFAULT_POLICY
from slotui.core.reading import Snapshot, read_timeline
from slotui.core.review import Past, Review, review
from slotui.core.sli import EventSli, Selector
from slotui.core.slo import Slo
from slotui.core.timeline import Span, Timeline
from slotui.duration import DAY, HOUR, MINUTE

NOW = 1763820000.0  # 2025-11-22T14:00:00Z
STEP = 300
Make = Callable[..., Review]


def slo_named(name: str, target: float = 0.999, window: int = 30 * DAY) -> Slo:
    return Slo(name, "shop", target, window, EventSli(Selector("requests_total"), bad=Selector("bad_total")))


def line_of(days: int, bursts: Sequence[tuple[float, float, float]] = ()) -> Timeline:
    """3000 requests in five minutes, one of them bad; `bursts` are (start, end, share of requests that is bad)."""
    spans = []
    for index in range(days * DAY // STEP):
        end = NOW - (days * DAY // STEP - 1 - index) * STEP
        share = next((share for left, right, share in bursts if left < end <= right), None)
        spans.append(Span(end - STEP, end, 3000, 1 if share is None else 3000 * share, STEP))
    return Timeline(spans)


@pytest.fixture
def make() -> Make:
    """A review of a week of one SLO, `availability`, and beside it one that was never counted."""

    def made(
        bursts: Sequence[tuple[float, float, float]] = (),
        entries: tuple[Entry, ...] = (),
        *,
        days: int = 52,
        name: str = "availability",
        length: float = 7 * DAY,
        causes: dict[str, float] | None = None,
        missing: str = "no series match lost_total",
    ) -> Review:
        slos, line = [slo_named(name), slo_named("lost")], line_of(days, bursts)
        reading = read_timeline(slos[0], line, NOW)
        nothing = replace(read_timeline(slos[1], Timeline(), NOW), problem=missing)
        snapshot = Snapshot(NOW, {name: reading, "lost": nothing})
        status = source_status("prometheus", "http://prometheus.example:9090", snapshot, 600)
        board = assemble(snapshot, slos, DEFAULT_POLICY, tuple(sorted(entries, key=lambda e: e.started)), status)
        slo = board.find(name)
        assert slo is not None
        spent = line.between(NOW - length, NOW).bad
        told = attribute(causes, spent, slo.allowed) if causes is not None else None
        return review(board, {name: Past(reading, line, causes=told)}, DEFAULT_POLICY, length)

    return made


@pytest.fixture
def week(make: Make) -> Review:
    """A bad deploy that paged, a leak that nobody noticed, two experiments, a refusal, an override, a maintenance."""
    slo = ("availability",)
    deploy = NOW - 5 * DAY
    bursts = [
        (deploy, deploy + 30 * MINUTE, 0.25),
        (NOW - 6.5 * DAY, NOW - 6.5 * DAY + 8 * HOUR, 0.0015),
        (NOW - 2 * DAY, NOW - 2 * DAY + 10 * MINUTE, 0.05),
        (NOW - DAY, NOW - DAY + 10 * MINUTE, 0.10),
    ]

    def spend(name: str, start: float, observed: float, injected: int, reason: str) -> Entry:
        return Entry(
            name, "experiment", slo, "ben", reason, "5% 500 on POST /checkout", start, start + 600,
            {"availability": Estimate(270, 300, 330)}, start + 600, injected, {"availability": observed}, "expired",
        )  # fmt: skip

    entries = (
        Entry("d1d1d1d1", "deploy", (), "ana", "checkout 1.4.2", "", deploy, ended=deploy),
        Entry("d2d2d2d2", "deploy", (), "ana", "checkout 1.4.3", "", NOW - 4 * DAY, ended=NOW - 4 * DAY),
        spend("e1e1e1e1", NOW - 2 * DAY, 300.0, 298, "does anybody notice?"),
        spend("e2e2e2e2", NOW - DAY, 600.0, 300, "once more"),
        Entry("e3e3e3e3", "experiment", slo, "cleo", "refused: an alert fires already", "50% 500", NOW - HOUR,
              ended=NOW - HOUR, injected=0, ending="refused"),
        Entry("o1o1o1o1", "deploy", slo, "kim", "a fix", "deploy in freeze", NOW - 2 * HOUR, ended=NOW - 2 * HOUR,
              ending="overridden"),
        Entry("m1m1m1m1", "maintenance", slo, "kim", "new disks", "", NOW - 2.5 * DAY, ended=NOW - 2.5 * DAY + HOUR,
              observed={"availability": 12.0}, ending="excluded"),
    )  # fmt: skip
    return make(bursts, entries, causes={"payment": 5200.0, "inventory": 1300.0})
