"""A drill as its player may know it at one instant, and what a player can do in it.

The screen draws it and hands acts back. What is hidden from the player is not in here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ActKind = Literal["acknowledge", "hypothesis", "decision", "mitigation", "communication", "done"]

HappeningKind = Literal["message", "alert", "quiet", "deploy", "act", "hint", "notice", "hidden"]
"""`alert` fired, `quiet` is one that has gone; `act` is the player's own; a `notice` is about the drill itself.

What is `hidden` from players only a facilitator sees.
"""

DrillState = Literal["on", "paused", "over"]


@dataclass(frozen=True, slots=True)
class Act:
    """Something the player does.

    acknowledge: `slo` whose alert somebody now looks after. hypothesis: `slo` that suffers, and by which cause
    (`choice`). decision: `choice` of what policy asks for, about `slo`. mitigation: `choice` is a remedy, `slo` none.
    communication: `text` to whoever waits for news. done: nothing more to do.
    """

    kind: ActKind
    slo: str | None = None
    choice: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that may be given: the word that is written down, and what it means."""

    word: str
    means: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the player's own timeline; `at` is in seconds of the drill's clock."""

    at: float
    kind: HappeningKind
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class DrillView:
    """All that a player sees of a drill. Times are seconds of its clock, which stands still while it is paused.

    `happenings` are in order, the newest last. `result` are the lines of the scorecard, once it is over.
    """

    title: str
    brief: str
    commitment: str
    state: DrillState
    elapsed: float
    lasts: float
    speed: float
    slos: tuple[str, ...]
    causes: tuple[Choice, ...]
    decisions: tuple[Choice, ...]
    remedies: tuple[Choice, ...]
    happenings: tuple[Happening, ...] = ()
    result: tuple[str, ...] = ()

    @property
    def left(self) -> float:
        """Seconds until it ends by itself."""
        return max(0.0, self.lasts - self.elapsed)


@dataclass(frozen=True, slots=True)
class HintOffer:
    """A hint that a facilitator can give: its number from 1, the points it takes, and whether it was given."""

    number: int
    text: str
    cost: int
    given: bool


@dataclass(frozen=True, slots=True)
class FacilitatorView:
    """All of a drill, the answer too. `elapsed` is the drill's clock as it was last written down.

    `happenings` are all events in order, those that the player does not see with the kind `hidden`. `ended` says how
    it ended, empty while it runs; `alive` is whether its process still does.
    """

    title: str
    teaches: str
    player: str
    state: DrillState
    elapsed: float
    lasts: float
    speed: float
    happenings: tuple[Happening, ...]
    hints: tuple[HintOffer, ...]
    ended: str = ""
    alive: bool = True
