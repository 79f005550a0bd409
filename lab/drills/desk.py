"""The player's side of a drill: what of the tape they may see, in words, and what they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from lab.drills.scenario import DECISIONS, HYPOTHESES, Scenario
from lab.drills.tape import Event
from slotui.core.drill import Act, Choice, DrillState, DrillView, Happening, HappeningKind
from slotui.core.slo import Slo
from slotui.duration import compact

SEEN: Mapping[str, HappeningKind] = {
    "started": "notice", "message": "message", "deploy": "deploy", "alert": "alert", "quiet": "quiet",
    "remedy-done": "notice", "paused": "notice", "resumed": "notice", "ended": "notice", "hint": "hint",
    "acknowledge": "act", "hypothesis": "act", "decision": "act", "mitigation": "act", "communication": "act",
    "done": "act",
}  # fmt: skip
"""What the player sees of the tape. That a fault began or ended is for the debrief."""

_SAID: Mapping[str, str] = {
    "started": "the drill begins",
    "deploy": "{0.choice} goes out",
    "remedy-done": "done: {0.text}",
    "paused": "paused by {0.by}",
    "resumed": "resumed by {0.by}",
    "acknowledge": "acknowledged {0.slo}",
    "hypothesis": "hypothesis: {0.slo}, because of {0.choice}",
    "decision": "decision: {0.choice}, about {0.slo}",
    "mitigation": "mitigation: {0.choice}",
    "done": "finished",
}
"""What is said of an event; what people say is said as they said it."""

_ENDINGS = {
    "time": "the drill is over",
    "done": "the drill is over",
    "aborted": "the facilitator broke the drill off",
    "halted": "the drill was halted: every fault has ended",
    "incident": "the drill was stopped: this looks like a real incident",
    "interrupted": "the drill was stopped",
}


class Words:
    """The player's view of one scenario: the same for a drill that runs and for one that is played back."""

    def __init__(self, scenario: Scenario, slos: Sequence[Slo], commitment: str, speed: float) -> None:
        self._scenario = scenario
        self._tiers = {(slo.name, tier.key): tier for slo in slos for tier in slo.tiers}
        self._view = DrillView(
            title=scenario.title,
            brief=scenario.brief,
            commitment=commitment,
            state="on",
            elapsed=0.0,
            lasts=scenario.lasts,
            speed=speed,
            slos=tuple(slo.name for slo in slos),
            causes=tuple(Choice(word, means) for word, means in HYPOTHESES.items()),
            decisions=tuple(Choice(word, means) for word, means in DECISIONS.items()),
            remedies=tuple(Choice(one.word, one.means) for one in scenario.remedies),
        )

    def view(
        self, events: Sequence[Event], state: DrillState, elapsed: float, result: tuple[str, ...] = ()
    ) -> DrillView:
        """What is known after those events."""
        seen = (event for event in events if event.kind in SEEN)
        ordered = sorted(seen, key=lambda event: event.at)
        return replace(
            self._view,
            state=state,
            elapsed=elapsed,
            happenings=tuple(Happening(one.at, SEEN[one.kind], one.by, self.say(one)) for one in ordered),
            result=result,
        )

    def say(self, event: Event) -> str:
        """An event as the player reads it."""
        match event.kind:
            case "alert" | "quiet":
                return f"{self._alert(event)} {'fires' if event.kind == 'alert' else 'is quiet again'}"
            case "ended":
                return _ENDINGS.get(event.choice, event.choice) + (f": {event.text}" if event.text else "")
            case _:
                return _SAID.get(event.kind, "{0.text}").format(event)

    def _alert(self, event: Event) -> str:
        tier = self._tiers.get((event.slo or "", event.choice))
        if tier is None:
            return f"{event.choice} {event.slo}"
        windows = f"{compact(tier.long)} and {compact(tier.short)}"
        return f"{tier.severity} {event.slo}: over {tier.factor:g}x in {windows}"


class PlayerDesk:
    """Answers the screen of a drill that is played: `look` gives its view, `do` carries an act out."""

    plays = True

    def __init__(self, look: Callable[[], DrillView], do: Callable[[Act], None]) -> None:
        self._look, self._do = look, do

    def view(self) -> DrillView:
        """What the player may know now."""
        return self._look()

    def act(self, act: Act) -> None:
        """Do something now. Raises `UsageError` where it makes no sense."""
        self._do(act)


class PastDesk:
    """Answers the screen on which a past drill is played back: `at` says where it stands, in seconds of its clock."""

    plays = False

    def __init__(self, words: Words, events: Sequence[Event], at: Callable[[], float], result: tuple[str, ...]) -> None:
        self._words, self._events, self._at, self._result = words, tuple(events), at, result

    def view(self) -> DrillView:
        """What the player knew then; at the end with the scorecard."""
        at = self._at()
        known = [event for event in self._events if event.at <= at]
        over = any(event.kind == "ended" for event in known)
        return self._words.view(known, "over" if over else "on", at, self._result if over else ())

    def act(self, act: Act) -> None:
        """Nothing: what is over cannot be played."""
