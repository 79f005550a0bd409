"""Made-up boards, assembled by the real core from made-up timelines, so that they are consistent."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot

from slotui.core.assemble import assemble, source_status
from slotui.core.board import Board
from slotui.core.entry import Entry, Estimate
from slotui.core.policy import DEFAULT_POLICY
from slotui.core.reading import FaultSeen, Reading, Snapshot, read_timeline
from slotui.core.sli import EventSli, Matcher, Selector, freshness
from slotui.core.slo import Slo
from slotui.core.timeline import Counts, Span, Timeline
from slotui.duration import DAY, HOUR, MINUTE
from slotui.errors import SourceError
from slotui.tui.app import SlotuiApp
from slotui.tui.drill_desk import DrillDesk
from slotui.tui.drilled import DrilledApp
from slotui.watch import Feed

NOW = 1763820151.0  # 2025-11-22T14:02:31Z
URL = "http://127.0.0.1:9090"


def event_slo(name: str, target: float, window: int = 30 * DAY, service: str = "checkout") -> Slo:
    eligible = Selector("http_requests_total", (Matcher("service", "=", service), Matcher("synthetic", "=", "false")))
    good = Selector(eligible.metric, (*eligible.matchers, Matcher("code", "=~", "2..")))
    return Slo(name, service, target, window, EventSli(eligible, good), description=f"What {service} promises.")


def freshness_slo(name: str, target: float, window: int = 7 * DAY) -> Slo:
    updated = Selector("inventory_updated_timestamp_seconds", (Matcher("service", "=", "checkout"),))
    return Slo(name, "checkout", target, window, freshness(updated, 60.0))


def timeline(
    window: int,
    *,
    rate: float = 15.0,
    ratio: Callable[[float], float] = lambda _: 0.0,
    length: float | None = None,
    silent: tuple[float, float] | None = None,
    stopped: float = 0.0,
) -> Timeline:
    """Spans of five minutes up to NOW, of one minute in the last six hours; `ratio(seconds before now)` are bad.

    `silent`: nobody looked between so and so many seconds ago; `stopped`: no traffic in the last seconds.
    """
    spans = []
    start = NOW - (length or window + 8 * DAY)
    while start < NOW:
        step = 5 * MINUTE if NOW - start > 6 * HOUR else MINUTE
        end = min(start + step, NOW)
        before = NOW - end
        if silent is None or not silent[1] <= before < silent[0]:
            count = 0.0 if before < stopped else round(rate * (end - start))
            spans.append(Span(start, end, count, round(count * ratio(before)), end - start))
        start = end
    return Timeline(spans)


def bursts(base: float, *parts: tuple[float, float, float]) -> Callable[[float], float]:
    """An error ratio that is `base`, and in each part `(from, to, ratio)` of seconds before now that ratio."""

    def ratio(before: float) -> float:
        return next((share for since, until, share in parts if until <= before < since), base)

    return ratio


Readings = Sequence[tuple[Slo, Reading]]


@lru_cache
def six_slos() -> Readings:
    """One of every state."""
    spent = event_slo("search-results", 0.995, service="search")
    lines: list[tuple[Slo, Timeline | None]] = [
        (
            event_slo("checkout-availability", 0.999),
            timeline(
                30 * DAY,
                ratio=bursts(
                    0.0002,
                    (12 * DAY, 12 * DAY - 4 * HOUR, 0.045),
                    (5 * DAY, 5 * DAY - 2 * HOUR, 0.03),
                    (66 * MINUTE, 10 * MINUTE, 0.016),
                    (10 * MINUTE, 0, 0.021),
                ),
            ),
        ),
        (
            event_slo("checkout-latency", 0.95),
            timeline(30 * DAY, ratio=bursts(0.018, (30 * HOUR, HOUR, 0.16), (HOUR, 0, 0.2), (10 * MINUTE, 0, 0.155))),
        ),
        (freshness_slo("inventory-freshness", 0.99), timeline(7 * DAY, rate=1 / 60, ratio=lambda _: 0.0)),
        (
            spent,
            timeline(30 * DAY, ratio=bursts(0.004, (9 * DAY, 8 * DAY, 0.055), (HOUR, 0, 0.003)), silent=None),
        ),
        (
            event_slo("refund-api", 0.99, service="refund"),
            timeline(30 * DAY, rate=2, stopped=2 * HOUR),
        ),
        (event_slo("stock-sync", 0.99, service="stock"), None),
    ]
    return tuple((slo, read_timeline(slo, line if line is not None else Timeline(), NOW)) for slo, line in lines)


LEDGER = (
    Entry(
        "e1",
        "incident",
        ("checkout-availability",),
        "anna",
        "payment provider down",
        "",
        NOW - 12 * DAY,
        ended=NOW - 12 * DAY + 4 * HOUR,
        observed={"checkout-availability": 9720.0},
        ending="closed",
    ),
    Entry(
        "e2",
        "experiment",
        ("checkout-availability",),
        "ben",
        "does the fallback hold",
        "3% errors on POST /checkout",
        NOW - 5 * DAY,
        planned_end=NOW - 5 * DAY + 2 * HOUR,
        predicted={"checkout-availability": Estimate(3000, 3300, 3500)},
        ended=NOW - 5 * DAY + 2 * HOUR,
        injected=3240,
        observed={"checkout-availability": 3240.0},
        ending="expired",
    ),
    Entry(
        "e3",
        "experiment",
        ("checkout-availability",),
        "cleo",
        "training",
        "latency 300ms on payments",
        NOW - 252,
        planned_end=NOW - 252 + 600,
        predicted={"checkout-availability": Estimate(700, 780, 860)},
    ),
)


def make_board(
    readings: Readings | None = None,
    *,
    entries: tuple[Entry, ...] = LEDGER,
    faults: tuple[FaultSeen, ...] = (FaultSeen("e3", "latency", 350),),
    age: float = 4.0,
    at: float = NOW,
) -> Board:
    readings = six_slos() if readings is None else readings
    seen = {
        slo.name: replace(reading, seen_at=at - age if reading.seen_at is not None else None)
        for slo, reading in readings
    }
    snapshot = Snapshot(at, seen, faults)
    status = source_status("prometheus", URL, snapshot, 60.0)
    return replace(assemble(snapshot, [slo for slo, _ in readings], DEFAULT_POLICY, entries, status), refresh=10.0)


@dataclass
class TapeSource:
    """A source that plays what it is told: snapshots, errors, or a silence that never ends."""

    tape: list[Snapshot | SourceError | None] = field(default_factory=list)
    kind: str = "prometheus"
    url: str = URL
    every: float = 10.0
    stale_after: float = 60.0
    settle: float = 5.0
    asked: int = 0
    closed: bool = False

    async def read(self, _at: float | None = None) -> Snapshot:
        """The next of the tape; the last one again and again."""
        step = self.tape[min(self.asked, len(self.tape) - 1)]
        self.asked += 1
        if step is None:
            await asyncio.Event().wait()
        if isinstance(step, SourceError):
            raise step
        assert step is not None
        return step

    async def count(self, _slo: str, _start: float, _end: float) -> Counts | None:
        """Not asked for by a screen."""
        return None

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


@dataclass
class Stage:
    """An app with a feed under control: its clocks stand still until they are told to go on."""

    source: TapeSource
    feed: Feed
    app: SlotuiApp
    time: list[float]

    def pass_seconds(self, seconds: float) -> None:
        """Let the clocks go on."""
        self.time[0] += seconds

    def frame(self) -> str:
        """What a person sees, as text."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)


async def until(pilot: Pilot[None], holds: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for a condition with a deadline."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        await pilot.pause(0.01)


def burst(app: SlotuiApp, *keys: str) -> None:
    """Keys that are all there before the first one is looked at, as when they are pasted."""
    for key in keys:
        app.post_message(Key(key, " " if key == "space" else None))


class Boards:
    """What tests make boards with."""

    now = NOW
    url = URL
    ledger = LEDGER
    bursts = staticmethod(bursts)
    event_slo = staticmethod(event_slo)
    make = staticmethod(make_board)
    six = staticmethod(six_slos)
    timeline = staticmethod(timeline)
    until = staticmethod(until)
    burst = staticmethod(burst)

    @staticmethod
    def snapshot(readings: Readings | None = None, *, age: float = 4.0, at: float = NOW) -> Snapshot:
        """What a source answers."""
        readings = six_slos() if readings is None else readings
        seen = {
            slo.name: replace(reading, seen_at=at - age if reading.seen_at is not None else None)
            for slo, reading in readings
        }
        return Snapshot(at, seen, (FaultSeen("e3", "latency", 350),))

    @staticmethod
    def stage(
        *tape: Snapshot | SourceError | None,
        slos: list[Slo] | None = None,
        kind: str = "prometheus",
        ledger: tuple[Entry, ...] = LEDGER,
        drill: DrillDesk | None = None,
        **options: Any,
    ) -> Stage:
        """An app before its first frame, with a drill in it or without."""
        source = TapeSource(list(tape), kind=kind)
        moment = [NOW]
        names = [slo for slo, _ in six_slos()] if slos is None else slos
        feed = Feed(source, names, DEFAULT_POLICY, entries=lambda: ledger, clock=lambda: moment[0])
        clocks: dict[str, Any] = {"clock": lambda: moment[0], "monotonic": lambda: moment[0]}
        app = SlotuiApp(feed, **clocks, **options) if drill is None else DrilledApp(drill, feed, **clocks, **options)
        return Stage(source, feed, app, moment)


@pytest.fixture
def boards() -> type[Boards]:
    """The maker of boards and stages."""
    return Boards


GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a frame with its file; UPDATE_GOLDEN=1 writes the file instead."""

    def compare(name: str, frame: str) -> None:
        path = GOLDEN / f"{name}.txt"
        if os.environ.get("UPDATE_GOLDEN") == "1":
            path.parent.mkdir(exist_ok=True)
            path.write_text(frame + "\n")
        assert path.exists(), f"{path} is missing: run with UPDATE_GOLDEN=1 and look at it"
        assert frame + "\n" == path.read_text()

    return compare
