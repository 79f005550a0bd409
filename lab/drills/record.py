"""All that is kept of one drill: who played what, the tape, the curves, the bill. A debrief needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lab.drills.scenario import Scenario
from lab.drills.tape import Ending, Event


@dataclass(frozen=True, slots=True)
class Line:
    """What the drill cost one SLO, in bad events. `allowed` is its whole budget when the drill began.

    `predicted` (low, middle, high: a 95 % interval) is what the whole scenario costs when nobody does anything;
    `injected` by the injector's own count, `observed` by the SLO's own metrics, `usual` what the same stretch would
    have cost without the drill. None where it cannot be known.
    """

    slo: str
    target: float
    allowed: float
    left_before: float | None
    left_after: float | None
    predicted: tuple[float, float, float] | None
    injected: float | None
    observed: float | None
    usual: float

    @property
    def burned(self) -> float | None:
        """The share of the budget that went because of the drill; never below 0."""
        if self.observed is None or self.allowed <= 0:
            return None
        return max(0.0, self.observed - self.usual) / self.allowed

    @property
    def unexplained(self) -> float | None:
        """Observed bad events that neither the injector nor the usual failures account for."""
        return None if self.observed is None or self.injected is None else self.observed - self.injected - self.usual


@dataclass(frozen=True, slots=True)
class Sample:
    """One point of the curves: at `at` (seconds of the drill's clock), by SLO, the share that is left and the burn
    over five minutes (×)."""

    at: float
    left: Mapping[str, float | None]
    burn: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Record:
    """One drill that was played, or broken off. `played` is when it began (UTC seconds of the real clock), `starts` the
    same on the clock that the player saw.

    `commitment` was shown at the start: the SHA-256 of `salt` and the scenario's file, which proves that it was fixed.
    `clock`: `virtual`, or `real` in the lab.
    """

    id: str
    scenario: Scenario
    player: str
    team: str
    played: float
    starts: float
    clock: Literal["virtual", "real"]
    speed: float
    commitment: str
    salt: str
    events: tuple[Event, ...]
    samples: tuple[Sample, ...]
    bill: tuple[Line, ...]

    @property
    def ending(self) -> Ending:
        """How it ended; `interrupted` where the tape breaks off."""
        endings = (event.choice for event in reversed(self.events) if event.kind == "ended")
        return next(endings, "interrupted")  # type: ignore[arg-type]

    @property
    def lasted(self) -> float:
        """Seconds of the drill's clock until its last event."""
        return self.events[-1].at if self.events else 0.0
