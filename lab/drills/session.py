"""One drill being played: the conductor, a clock, the orders of others, and the folder that it is written into."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lab.drills.answers import AnswerSheet
from lab.drills.archive import BOARDS, About, Archive
from lab.drills.clock import DrillClock
from lab.drills.conductor import Conductor
from lab.drills.desk import Words
from lab.drills.orders import Order, Orders
from lab.drills.record import Record
from lab.drills.score import Scorecard, score
from lab.drills.tape import Ending, Event
from slotui.clock import now
from slotui.core.drill import Act, DrillState, DrillView
from slotui.errors import UsageError
from slotui.source.recording.form import Frame
from slotui.source.recording.writer import Recorder
from slotui.taping import head_of
from slotui.watch import Feed

if TYPE_CHECKING:
    from lab.drills.scenario import Scenario
    from lab.drills.stage import Stage

_BEAT = 0.2
"""Seconds between two looks at clock and orders."""

_FRAMES = 240
"""Boards that are recorded over a whole drill."""


class Session:
    """A drill from its first second to its debrief. `every` is the seconds of its clock between two looks.

    `heard` is told each event as it is written down. `feed` makes the boards that are recorded; None records none.
    """

    def __init__(
        self,
        scenario: Scenario,
        text: bytes,
        stage: Stage,
        about: About,
        archive: Archive,
        feed: Feed,
        clock: DrillClock,
        *,
        every: float,
        heard: Callable[[Event], None] = lambda _: None,
        recorded: bool = True,
    ) -> None:
        self.scenario = scenario
        self.about = about
        self.clock = clock
        self.card: Scorecard | None = None
        self._text = text
        self._stage = stage
        self._archive = archive
        self._feed = feed
        self._heard = heard
        self._recorded = recorded
        self._every = every
        self._orders = Orders(archive.folder)
        self._next_frame = 0.0
        self._recorded_at = -math.inf
        self._recorder: Recorder | None = None
        self._open = ExitStack()
        self._words = Words(scenario, feed.slos, about.commitment, about.speed)
        self.conductor = Conductor(
            scenario,
            stage,
            feed.slos,
            player=about.player,
            every=every,
            exact=about.clock == "virtual",
            write=self._write,
            sample=archive.sample,
        )

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self._archive.folder

    async def begin(self) -> None:
        """Set the stage and start the clock. Raises `SlotuiError` where that cannot be."""
        self._archive.open(self.about, self._text)
        await self.conductor.begin()
        if self.about.clock == "real":  # looking whether the lab is fit for it took a while
            self.about = replace(self.about, starts=now())
            self._archive.describe(self.about)
        if self._recorded:
            recorder = Recorder(self.folder / BOARDS, head_of(self._feed))
            self._recorder = self._open.enter_context(recorder)
        self.clock.start()

    async def play(self, sheet: AnswerSheet | None = None) -> None:
        """Play by the clock until it is over; answers are given when their moment comes."""
        while not self.conductor.ended:
            for order in self._orders.new():
                await self._obey(order)
            if self.clock.runs:
                await self._on(self.clock.elapsed(), sheet)
                if self.conductor.finished and self.about.clock == "virtual":
                    self.clock.leap(self.clock.elapsed() + self.scenario.lasts / _FRAMES)
                    await asyncio.sleep(0)
                    continue
            if not self.conductor.ended:
                await asyncio.sleep(_BEAT)
        self.clock.stop()

    async def play_at_once(self, sheet: AnswerSheet) -> None:
        """Play a virtual drill as fast as it goes, from look to look: the same answers always have the same tape."""
        self.clock.reset()
        looks = 0
        while not self.conductor.ended:
            for order in self._orders.new():
                if order.do not in ("pause", "resume"):  # no time goes by that could stand still
                    await self._obey(order)
            looks += 1
            self.clock.leap(looks * self._every)
            await self._on(self.clock.elapsed(), sheet)
            await asyncio.sleep(0)

    async def stop(self, ending: Ending, by: str, text: str = "") -> None:
        """Break it off."""
        await self.conductor.end(ending, by, text)
        self.clock.stop()

    async def conclude(self) -> Record:
        """Ask for the bill, let go of the stage, score it, and write the debrief. The drill is over."""
        from lab.drills.debrief import html, markdown

        try:
            bill = await self._stage.bill()
        finally:
            await self._stage.close()
            self._open.close()
        self._archive.close(bill)
        record = self._archive.record()
        self.card = score(record)
        self._archive.debrief(markdown(record, self.card), html(record, self.card))
        return record

    async def fail(self, why: str) -> None:
        """What it is played on has failed: write that down, and let go of everything. There is no debrief.

        Of a drill that could not even begin nothing is kept: nobody has played it.
        """
        begun = bool(self.conductor.events)
        self.conductor.break_off(why)
        self.clock.stop()
        try:
            await self._stage.close()
        finally:
            self._open.close()
            self._archive.close()
        if begun:
            self.card = score(self._archive.record())
        else:
            self._archive.discard()

    # -- the player -----------------------------------------------------------------------------------------

    def act(self, act: Act) -> None:
        """Do something now. Raises `UsageError`."""
        if not self.clock.runs and not self.conductor.ended:
            raise UsageError("the drill is paused", fix="the facilitator lets it go on")
        self.conductor.act(act, self.clock.elapsed())

    def view(self) -> DrillView:
        """What the player may know now."""
        from lab.drills.score import lines

        state: DrillState = "over" if self.conductor.ended else "on" if self.clock.runs else "paused"
        result = lines(self.card) if self.card is not None else ()
        elapsed = min(self.clock.elapsed(), self.scenario.lasts)
        return self._words.view(self.conductor.events, state, elapsed, result)

    # -- time -----------------------------------------------------------------------------------------------

    async def _on(self, to: float, sheet: AnswerSheet | None) -> None:
        """Play up to there, with the answers that come due on the way."""
        conductor = self.conductor
        while sheet is not None and not conductor.finished and (due := sheet.next(conductor.events)) and due[0] <= to:
            at, answer = due
            await conductor.advance(at)
            if conductor.ended:
                break
            if sheet.next(conductor.events) == due:  # nothing that came meanwhile is due before it
                sheet.take(answer)
                conductor.act(answer.act, at)
        await conductor.advance(to)
        await self._record(to)

    async def _record(self, at: float) -> None:
        if self._recorder is None or (at < self._next_frame and not self.conductor.ended):
            return
        self._next_frame = at + self.scenario.lasts / _FRAMES
        snapshot = await self._feed.snapshot()
        if snapshot.at > self._recorded_at:
            self._recorded_at = snapshot.at
            self._recorder.add(Frame(snapshot, self._feed.entries()))

    async def _obey(self, order: Order) -> None:
        conductor, at = self.conductor, self.clock.elapsed()
        match order.do:
            case "hint":
                if order.number in conductor.hints_left:
                    conductor.hint(order.number, order.by, at)
            case "message" if order.text:
                conductor.message(order.sender or order.by, order.text, at)
            case "pause" if self.clock.runs:
                self.clock.stop()
                await conductor.pause(order.by, at)
            case "resume" if not self.clock.runs:
                await conductor.resume(order.by)
                self.clock.start()
            case "abort":
                await self.stop("aborted", order.by, order.text)
            case "halt":
                await self.stop("halted", order.by, order.text)

    def _write(self, event: Event) -> None:
        self._archive.write(event)
        self._heard(event)
