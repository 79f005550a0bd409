"""Plays a scenario: its timeline on a stage, what the player and the facilitator do, all of it onto the tape.

It knows no clock. Whoever holds one calls `advance` with the seconds that have gone by; between two calls, acts may
come. The tape is the only result.
"""

from __future__ import annotations

import heapq
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from lab.drills.record import Sample
from lab.drills.scenario import DECISIONS, HYPOTHESES, Blindness, Deploy, Fault, Message, Scenario
from lab.drills.stage import Look, Stage
from lab.drills.tape import Ending, Event
from slotui.core.drill import Act
from slotui.core.slo import Slo
from slotui.duration import MINUTE
from slotui.errors import UsageError

_SAMPLES = 240
"""Points of a curve over a whole drill."""

BY_ITSELF, THE_END = "by itself", "the drill ends"
"""How a fault was over that no remedy ended."""

_SETTLES = 10 * MINUTE
"""Seconds after the player has finished within which an SLI may still prove a mitigation."""


@dataclass(order=True)
class _Due:
    """Something on the agenda; of two at the same instant, the one that was put there first comes first."""

    at: float
    number: int
    do: Callable[[float], Awaitable[None]] = field(compare=False)


class Conductor:
    """One drill from its first second to its last. `every`: seconds between two looks at the stage.

    `exact`: every look is taken at its own instant, however late the call comes, so that a virtual drill is the same
    at any speed. In real time what was missed is missed.
    """

    def __init__(
        self,
        scenario: Scenario,
        stage: Stage,
        slos: Iterable[Slo],
        *,
        player: str,
        every: float,
        exact: bool,
        write: Callable[[Event], None],
        sample: Callable[[Sample], None] = lambda _: None,
    ) -> None:
        self.scenario = scenario
        self.events: list[Event] = []
        self.ended = False
        self.finished = False
        """Whether the player has said that nothing is left to do."""
        self._stage = stage
        self._targets = {slo.name: slo.target for slo in slos}
        self._player = player
        self._every, self._exact = every, exact
        self._write_down, self._sample = write, sample
        self._agenda: list[_Due] = []
        self._numbers = count()
        self._at = 0.0
        self._next_look = 0.0
        self._next_sample = 0.0
        self._last = Look(0.0)
        self._on: dict[str, Fault] = {}
        self._blind: dict[str, Blindness] = {}
        self._to_come = {fault.name for fault in scenario.faults} | {one.name for one in scenario.blindness}
        self._heals: dict[tuple[str, str], Fault | Blindness] = {}
        self._under_way = 0

    # -- time ---------------------------------------------------------------------------------------------

    async def begin(self) -> None:
        """Set the stage; the drill's clock may start when this returns."""
        await self._stage.begin(self.scenario)
        self._write(Event(0.0, "started", "machine", text=self.scenario.title))
        for fault in self.scenario.faults:
            self._plan(fault.at, partial(self._start, fault))
            self._plan(fault.until, partial(self._end, fault, by="machine", how=BY_ITSELF))
        for one in self.scenario.blindness:
            self._plan(one.at, partial(self._go_blind, one))
            self._plan(one.until, partial(self._see, one, by="machine", how=BY_ITSELF))
        for message in self.scenario.messages:
            self._plan(message.at, partial(self._say, message))
        for release in self.scenario.deploys:
            self._plan(release.at, partial(self._deploy, release))

    async def advance(self, to: float) -> None:
        """Play up to `to` seconds of the drill's clock. Raises what the stage raises."""
        to = min(to, self.scenario.lasts)
        while not self.ended and (due := self._next(to)) is not None:
            await due
            if self.finished and self._proven():
                await self.end("done")
        if not self.ended and to >= self.scenario.lasts:
            await self.end("done" if self.finished else "time")

    async def end(self, ending: Ending, by: str = "machine", text: str = "") -> None:
        """It is over now: nothing stays on."""
        if self.ended:
            return
        if ending in ("time", "done"):
            await self._look(self._at)
        for fault in tuple(self._on.values()):
            await self._end(fault, self._at, by="machine", how=THE_END)
        for one in tuple(self._blind.values()):
            await self._see(one, self._at, by="machine", how=THE_END)
        self._write(Event(self._at, "ended", by, choice=ending, text=text))
        self.ended = True

    def break_off(self, why: str) -> None:
        """The stage has failed: it is over, and nobody asks the stage for anything any more."""
        if not self.ended:
            self._write(Event(self._at, "ended", "machine", choice="interrupted", text=why))
            self.ended = True

    def _next(self, to: float) -> Awaitable[None] | None:
        """What comes next of agenda and looks, not after `to`; None: nothing more."""
        due = self._agenda[0].at if self._agenda else None
        if due is not None and due <= to and due <= self._next_look:
            item = heapq.heappop(self._agenda)
            self._at = max(self._at, item.at)
            return item.do(self._at)
        if self._next_look > to:
            self._at = max(self._at, to)
            return None
        at = self._next_look if self._exact else max(self._at, to)
        self._next_look = at + self._every
        return self._look(at)

    def _plan(self, at: float, do: Callable[[float], Awaitable[None]]) -> None:
        heapq.heappush(self._agenda, _Due(at, next(self._numbers), do))

    # -- what the player does -----------------------------------------------------------------------------

    def act(self, act: Act, at: float) -> None:
        """The player's act, at that second. Raises `UsageError` for what makes no sense here."""
        if self.ended or self.finished:
            raise UsageError("the drill is over", fix="see the debrief")
        if act.slo is not None and act.slo not in self._targets:
            raise UsageError(f"no SLO is named {act.slo!r}", fix=f"there are {', '.join(self._targets)}")
        self._at = max(self._at, at)
        slo, choice = act.slo, act.choice
        match act.kind:
            case "acknowledge" | "hypothesis" | "decision" if slo is None:
                raise UsageError(f"{act.kind}: of which SLO?", fix=f"there are {', '.join(self._targets)}")
            case "hypothesis":
                _among(choice, HYPOTHESES, "cause")
            case "decision":
                _among(choice, DECISIONS, "decision")
            case "mitigation":
                self._mitigate(choice)
            case "communication" if not act.text.strip():
                raise UsageError("nothing to say", fix="write who has to know what")
            case "done":
                self.finished = True
        policy = self._last.policy.get(slo or "", "")
        self._write(Event(self._at, act.kind, self._player, slo, choice, act.text, policy=policy))

    def _mitigate(self, word: str) -> None:
        remedy = self.scenario.remedy(word)
        if remedy is None:
            raise UsageError(
                f"no remedy is named {word!r}", fix=f"there are {', '.join(one.word for one in self.scenario.remedies)}"
            )

        async def works(at: float) -> None:
            self._under_way -= 1
            self._write(Event(at, "remedy-done", "machine", choice=word, text=remedy.means))
            for fault in [one for one in self._on.values() if word in one.ended_by]:
                await self._end(fault, at, by=self._player, how=word)
            for one in [one for one in self._blind.values() if word in one.ended_by]:
                await self._see(one, at, by=self._player, how=word)

        self._under_way += 1
        self._plan(self._at + remedy.takes, works)

    # -- what the facilitator does ------------------------------------------------------------------------

    @property
    def hints_left(self) -> tuple[int, ...]:
        """The numbers of the hints that were not given yet."""
        given = {event.choice for event in self.events if event.kind == "hint"}
        return tuple(number for number in range(1, len(self.scenario.hints) + 1) if str(number) not in given)

    def hint(self, number: int, by: str, at: float) -> None:
        """Give a hint, by its number from 1. Raises `UsageError` for one that is not there, or was given."""
        hints = self.scenario.hints
        if not 1 <= number <= len(hints):
            raise UsageError(f"no hint {number}", fix=f"there are 1 to {len(hints)}")
        if number not in self.hints_left:
            raise UsageError(f"hint {number} was given already", fix="it costs once")
        hint = hints[number - 1]
        self._at = max(self._at, at)
        self._write(Event(self._at, "hint", by, choice=str(number), text=hint.text, cost=hint.cost))

    def message(self, sender: str, text: str, at: float) -> None:
        """Put a message into the player's hands."""
        self._at = max(self._at, at)
        self._write(Event(self._at, "message", sender, text=text))

    async def pause(self, by: str, at: float) -> None:
        """Stand still: in real time no fault stays on meanwhile."""
        self._at = max(self._at, at)
        await self._stage.pause(self._at)
        self._write(Event(self._at, "paused", by))

    async def resume(self, by: str) -> None:
        """Go on."""
        await self._stage.resume(self._at)
        self._write(Event(self._at, "resumed", by))

    # -- what the timeline does ---------------------------------------------------------------------------

    async def _start(self, fault: Fault, at: float) -> None:
        await self._stage.start(fault, at)
        self._to_come.discard(fault.name)
        self._on[fault.name] = fault
        self._write(Event(at, "fault-on", "machine", choice=fault.name))

    async def _end(self, fault: Fault, at: float, *, by: str, how: str) -> None:
        if self._on.pop(fault.name, None) is None:
            return
        await self._stage.end(fault, at)
        self._write(Event(at, "fault-off", by, choice=fault.name, text=how))
        self._heals.update({(fault.name, slo): fault for slo in fault.hurts})

    async def _go_blind(self, one: Blindness, at: float) -> None:
        await self._stage.blind(one, at)
        self._to_come.discard(one.name)
        self._blind[one.name] = one
        self._write(Event(at, "blind-on", "machine", choice=one.name))

    async def _see(self, one: Blindness, at: float, *, by: str, how: str) -> None:
        if self._blind.pop(one.name, None) is None:
            return
        await self._stage.see(one, at)
        self._write(Event(at, "blind-off", by, choice=one.name, text=how))
        self._heals.update({(one.name, slo): one for slo in self._targets})

    async def _deploy(self, release: Deploy, at: float) -> None:
        await self._stage.deploy(release, at)
        self._write(Event(at, "deploy", "machine", choice=release.version))

    async def _say(self, message: Message, at: float) -> None:
        self._write(Event(at, "message", message.sender, text=message.text))

    # -- what the machines say ----------------------------------------------------------------------------

    async def _look(self, at: float) -> None:
        self._at = max(self._at, at)
        look = await self._stage.look(self._at)
        self._last = look
        for change in look.alerts:
            self._write(Event(change.at, "alert" if change.firing else "quiet", "machine", change.slo, change.tier))
        self._heal(look)
        if look.at >= self._next_sample:
            self._next_sample = look.at + self.scenario.lasts / _SAMPLES
            self._sample(Sample(look.at, dict(look.left), dict(look.burn)))
        if look.halted:
            await self.end("halted", text="somebody halted the faults")
        elif look.incident:
            await self.end("incident", text=look.incident)

    def _heal(self, look: Look) -> None:
        for (name, slo), trouble in tuple(self._heals.items()):
            recent = look.recent.get(slo)
            ratio = recent.error_ratio if recent is not None else None
            if ratio is not None and ratio <= 1 - self._targets[slo]:
                del self._heals[name, slo]
                self._write(Event(look.at, "recovered", "machine", slo, name, value=look.at - trouble.at))

    def _proven(self) -> bool:
        """Whether nothing more can be learned by waiting, once the player has finished."""
        broken, healing = bool(self._on or self._blind), bool(self._heals or self._under_way)
        if self._exact:
            # What was left broken costs until it ends by itself: a virtual shop lives that in no time.
            return not (self._to_come or broken or healing)
        done = next(event.at for event in reversed(self.events) if event.kind == "done")
        return not healing or self._at > done + _SETTLES

    def _write(self, event: Event) -> None:
        self.events.append(event)
        self._write_down(event)


def _among(word: str, known: Iterable[str], what: str) -> None:
    if word not in known:
        raise UsageError(f"{word!r} is no {what}", fix=f"there are {', '.join(known)}")
