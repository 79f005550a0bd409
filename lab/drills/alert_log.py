"""The alerts of a lab on the drill's clock: what fired and fell quiet since the last look, when the engine says so."""

from __future__ import annotations

from collections.abc import Iterator

from lab.drills.stage import AlertChange
from slotui.core.board import Board


class AlertLog:
    """Alert tiers as board after board tells them. Those of the `first` board, taken at the drill's start, are no news.

    An alert fires from when the engine says: in Prometheus it is active since then. When it fell quiet no engine keeps;
    that is known to a look.
    """

    def __init__(self, first: Board | None = None) -> None:
        self._known = frozenset(key for key, _ in _firing(first)) if first is not None else frozenset()
        self._pauses: list[tuple[float, float]] = []
        self._standing: float | None = None

    def pause(self, wall: float) -> None:
        """The drill's clock stands still from `wall` (UTC seconds) on."""
        self._standing = wall

    def resume(self, wall: float) -> None:
        """It goes on."""
        if self._standing is not None:
            self._pauses.append((self._standing, wall))
            self._standing = None

    def changes(self, board: Board, at: float, wall: float) -> tuple[AlertChange, ...]:
        """What changed until now: `at` on the drill's clock, `wall` in UTC seconds."""
        firing = dict(_firing(board))
        found = [
            AlertChange(self._drill_time(since, at, wall), slo, tier, firing=True)
            for (slo, tier), since in firing.items()
            if (slo, tier) not in self._known
        ]
        found += [AlertChange(at, slo, tier, firing=False) for slo, tier in sorted(self._known - firing.keys())]
        self._known = frozenset(firing)
        return tuple(sorted(found, key=lambda change: change.at))

    def _drill_time(self, moment: float, at: float, wall: float) -> float:
        """A moment (UTC seconds) on the drill's clock: back from now, without what it stood still meanwhile."""
        stood = sum(max(0.0, end - max(moment, start)) for start, end in self._pauses)
        return min(at, max(0.0, at - (wall - moment - stood)))


def _firing(board: Board) -> Iterator[tuple[tuple[str, str], float]]:
    """(SLO, tier) that fire, and since when (UTC seconds), by the alert engine's own word."""
    for slo in board.slos:
        for status in slo.alerts:
            if status.since is not None:
                yield (slo.name, status.tier.key), status.since
