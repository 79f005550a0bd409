"""What is on, from two witnesses: the board's metrics, which lag by a scrape, and the services, which are asked."""

from __future__ import annotations

from slotui.core.board import ActiveFault
from slotui.core.quote import FaultOn
from slotui.tui.chaos_desk import DeskError
from slotui.tui.scene import Scene
from slotui.view.chaos_panel import on_now, unseen
from slotui.view.ink import Line


class OnNow:
    """Remembers what both said last. What was halted is on no more, whatever an older metric says."""

    def __init__(self) -> None:
        self._leases: tuple[FaultOn, ...] = ()
        self._unseen: DeskError | None = None
        self._on_board: frozenset[str] = frozenset()
        self._ended: frozenset[str] = frozenset()

    def seen(self, found: tuple[FaultOn, ...] | DeskError) -> None:
        """The services have answered, or nobody could be asked."""
        self._leases, self._unseen = ((), found) if isinstance(found, DeskError) else (found, None)

    def halted(self, found: tuple[FaultOn, ...]) -> None:
        """These were ended."""
        self._leases, self._ended = (), self._ended | {one.id for one in found}

    def changed(self, scene: Scene) -> bool:
        """Whether the metrics tell of other faults than before: a reason to ask the services again."""
        before = self._on_board
        if scene.board is not None:
            self._on_board = frozenset(fault.id for fault in scene.board.faults)
        return self._on_board != before

    def anything(self, scene: Scene) -> bool:
        """Whether a fault is on by either."""
        return bool(self._leases or self._faults(scene))

    def has(self, entry: str) -> bool:
        """Whether the fault of that entry is on by either, as far as they were heard."""
        return entry in (self._on_board - self._ended) or any(lease.id == entry for lease in self._leases)

    def rows(self, scene: Scene, columns: int) -> list[Line]:
        """As lines; where nobody could be asked, why, and what to type."""
        faults = self._faults(scene)
        if self._unseen is not None and not faults:
            return unseen(self._unseen, columns, scene.glyphs)
        return on_now(faults, self._leases, scene.at, columns, scene.glyphs)

    def _faults(self, scene: Scene) -> tuple[ActiveFault, ...]:
        faults = scene.board.faults if scene.board is not None else ()
        return tuple(fault for fault in faults if fault.id not in self._ended)
