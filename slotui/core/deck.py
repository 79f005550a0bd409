"""The deck that plays the past: where it stands, how fast it goes, and whether it does. Pure.

Every method is told the time of a steady clock in seconds, `now`; positions are UTC seconds of the past.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

SPEEDS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 10_000)
"""Seconds of the past in a second."""


@dataclass(frozen=True, slots=True)
class Deck:
    """Plays `start` to `end`, and stays at the end. It stood at `position` at `since`; while paused `since` is None.

    >>> deck = Deck(start=0, end=3600, position=0, speed=60).played(now=100)
    >>> deck.at(now=105), deck.paused(now=110).at(now=500), deck.at(now=1000)
    (300, 600.0, 3600)
    """

    start: float
    end: float
    position: float
    speed: float = 60
    since: float | None = None

    def at(self, now: float) -> float:
        """Where it stands."""
        gone = 0.0 if self.since is None else (now - self.since) * self.speed
        return max(self.start, min(self.end, self.position + gone))

    def over(self, now: float) -> bool:
        """Whether it has come to the end."""
        return self.at(now) >= self.end

    def playing(self, now: float) -> bool:
        """Whether time goes on."""
        return self.since is not None and not self.over(now)

    def played(self, now: float) -> Deck:
        """The deck going on; from the end, it starts over."""
        position = self.start if self.over(now) else self.at(now)
        return replace(self, position=position, since=now)

    def paused(self, now: float) -> Deck:
        """The deck standing still where it is."""
        return replace(self, position=self.at(now), since=None)

    def moved(self, position: float, now: float) -> Deck:
        """The deck at another position, going on as before."""
        inside = max(self.start, min(self.end, position))
        return replace(self, position=inside, since=None if self.since is None else now)

    def faster(self, now: float) -> Deck:
        """The deck at the next higher speed, as far as there is one."""
        return self._at_speed(min((speed for speed in SPEEDS if speed > self.speed), default=self.speed), now)

    def slower(self, now: float) -> Deck:
        """The deck at the next lower speed, as far as there is one."""
        return self._at_speed(max((speed for speed in SPEEDS if speed < self.speed), default=self.speed), now)

    def _at_speed(self, speed: float, now: float) -> Deck:
        return replace(self.moved(self.at(now), now), speed=speed)
