"""What the keys and the mouse do to a replay, and how its scenes differ from live ones."""

from __future__ import annotations

from dataclasses import replace

from slotui.core.deck import Deck
from slotui.playback import Playback
from slotui.tui.scene import Scene
from slotui.view.progress import Progress, bar_of
from slotui.watch import Boards


def player_of(feed: Boards) -> Player | None:
    """The player of a feed of the past; of a live one there is none."""
    return Player(feed) if isinstance(feed, Playback) else None


class Player:
    """Turns the deck of a playback."""

    def __init__(self, playback: Playback) -> None:
        self._playback = playback
        self._scrubbing = False

    def clock(self) -> float:
        """UTC seconds of the past: no board grows old while it is looked at."""
        return self._playback.shown

    @property
    def progress(self) -> Progress:
        """Where it stands now."""
        deck, now = self._playback.deck, self._playback.now()
        at = deck.at(now)
        return Progress(at, deck.start, deck.end, deck.speed, deck.playing(now), self._playback.source.url)

    def scene(self, scene: Scene) -> Scene:
        """The scene with the progress on its first line."""
        return replace(scene, elapsed=0.0, progress=self.progress)

    def play_or_pause(self) -> None:
        """Stop, go on, or from the end start over."""
        self._playback.turn(lambda deck, now: deck.paused(now) if deck.playing(now) else deck.played(now))

    def faster(self) -> None:
        """The next higher speed."""
        self._playback.turn(Deck.faster)

    def slower(self) -> None:
        """The next lower speed."""
        self._playback.turn(Deck.slower)

    def step(self, count: int) -> None:
        """So many steps on, or back, and stand there."""
        self._playback.step(count)

    def point(self, scene: Scene, column: int, columns: int, *, first: bool) -> None:
        """Go where the bar is pressed. A press beside it means nothing; once on it, the mouse may leave the bar."""
        progress = self.progress
        bar = bar_of(scene.board, progress, columns=columns, glyphs=scene.glyphs)
        if first:
            self._scrubbing = bar.left <= column < bar.left + bar.width
        if self._scrubbing:
            position = progress.start + bar.share(column) * (progress.end - progress.start)
            self._playback.turn(lambda deck, now: deck.moved(position, now))
