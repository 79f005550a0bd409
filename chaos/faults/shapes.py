"""How a fault's rate goes over time. A shape leads from its own rate to the fault's, and says both at any instant.

Rates are fractions of the matching requests; times are seconds since the lease was granted.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Seconds = Annotated[float, Field(gt=0.0, le=366 * 86400)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Constant(_Shape):
    """The fault's rate, from the first second to the last."""

    kind: Literal["constant"] = "constant"

    def at(self, rate: float, elapsed: float, whole: float) -> float:  # noqa: ARG002  # the seam of all shapes
        """The rate after `elapsed` seconds of a lease that is `whole` seconds long."""
        return rate

    def mean(self, rate: float, seconds: float) -> float:  # noqa: ARG002  # the seam of all shapes
        """The mean rate of a lease of `seconds`: its integral over time, divided by the time."""
        return rate

    def peak(self, rate: float) -> float:
        """The highest rate there can be: what a ceiling is held against."""
        return rate

    def text(self, share: str) -> str:
        """The rate and its course in a few words; `share` is the fault's rate as text."""
        return share


class Ramp(_Shape):
    """In a straight line from `start` to the fault's rate, which then holds; it takes `over`, else the whole lease."""

    kind: Literal["ramp"] = "ramp"
    start: Fraction = 0.0
    over: Seconds | None = None

    def at(self, rate: float, elapsed: float, whole: float) -> float:
        """The rate after `elapsed` seconds.

        >>> Ramp(start=0.1).at(0.5, elapsed=150, whole=600)
        0.2
        """
        climb = self.over or whole
        return rate if elapsed >= climb else self.start + (rate - self.start) * elapsed / climb

    def mean(self, rate: float, seconds: float) -> float:
        """The mean rate of a lease of `seconds`.

        >>> Ramp(start=0.0, over=300).mean(0.5, seconds=600)
        0.375
        """
        climbing = min(self.over or seconds, seconds)
        reached = self.at(rate, climbing, seconds)
        return ((self.start + reached) / 2 * climbing + rate * (seconds - climbing)) / seconds

    def peak(self, rate: float) -> float:
        """The higher end."""
        return max(self.start, rate)

    def text(self, share: str) -> str:
        """`1→5%`."""
        return f"{self.start * 100:g}→{share}"


class Pulse(_Shape):
    """The fault's rate for the first `width` seconds of every `every`, and `base` for the rest."""

    kind: Literal["pulse"] = "pulse"
    every: Seconds
    width: Seconds
    base: Fraction = 0.0

    @model_validator(mode="after")
    def _room_between(self) -> Pulse:
        if self.width >= self.every:
            raise ValueError("width is not shorter than every: the pulses would run into each other")
        return self

    def at(self, rate: float, elapsed: float, whole: float) -> float:  # noqa: ARG002  # the seam of all shapes
        """The rate after `elapsed` seconds.

        >>> [Pulse(every=60, width=10).at(0.5, elapsed, 600) for elapsed in (0, 9.9, 10, 60)]
        [0.5, 0.5, 0.0, 0.5]
        """
        return rate if elapsed % self.every < self.width else self.base

    def mean(self, rate: float, seconds: float) -> float:
        """The mean rate of a lease of `seconds`, a last pulse that is cut short included."""
        periods, rest = divmod(seconds, self.every)
        high = periods * self.width + min(rest, self.width)
        return self.base + (rate - self.base) * high / seconds

    def peak(self, rate: float) -> float:
        """The higher of the two."""
        return max(self.base, rate)

    def text(self, share: str) -> str:
        """`5% for 10s of every 60s`."""
        rest = f", else {self.base * 100:g}%" if self.base else ""
        return f"{share} for {self.width:g}s of every {self.every:g}s{rest}"


class Sine(_Shape):
    """A wave between `base` and the fault's rate: begins at `base`, is at the rate after half a `period`."""

    kind: Literal["sine"] = "sine"
    period: Seconds
    base: Fraction = 0.0

    def at(self, rate: float, elapsed: float, whole: float) -> float:  # noqa: ARG002  # the seam of all shapes
        """The rate after `elapsed` seconds.

        >>> Sine(period=60).at(0.5, elapsed=30, whole=600)
        0.5
        """
        return self.base + (rate - self.base) * (1 - math.cos(2 * math.pi * elapsed / self.period)) / 2

    def mean(self, rate: float, seconds: float) -> float:
        """The mean rate of a lease of `seconds`: the integral of the wave, closed."""
        turn = 2 * math.pi / self.period
        risen = (seconds - math.sin(turn * seconds) / turn) / 2
        return self.base + (rate - self.base) * risen / seconds

    def peak(self, rate: float) -> float:
        """The higher of the two."""
        return max(self.base, rate)

    def text(self, share: str) -> str:
        """`0↔5% every 300s`."""
        return f"{self.base * 100:g}↔{share} every {self.period:g}s"


Shape = Constant | Ramp | Pulse | Sine
