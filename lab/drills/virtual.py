"""A stage in memory: a shop that lives as far as it is looked at, its metrics, and its alerts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from lab.drills.alert_engine import AlertEngine
from lab.drills.past import past_of
from lab.drills.record import Line
from lab.drills.scenario import Blindness, Deploy, Fault, Scenario
from lab.drills.shop import FRESH, Broken, Caused, Shop, failing, slowing
from lab.drills.stage import RECOVERED_OVER, AlertChange, Look
from lab.supervisor import POLICY, SLOS
from slotui.core.budget import burn_rate
from slotui.core.policy import Policy
from slotui.core.reading import Reading, Snapshot, read_timeline
from slotui.core.slo import Slo
from slotui.core.standing import Folds, budget_of, standing_of
from slotui.core.timeline import Counts, Span, Timeline
from slotui.duration import HOUR, MINUTE
from slotui.spec.load import load_policy, load_slos

_FRESHNESS = "inventory-freshness"
_LONG = 2 * HOUR
_STEP, _STEP_IF_LONG = 10.0, 60.0
"""Seconds of a step of the shop. A long drill has longer ones: its clock goes faster."""
_EVERY, _EVERY_IF_LONG = 15.0, 60.0
"""Seconds between two evaluations of the alerts."""

_SURE = 1.96
"""Standard deviations on both sides that hold 95 % of a normal distribution."""


class VirtualSource:
    """The metrics of a virtual shop, as of the instant that it has lived to."""

    kind = "virtual"
    url = "a shop in memory"
    every = 1.0
    settle = 0.0

    def __init__(self, slos: tuple[Slo, ...], lines: Mapping[str, Timeline], now: Callable[[], float]) -> None:
        self._slos = {slo.name: slo for slo in slos}
        self._lines = lines
        self._now = now
        self.stale_after = 60.0

    async def read(self, at: float | None = None) -> Snapshot:
        """Every SLO at `at`, or now."""
        moment = self._now() if at is None else at
        return Snapshot(moment, {name: self._reading(slo, moment) for name, slo in self._slos.items()})

    def _reading(self, slo: Slo, at: float) -> Reading:
        return read_timeline(slo, self._lines[slo.name], at)

    async def count(self, slo: str, start: float, end: float) -> Counts | None:
        """Counts of `(start, end]`; None where nothing was measured."""
        found = self._lines[slo].between(start, end)
        return found if found.measured > 0 else None

    async def by_cause(self, slo: str, start: float, end: float) -> None:
        """Nothing: the SLOs of the dependencies tell causes apart here."""

    async def latencies(self, slo: str, start: float, end: float) -> None:
        """Nothing: a shop in memory has no histogram."""

    async def record(self, slo: str) -> Timeline:
        """All that was counted."""
        return self._lines[slo]

    async def close(self) -> None:
        """Nothing is held open."""


class VirtualStage:
    """Plays one scenario on a shop in memory. It asks no clock: it lives up to the instant that it is asked about."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.slos = load_slos([SLOS])
        self.policy: Policy = load_policy(POLICY)
        world = scenario.world
        self._starts = world.starts
        self._shop = Shop(world.starts, world.rps, world.seed)
        past = past_of(world)
        self._lines = {slo.name: Timeline(past[slo.name]) for slo in self.slos}
        self.source = VirtualSource(self.slos, self._lines, lambda: self._starts + self._lived)
        is_long = scenario.lasts > _LONG
        self._step_length = _STEP_IF_LONG if is_long else _STEP
        every = _EVERY_IF_LONG if is_long else _EVERY
        self._engine = AlertEngine(self.slos, self._lines, world.starts, every)
        self._lived = 0.0
        self._stepped = 0.0
        """How far the steps reach: the last one may not be over yet."""
        self._ran: list[Broken] = []
        """Every fault that was on, and when; its end is infinite while it is."""
        self._blind: list[tuple[float, float]] = []
        self._injected = {fault.name: Caused() for fault in scenario.faults}
        self._stale_minutes = {fault.name: 0 for fault in scenario.faults}
        """Minutes at whose end the stock was too old, by the fault that it stood still for."""
        self._folds: Folds = {}
        self._allowed = {slo.name: self._budget(slo, 0.0) for slo in self.slos}

    async def begin(self, scenario: Scenario) -> None:
        """Nothing has to be set up."""

    async def look(self, at: float) -> Look:
        """What is known at `at`; the shop has lived up to there."""
        changes: list[AlertChange] = []
        while self._stepped + self._step_length <= at:
            self._step()
            changes += self._engine.run(self._stepped)
        changes += self._engine.run(self._stepped)
        self._lived = at
        now = self._starts + at
        return Look(
            at,
            alerts=tuple(changes),
            spent={name: line.between(self._starts, now) for name, line in self._lines.items()},
            recent={name: line.trailing(RECOVERED_OVER, now) for name, line in self._lines.items()},
            policy=_Tiers(self.slos, lambda slo: self._tier(slo, now)),
            firing=self._engine.paging,
            left={slo.name: self._left(slo, at) for slo in self.slos},
            burn={
                slo.name: burn_rate(self._lines[slo.name].trailing(5 * MINUTE, now), slo.target) for slo in self.slos
            },
            injected={
                name: float(caused.failed + caused.slow + self._stale_minutes[name])
                for name, caused in self._injected.items()
            },
        )

    async def start(self, fault: Fault, at: float) -> None:
        """It is on from `at`."""
        self._ran.append(Broken(fault, at, math.inf))

    async def end(self, fault: Fault, at: float) -> None:
        """It is off from `at`."""
        self._ran = [Broken(fault, one.start, at) if _is_on(one, fault) else one for one in self._ran]

    async def blind(self, _blindness: Blindness, at: float) -> None:
        """Nothing is measured from `at`."""
        self._blind.append((at, math.inf))

    async def see(self, _blindness: Blindness, at: float) -> None:
        """It is measured again."""
        self._blind = [(start, at if end == math.inf else end) for start, end in self._blind]

    async def deploy(self, deploy: Deploy, at: float) -> None:
        """A release is a mark; the tape has it."""

    async def pause(self, at: float) -> None:
        """The clock stands: nothing happens here without it."""

    async def resume(self, at: float) -> None:
        """Nothing happened meanwhile."""

    async def bill(self) -> tuple[Line, ...]:
        """What the drill cost up to the instant of the last look."""
        usual = self._shop.usual(0.0, self._lived)
        predicted = self._predicted()
        injected = self._caused()
        lines = []
        for slo in self.slos:
            name = slo.name
            counts = self._lines[name].between(self._starts, self._starts + self._lived)
            lines.append(
                Line(
                    slo=name,
                    target=slo.target,
                    allowed=self._allowed[name][1],
                    left_before=self._allowed[name][0],
                    left_after=self._left(slo, self._lived),
                    predicted=_interval(predicted.get(name, 0.0)),
                    injected=injected.get(name, 0.0),
                    observed=counts.bad if counts.measured > 0 else None,
                    usual=usual[name],
                )
            )
        return tuple(lines)

    async def close(self) -> None:
        """Nothing stays on."""

    # -- living ---------------------------------------------------------------------------------------------

    def _step(self) -> None:
        start, end = self._stepped, self._stepped + self._step_length
        on = [
            Broken(one.fault, max(start, one.start), min(end, one.end))
            for one in self._ran
            if one.start < end and one.end > start
        ]
        step = self._shop.step(start, end, on)
        self._stepped = end
        whole_minute = end % MINUTE == 0
        for name, caused in step.injected.items():
            self._injected[name] += caused
        if whole_minute and step.stalled is not None:
            self._stale_minutes[step.stalled] += 1
        if any(one < end and other > start for one, other in self._blind):
            return
        begins, ends = self._starts + start, self._starts + end
        for name, (eligible, bad) in step.counts().items():
            if name in self._lines:
                self._lines[name].extend([Span(begins, ends, eligible, bad, ends - begins)])
        if whole_minute and _FRESHNESS in self._lines:
            bad = int(step.stalled is not None)
            self._lines[_FRESHNESS].extend([Span(ends - MINUTE, ends, 1, bad, MINUTE)])

    def _left(self, slo: Slo, at: float) -> float | None:
        return self._budget(slo, at)[0]

    def _budget(self, slo: Slo, at: float) -> tuple[float | None, float]:
        """The share that is left at `at`, and the bad events that are allowed."""
        moment = self._starts + at
        period = slo.period(moment)
        budget = budget_of(slo, period, self._lines[slo.name].between(period.start, moment), moment)
        return budget.remaining_ratio, budget.allowed

    def _tier(self, slo: Slo, at: float) -> str:
        standing = standing_of(slo, read_timeline(slo, self._lines[slo.name], at), self.policy, at, folds=self._folds)
        return standing.tier.name if standing is not None else "hold"

    # -- the bill -------------------------------------------------------------------------------------------

    def _predicted(self) -> dict[str, float]:
        """Bad events by SLO that the faults are expected to cause if nobody does anything."""
        found: dict[str, float] = {}
        for fault in self.scenario.faults:
            for name, mean in self._expected(fault, fault.at, min(fault.until, self.scenario.lasts)).items():
                found[name] = found.get(name, 0.0) + mean
        return found

    def _expected(self, fault: Fault, start: float, end: float) -> dict[str, float]:
        fails = slows = 0.0
        at = start
        while at < end:
            edge = min(at + MINUTE, end)
            buyers, middle = self._shop.expected(at, edge), (at + edge) / 2
            fails += buyers * failing(fault, middle)
            slows += buyers * slowing(fault, middle)
            at = edge
        first = max(start, fault.at + FRESH) // MINUTE + 1  # the first whole minute at which the stock is too old
        stale = max(0.0, end // MINUTE - first + 1) if fault.stalls else 0.0
        return _by_slo(fault, fails, slows, stale)

    def _caused(self) -> dict[str, float]:
        """Bad events by SLO that the faults did cause, by their injector's count."""
        found: dict[str, float] = {}
        for fault in {one.fault.name: one.fault for one in self._ran}.values():
            caused = self._injected[fault.name]
            for slo, count in _by_slo(fault, caused.failed, caused.slow, self._stale_minutes[fault.name]).items():
                found[slo] = found.get(slo, 0.0) + count
        return found


def _by_slo(fault: Fault, fails: float, slows: float, stale: float) -> dict[str, float]:
    """What a fault did to buyers and to the stock, as bad events of each SLO that it hurts."""
    return {slo: {"checkout-latency": slows, _FRESHNESS: stale}.get(slo, fails) for slo in fault.hurts}


class _Tiers(Mapping[str, str]):
    """Policy tiers by SLO, worked out when somebody asks: a fold of a whole history, and seldom wanted."""

    def __init__(self, slos: tuple[Slo, ...], tier: Callable[[Slo], str]) -> None:
        self._slos = {slo.name: slo for slo in slos}
        self._tier = tier

    def __getitem__(self, name: str) -> str:
        return self._tier(self._slos[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._slos)

    def __len__(self) -> int:
        return len(self._slos)


def _is_on(one: Broken, fault: Fault) -> bool:
    return one.fault.name == fault.name and one.end == math.inf


def _interval(mean: float) -> tuple[float, float, float]:
    """A Poisson count of that mean, and what 95 % of such counts lie between."""
    spread = _SURE * math.sqrt(mean)
    return max(0.0, mean - spread), mean, mean + spread
