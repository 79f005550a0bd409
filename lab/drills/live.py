"""A stage that is real: the lab that is up. Faults are leases of its chaos control plane, times those of its alerts."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Literal, Protocol

from chaos.spend import alive
from chaos.spend.client import About, LeaseSeen, Place
from lab.drills.alert_log import AlertLog
from lab.drills.leases import Injector, Leases
from lab.drills.live_bill import Ordinary, burned, injected_by_slo, lines, ordinary, predictions
from lab.drills.permission import fits_a_lab, permit
from lab.drills.record import Line
from lab.drills.scenario import Blindness, Deploy, Fault, Scenario
from lab.drills.stage import RECOVERED_OVER, Look
from lab.drills.unexplained import incident
from slotui.cli.options import Opened
from slotui.clock import Clock, now
from slotui.core.board import Board
from slotui.core.entry import Entry, Estimate
from slotui.core.timeline import Counts
from slotui.duration import MINUTE
from slotui.errors import LabError, SlotuiError, SourceError
from slotui.ledger.operator import operator
from slotui.ledger.store import AlreadyClosed, Ledger
from slotui.source.choice import Choice
from slotui.source.connect import connect
from slotui.spec.load import load_policy, load_slos
from slotui.state import RunningLab
from slotui.watch import Feed

RENEW_EVERY = 1.0
"""Seconds; the service lets go after five."""

UNWATCHED = 30.0
"""Seconds without a look at the stage, or of the stage at the metrics, after which a drill is over: who cannot see does
not spend."""

Sleep = Callable[[float], Awaitable[None]]


class Control(Injector, Protocol):
    """What is asked of the lab's control plane: a `chaos.spend.client.ControlPlane`."""

    def about(self) -> About: ...

    def leases(self) -> tuple[LeaseSeen, ...]: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Before:
    """How the lab was when the drill began."""

    board: Board
    usual: Mapping[str, Ordinary]
    predicted: Mapping[str, Estimate]


class LiveStage:
    """Plays one drill in the lab. Faults are kept on by this process, while somebody looks: nothing outlives it.

    `override` is why it is played although policy forbids experiments. `clock` is UTC seconds.
    """

    def __init__(
        self,
        control: Control,
        opened: Opened,
        *,
        override: str | None = None,
        clock: Clock = now,
        steady: Callable[[], float] = monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._control = control
        self._opened = opened
        self._override = override
        self._clock, self._steady, self._sleep = clock, steady, sleep
        self._ledger = Ledger(opened.ledger)
        self._feed = Feed(opened.source, opened.slos, opened.policy, entries=self._ledger.entries, clock=clock)
        self._id = secrets.token_hex(4)
        self._held = ExitStack()
        self._scenario: Scenario | None = None
        self._leases: Leases | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._before: _Before | None = None
        self._alerts = AlertLog()
        self._started = self._counted_from = 0.0
        self._begun: dict[str, Fault] = {}
        self._paused: frozenset[str] = frozenset()
        self._last = Look(0.0)
        self._asked = self._saw = self._quiet_since = 0.0
        self._ended: float | None = None
        self._problem: SlotuiError | None = None
        self._observed: dict[str, float] = {}
        self._open = False

    # -- from the first second ------------------------------------------------------------------------------

    async def begin(self, scenario: Scenario) -> None:
        """Look whether it may be, and write down that a drill begins, not which one.

        Raises `LabError` for a scenario that is none for a lab, `RefusedError` where the lab is in no state for it.
        """
        about = await asyncio.to_thread(self._control.about)
        fits_a_lab(scenario, self._opened.slos, about.ceilings)
        on = [lease for lease in await asyncio.to_thread(self._control.leases) if lease.ending is None]
        board = await self._feed.board()
        at = self._clock()
        lifted = permit(scenario, board, self._opened.policy, about, on, at, override=bool(self._override))
        spends = tuple(entry for entry in await asyncio.to_thread(self._ledger.entries) if entry.spends)
        usual = await ordinary(self._opened, board, at, spends)
        self._before = _Before(board, usual, await predictions(self._opened, scenario))
        self._scenario = scenario
        self._started = self._saw = self._clock()
        self._counted_from = self._margin(spends)
        self._asked = self._steady()
        self._alerts = AlertLog(board)
        self._leases = Leases(self._control, self._id, operator(), longest=about.ceilings.max_ttl, steady=self._steady)
        await asyncio.to_thread(self._write_down, scenario, lifted)
        self._keeper = asyncio.create_task(self._keep(self._leases))

    def _write_down(self, scenario: Scenario, lifted: str) -> None:
        self._held.enter_context(alive.holding(self._ledger.path, self._id))
        self._ledger.open_entry(
            Entry(
                id=self._id,
                kind="drill",
                slos=(),
                operator=operator(),
                reason=f"overridden ({lifted}): {self._override}" if lifted else "",
                fault="a drill",
                started=self._started,
                planned_end=self._started + scenario.lasts,
            )
        )
        self._open = True

    # -- what the conductor asks ----------------------------------------------------------------------------

    async def look(self, at: float) -> Look:
        """What metrics, alerts and injector say now; while the metrics are silent for a moment, what they said last.

        Raises `SourceError` when they stay silent, and what went wrong with the faults meanwhile.
        """
        # What `at` is on the wall. Reading the metrics takes a while, and alerts are dated back from here.
        wall = self._clock()
        self._asked = self._steady()
        if self._problem is not None:
            raise self._problem
        leases, before = self._playing()
        try:
            board = await self._feed.board()
            spent = await self._counts(self._counted_from)
            recent = await self._counts(max(self._started, self._clock() - RECOVERED_OVER))
            # Last of all: so the metrics never show anything that the injector has not told of yet.
            await leases.renew()
        except SourceError:
            if self._clock() - self._saw > UNWATCHED:
                raise
            return replace(self._last, at=at, alerts=(), halted=leases.halted)
        if board.source.state == "live":
            self._saw = board.at
        elif self._clock() - self._saw > UNWATCHED:
            raise SourceError(f"{board.source.url}: nothing new is measured any more", fix="see `slotui lab status`")
        seen = leases.seen()
        injected = injected_by_slo(self._begun.values(), seen)
        firing = frozenset(
            slo.name
            for slo in board.slos
            if any(status.firing and status.tier.severity == "page" for status in slo.alerts)
        )
        hurt = frozenset(slo for fault in self._begun.values() for slo in fault.hurts)
        self._last = Look(
            at,
            alerts=self._alerts.changes(board, at, wall),
            spent=spent,
            recent=recent,
            policy={slo.name: slo.tier_name for slo in board.slos},
            firing=firing,
            left={slo.name: slo.remaining for slo in board.slos},
            burn={slo.name: slo.burns.get(5 * MINUTE) for slo in board.slos},
            injected={name: float(sum(lease.injected for lease in all_of)) for name, all_of in seen.items()},
            halted=leases.halted,
            incident=incident(burned(board, spent, before.usual, injected), firing, hurt),
        )
        return self._last

    async def start(self, fault: Fault, at: float) -> None:
        """Its first lease is on when this returns. Raises what the service says when it refuses."""
        leases, _ = self._playing()
        await leases.start(fault, max(0.0, at - fault.at))
        self._begun[fault.name] = fault

    async def end(self, fault: Fault, at: float) -> None:  # noqa: ARG002  # the seam of all stages
        """No lease of it is on when this returns, or within five seconds."""
        leases, _ = self._playing()
        self._paused -= {fault.name}
        await leases.stop(fault.name)
        self._quiet_since = self._clock()

    async def blind(self, blindness: Blindness, at: float) -> None:  # noqa: ARG002  # the seam of all stages
        """Raises `LabError`: the lab's metrics are its own."""
        raise LabError(f"{blindness.name}: metrics fail on a virtual clock only", fix="play it with --speed 10")

    async def see(self, blindness: Blindness, at: float) -> None:
        """Raises `LabError`, as `blind`."""
        await self.blind(blindness, at)

    async def deploy(self, deploy: Deploy, at: float) -> None:  # noqa: ARG002  # the seam of all stages
        """A mark in the ledger, as a pipeline would write it."""
        wall = self._clock()
        await asyncio.to_thread(self._ledger.open_entry, _mark("deploy", deploy.version, wall))

    async def pause(self, at: float) -> None:  # noqa: ARG002  # the seam of all stages
        """Every fault is off; the metrics go on."""
        leases, _ = self._playing()
        self._paused = leases.on
        self._alerts.pause(self._clock())
        await leases.stop_all()

    async def resume(self, at: float) -> None:
        """What was on is on again, for the rest of its time."""
        leases, _ = self._playing()
        self._asked, self._saw = self._steady(), self._clock()
        self._alerts.resume(self._clock())
        for name in sorted(self._paused):
            fault = self._begun[name]
            await leases.start(fault, at - fault.at)
        self._paused = frozenset()

    async def bill(self) -> tuple[Line, ...]:
        """What it cost, once the metrics have surely counted the last of it."""
        leases, before = self._playing()
        await leases.stop_all()
        self._ended = self._clock()
        settled = self._quiet_since + self._opened.source.settle
        if (left := settled - self._clock()) > 0:
            await self._sleep(left)
        injected = injected_by_slo(self._begun.values(), leases.seen())
        board, spent = None, {}
        with suppress(SourceError):  # what it cost stays unknown then, and the bill says so
            board = await self._feed.board()
            spent = await self._counts(self._counted_from)
        found = lines(before.board, board, spent, before.usual, before.predicted, injected)
        hurt = {slo for fault in self._begun.values() for slo in fault.hurts}
        self._observed = {
            one.slo: one.observed - one.usual for one in found if one.slo in hurt and one.observed is not None
        }
        return found

    async def close(self) -> None:
        """End what is on, close the ledger's entry with what is known, say there what the drill was."""
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None
        try:
            if self._leases is not None:
                await self._leases.stop_all()
            if self._open:
                self._open = False
                await asyncio.to_thread(self._settle_up)
        finally:
            self._held.close()
            self._control.close()
            await self._opened.source.close()

    # -- inside ---------------------------------------------------------------------------------------------

    def _playing(self) -> tuple[Leases, _Before]:
        if self._leases is None or self._before is None:
            raise LabError("the drill has not begun", fix="begin it first")
        return self._leases, self._before

    def _margin(self, spends: Iterable[Entry]) -> float:
        """From when to count: a little before the start, or a scrape that spans it would be shared out over time
        without any fault; but not what an experiment just before may still cost."""
        settle = self._opened.source.settle
        over = [entry.ended + settle for entry in spends if entry.ended is not None]
        return min(self._started, max([self._started - settle, *over]))

    async def _counts(self, since: float) -> dict[str, Counts]:
        """Counts of every SLO from `since` until now; one that was not measured is left out."""
        until, source = self._clock(), self._opened.source
        if until <= since:
            return {}
        found = {slo.name: await source.count(slo.name, since, until) for slo in self._opened.slos}
        return {name: counts for name, counts in found.items() if counts is not None}

    async def _keep(self, leases: Leases) -> None:
        """Renew, as long as somebody looks: a drill that hangs keeps nothing on. The next look raises what is wrong."""
        try:
            # In a pause nobody looks, and nothing is on.
            while not leases.on or self._steady() - self._asked <= UNWATCHED:
                await self._sleep(RENEW_EVERY)
                await leases.renew()
            await leases.stop_all()
            self._problem = LabError(f"nobody looked after the drill for {UNWATCHED:.0f} s: its faults have ended")
        except SlotuiError as error:
            self._problem = error

    def _settle_up(self) -> None:
        """The end of the entry, and what was in the sealed envelope."""
        ended = self._ended or self._clock()
        seen = self._leases.seen() if self._leases is not None else {}
        injected = sum(lease.injected for all_of in seen.values() for lease in all_of)
        with suppress(AlreadyClosed):  # somebody took us for dead
            self._ledger.close_entry(
                self._id, ended=ended, injected=injected, observed=self._observed, ending=self._ending()
            )
        if self._scenario is not None:
            self._ledger.open_entry(_mark("note", self._truth(self._scenario), ended))

    def _ending(self) -> str:
        if self._last.halted or (self._leases is not None and self._leases.halted):
            return "halted"
        if self._last.incident:
            return "guard"
        whole = self._scenario is not None and self._last.at >= self._scenario.lasts
        return "expired" if whole else "stopped"

    def _truth(self, scenario: Scenario) -> str:
        faults = ", ".join(f"{name} ({fault.cause})" for name, fault in self._begun.items())
        return f"entry {self._id} was the drill {scenario.name!r}: {faults or 'nothing was wrong'}"


def _mark(kind: Literal["deploy", "note"], what: str, at: float) -> Entry:
    return Entry(secrets.token_hex(4), kind, (), operator(), what, "", at, ended=at, ending="noted")


def live_stage(lab: RunningLab, *, override: str | None) -> tuple[LiveStage, Feed]:
    """The stage of a lab that is up, and a feed of its boards with a source of its own. Raises `SlotuiError`."""
    control = Place(lab.checkout_url, Path(lab.token_file)).open()
    slos, policy = load_slos([Path(lab.slos)]), load_policy(Path(lab.policy))
    if lab.prometheus_url:
        choice = Choice(prometheus=lab.prometheus_url)
    else:
        choice = Choice(scrape=f"{lab.checkout_url}/metrics", store=Path(lab.store or ""))
    ledger = Path(lab.ledger)
    stage = LiveStage(control, Opened(connect(choice, slos), slos, policy, ledger), override=override)
    # Two sources: the screen's may be closed before the bill is written, and neither waits for the other.
    return stage, Feed(connect(choice, slos), slos, policy, entries=Ledger(ledger).entries)
